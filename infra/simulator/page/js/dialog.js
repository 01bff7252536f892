/**
 * A modal dialog on the browser's own <dialog>: it traps the focus, makes the page behind it inert and closes with Escape.
 * The focus goes back to what opened it, or to a fallback where that is gone.
 */

import { el, freshId, icon, setText } from "./dom.js";
import { say } from "./words.js";

const FOCUSABLE =
  "input:not([disabled]), select:not([disabled]), textarea:not([disabled]), .card-body button:not([disabled]), .dialog-body a[href]";

export class Dialog {
  /** @param {{title: string, subtitle?: string, opener: HTMLElement, fallback: HTMLElement, onClosed?: () => void}} options */
  constructor({ title, subtitle = "", opener, fallback, onClosed }) {
    const id = freshId("dialog-title");
    this.heading = el("h2", { id, tabindex: "-1" }, title);
    this.body = el("div", { class: "dialog-body" });
    const close = el("button", { type: "button", class: "quiet", "aria-label": say("Close"), onclick: () => this.close() }, icon("close"));
    /** @type {HTMLDialogElement} */
    this.node = el(
      "dialog",
      { class: "dialog", "aria-labelledby": id },
      el("header", {}, el("div", {}, this.heading, subtitle && el("p", {}, subtitle)), close),
      this.body,
    );
    this.node.addEventListener("close", () => {
      this.node.remove();
      // The browser has given the focus back, unless what had it is gone.
      if (!opener.isConnected) fallback.focus();
      onClosed?.();
    });
  }

  get isOpen() {
    return this.node.open;
  }

  open() {
    document.body.append(this.node);
    this.node.showModal();
    this.heading.focus();
  }

  close() {
    if (this.node.open) this.node.close();
  }

  /** @param {string} title */
  name(title) {
    setText(this.heading, title);
  }

  /** Puts content in and the focus on its first field. @param {Node} content */
  fill(content) {
    this.body.replaceChildren(content);
    const first = /** @type {HTMLElement | null} */ (this.body.querySelector(FOCUSABLE));
    (first ?? this.heading).focus();
  }
}
