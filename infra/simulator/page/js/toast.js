/** Short words that come and go: Teams' toasts. Read out politely; gone after a while, or at once when closed. */

import { el, icon } from "./dom.js";
import { say } from "./words.js";

const SHOWN_MS = 8000;

/** @param {string} words @param {HTMLElement} within a container with aria-live */
export function toast(words, within) {
  const close = () => box.remove();
  const box = el(
    "div",
    { class: "toast" },
    el("p", {}, words),
    el("button", { type: "button", class: "quiet", "aria-label": say("Close"), onclick: close }, icon("close")),
  );
  within.append(box);
  setTimeout(close, SHOWN_MS);
}
