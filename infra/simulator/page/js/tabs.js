/** A tab list after the ARIA Authoring Practices: arrows, Home and End move and select; only the selected tab is in the tab order. */

import { el, freshId, setAttributes, setText } from "./dom.js";
import { say } from "./words.js";

/** @typedef {{key: string, title: string, picture: Element, unread: number}} Tab */

export class Tabs {
  /** @param {{label: string, onSelect: (key: string) => void}} options */
  constructor({ label, onSelect }) {
    this.onSelect = onSelect;
    this.panelId = freshId("panel");
    this.selected = "";
    /** @type {Map<string, HTMLElement>} */
    this.buttons = new Map();
    this.node = el("div", {
      class: "tabs",
      role: "tablist",
      "aria-label": label,
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.key(event),
    });
    this.panel = el("div", { class: "panel", role: "tabpanel", id: this.panelId });
  }

  /** @param {Tab[]} tabs @param {string} selected */
  show(tabs, selected) {
    this.selected = selected;
    for (const [key, button] of this.buttons) {
      if (tabs.some((tab) => tab.key === key)) continue;
      button.remove();
      this.buttons.delete(key);
    }
    this.node.classList.toggle("many", tabs.length > 3);
    tabs.forEach((tab, at) => {
      const button = this.button(tab);
      // A button that is moved loses the focus: only what stands in the wrong place is.
      if (this.node.children[at] !== button) this.node.insertBefore(button, this.node.children[at] ?? null);
    });
    this.panel.setAttribute("aria-labelledby", this.buttons.get(selected)?.id ?? "");
  }

  /** @param {Tab} tab @returns {HTMLElement} */
  button({ key, title, picture, unread }) {
    const button = this.buttons.get(key) ?? this.newButton({ key, title, picture });
    const isSelected = key === this.selected;
    setAttributes(button, { "aria-selected": String(isSelected), tabindex: isSelected ? "0" : "-1", title });
    setUnread(/** @type {HTMLElement} */ (button.querySelector(".badge")), unread);
    return button;
  }

  /** @param {{key: string, title: string, picture: Element}} tab @returns {HTMLElement} */
  newButton({ key, title, picture }) {
    const button = el(
      "button",
      {
        type: "button",
        class: "tab",
        "data-key": key,
        role: "tab",
        id: freshId("tab"),
        "aria-controls": this.panelId,
        onclick: () => this.onSelect(key),
      },
      picture,
      el("span", { class: "tab-title" }, title),
      el("span", { class: "badge" }),
    );
    this.buttons.set(key, button);
    return button;
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const keys = [...this.buttons.keys()];
    const at = keys.indexOf(this.selected);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: keys.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const key = keys[(to + keys.length) % keys.length];
    this.onSelect(key);
    this.buttons.get(key)?.focus();
  }
}

/** @param {HTMLElement} badge @param {number} unread */
export function setUnread(badge, unread) {
  badge.hidden = unread === 0;
  setText(badge, unread > 99 ? "99+" : String(unread || ""));
  if (unread > 0) badge.setAttribute("aria-label", say("{count} unread", { count: unread }));
}
