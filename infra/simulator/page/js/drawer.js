/** A panel at the side that stays open while the page is used. One is open at a time; Escape inside it closes it. */

import { el, freshId, icon, setText } from "./dom.js";
import { say } from "./words.js";

/** @type {Set<Drawer>} */
const drawers = new Set();

export class Drawer {
  /** @param {{title: string, picture: string, within: HTMLElement, onOpen?: () => void}} options */
  constructor({ title, picture, within, onOpen }) {
    this.onOpen = onOpen;
    const id = freshId("drawer");
    this.badge = el("span", { class: "badge", hidden: true });
    this.counted = el("span", { class: "sr-only" });
    this.button = el(
      "button",
      { type: "button", class: "tool", title, "aria-expanded": "false", "aria-controls": id, onclick: () => this.toggle() },
      icon(picture),
      el("span", { class: "tool-title" }, title),
      this.badge,
      this.counted,
    );
    this.heading = el("h2", { tabindex: "-1", id: `${id}-title` }, title);
    this.body = el("div", { class: "drawer-body" });
    const close = el(
      "button",
      { type: "button", class: "quiet", "aria-label": say("Close {title}", { title }), onclick: () => this.close() },
      icon("close"),
    );
    this.node = el(
      "aside",
      {
        class: "drawer",
        id,
        "aria-labelledby": `${id}-title`,
        hidden: true,
        onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && this.close(),
      },
      el("header", {}, this.heading, close),
      this.body,
    );
    within.append(this.node);
    drawers.add(this);
  }

  get isOpen() {
    return !this.node.hidden;
  }

  toggle() {
    if (this.isOpen) this.close();
    else this.open();
  }

  open() {
    for (const other of drawers) if (other !== this) other.hide();
    this.node.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
    this.onOpen?.();
    this.heading.focus();
  }

  close() {
    this.hide();
    this.button.focus();
  }

  hide() {
    this.node.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
  }

  /** @param {number} count @param {string} words what the count says */
  count(count, words) {
    this.badge.hidden = count === 0;
    setText(this.badge, String(count || ""));
    setText(this.counted, count === 0 ? "" : words);
  }
}
