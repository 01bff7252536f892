/**
 * The sign-in that a bot asks for before it does what was pressed: a button under the card, a window, and the code that comes back.
 * https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/universal-actions-for-adaptive-cards/authentication-flow-in-universal-action-for-adaptive-cards
 */

import { el, freshId, setText } from "./dom.js";

const SIZE = "popup,width=560,height=680";
const LOOK_MS = 300;

/**
 * @param {{text: string, title: string, url: string}} asked
 * @param {(code: string, button: HTMLElement) => void} onCode the window has handed over its code
 * @returns {{node: HTMLElement, button: HTMLElement}}
 */
export function signInPart({ text, title, url }, onCode) {
  const id = freshId("sign-in");
  const words = el("p", { id, role: "status" }, text);
  const button = el("button", { type: "button", class: "primary", "aria-describedby": id }, title);

  button.addEventListener("click", async () => {
    const opened = window.open(url, "_blank", SIZE);
    if (!opened) return setText(words, "The browser kept the sign-in window back. Allow windows for this page, then try again.");
    setText(words, "Sign in in the window that has opened…");
    const code = await codeFrom(opened, new URL(url).origin);
    if (code !== null) return onCode(code, button);
    setText(words, "You did not finish signing in, so nothing was sent.");
    button.focus();
  });
  return { node: el("div", { class: "card-sign-in" }, words, button), button };
}

/**
 * Waits for what the window says, or for its end.
 * @param {Window} opened @param {string} origin only pages of this origin are listened to
 * @returns {Promise<string | null>} the code; null where the window was closed, or said that it failed
 */
function codeFrom(opened, origin) {
  return new Promise((resolve) => {
    const end = (/** @type {string | null} */ code) => {
      removeEventListener("message", heard);
      clearInterval(looking);
      resolve(code);
    };
    const heard = (/** @type {MessageEvent} */ event) => {
      if (event.source !== opened || event.origin !== origin) return;
      if (event.data?.func === "authentication.authenticate.success") end(String(event.data.args?.[0] ?? ""));
      if (event.data?.func === "authentication.authenticate.failure") end(null);
    };
    addEventListener("message", heard);
    const looking = setInterval(() => opened.closed && end(null), LOOK_MS);
  });
}
