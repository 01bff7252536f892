/** A person's initials on a colour of their own, and the bot's mark. */

import { el } from "./dom.js";

const COLOURS = 8;

/** @param {{name: string, isBot?: boolean}} somebody @param {"small" | "normal"} [size] @returns {HTMLElement} */
export function avatar({ name, isBot = false }, size = "normal") {
  if (isBot) return el("img", { class: `avatar bot ${size}`, src: "/icon.svg", alt: "" });
  const letters = [...name].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0);
  return el("span", { class: `avatar ${size}`, "data-colour": letters % COLOURS, "aria-hidden": "true" }, initials(name));
}

/** @param {string} name @returns {string} */
function initials(name) {
  const words = name.split(/\s+/).filter(Boolean);
  const ends = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return ends.map((word) => [...word][0].toUpperCase()).join("");
}
