/** Light or dark: what the person chose, else what the system says. Remembered in this browser. */

/** @import {Theme} from "./hostconfig.js" */
/** @typedef {Theme | "system"} Preference */

const KEY = "countersign-theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

/** Tells "change" when the page turns light or dark. */
export const themes = new EventTarget();

/** @returns {Preference} */
export function preference() {
  const kept = localStorage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : "system";
}

/** @returns {Theme} */
export function theme() {
  const chosen = preference();
  if (chosen !== "system") return chosen;
  return dark.matches ? "dark" : "light";
}

/** @param {Preference} chosen */
export function prefer(chosen) {
  localStorage.setItem(KEY, chosen);
  apply();
}

function apply() {
  const root = document.documentElement;
  if (root.dataset.theme === theme()) return;
  root.dataset.theme = theme();
  themes.dispatchEvent(new Event("change"));
}

dark.addEventListener("change", apply);
apply();
