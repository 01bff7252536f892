/**
 * An accessible combobox after the ARIA Authoring Practices ("editable combobox with list autocomplete"): the focus stays in the
 * text box, aria-activedescendant names the option; arrows move, Enter chooses, Escape closes and then clears.
 * What was found for earlier words is never chosen for later ones: Enter waits for the answer.
 */

import { el, freshId, setAttributes, setText } from "./dom.js";
import { say } from "./words.js";

/** @typedef {{title: string, value: string, note?: string}} Choice */

/**
 * @typedef {object} Options
 * @property {string} label what the box asks for; used only where no label element points at it
 * @property {string} [placeholder]
 * @property {number} [debounce_ms] how long to wait for the next key before asking `search`
 * @property {(text: string) => Promise<Choice[]>} search rejects when there is no answer; the error's title is shown
 * @property {(choice: Choice | null) => void} onChoose null when the person empties or edits the box
 * @property {boolean} [inFlow] the list stands in the page's flow instead of over it
 */

const GAP_PX = 4;
const ROOM_PX = 260;

export class Combobox {
  /** @param {Options} options */
  constructor({ label, placeholder = "", debounce_ms = 0, search, onChoose, inFlow = false }) {
    this.search = search;
    this.onChoose = onChoose;
    this.debounce_ms = debounce_ms;
    /** @type {Choice[]} */
    this.found = [];
    this.at = -1;
    /** @type {Choice | null} */
    this.chosen = null;
    this.asked = 0;
    this.isSearching = false;
    /** Enter was pressed before the answer was there. */
    this.isHasty = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    const listId = freshId("options");
    /** @type {HTMLInputElement} */
    this.input = el("input", {
      type: "text",
      class: "combobox-input",
      role: "combobox",
      autocomplete: "off",
      spellcheck: "false",
      "aria-label": label,
      placeholder,
      "aria-expanded": "false",
      "aria-controls": listId,
      "aria-autocomplete": "list",
      "aria-haspopup": "listbox",
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.key(event),
      oninput: () => this.edited(),
      onclick: () => this.open(),
      onblur: () => this.left(),
    });
    this.list = el("ul", { class: "combobox-list", role: "listbox", id: listId, "aria-label": label, hidden: true });
    this.status = el("div", { class: "combobox-status", role: "status", hidden: true });
    // The list belongs to the box: pressing the mouse on it must not take the focus away.
    // As a popover it lies over everything: cards and chats cut off what is larger than they are.
    this.panel = el(
      "div",
      {
        class: "combobox-panel",
        popover: inFlow ? null : "manual",
        hidden: inFlow,
        onmousedown: (/** @type {Event} */ event) => event.preventDefault(),
      },
      this.list,
      this.status,
    );
    this.node = el("div", { class: "combobox" }, this.input, this.panel);
    this.inFlow = inFlow;
    this.isOpen = false;
    this.follow = () => this.reposition();
  }

  /** Shows a choice as chosen without telling anybody. @param {Choice | null} choice */
  show(choice) {
    this.chosen = choice;
    this.input.value = choice?.title ?? "";
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.isComposing) return;
    const moves = /** @type {Record<string, () => void>} */ ({
      ArrowDown: () => (this.isOpen ? this.move(this.at + 1) : this.open()),
      ArrowUp: () => (this.isOpen ? this.move(this.at - 1) : this.open()),
      PageDown: () => this.isOpen && this.move(Math.min(this.at + 5, this.found.length - 1)),
      PageUp: () => this.isOpen && this.move(Math.max(this.at - 5, 0)),
    });
    if (moves[event.key]) {
      event.preventDefault();
      moves[event.key]();
    } else if (event.key === "Enter") {
      event.preventDefault(); // never the form around it
      if (!this.isOpen) this.open();
      else if (this.at >= 0) this.choose(this.found[this.at]);
      else this.isHasty = this.isSearching;
    } else if (event.key === "Escape" && (this.isOpen || this.input.value)) {
      event.preventDefault(); // a dialog around the box stays open
      event.stopPropagation();
      if (this.isOpen) this.close();
      else this.clear();
    } else if (event.key === "Tab" && this.isOpen) {
      if (this.at >= 0) this.choose(this.found[this.at]);
      else this.close();
    }
  }

  edited() {
    if (this.chosen) {
      this.chosen = null;
      this.onChoose(null);
    }
    this.openPanel();
    this.deselect();
    this.ask(this.debounce_ms);
  }

  open() {
    if (this.isOpen) return;
    this.openPanel();
    this.ask(0);
  }

  openPanel() {
    if (this.isOpen) return;
    this.isOpen = true;
    this.input.setAttribute("aria-expanded", "true");
    if (this.inFlow) {
      this.panel.hidden = false;
      return;
    }
    this.panel.showPopover();
    this.reposition();
    addEventListener("scroll", this.follow, { capture: true, passive: true });
    addEventListener("resize", this.follow);
  }

  /** Under the box, or above it where there is no room below. */
  reposition() {
    if (!this.input.isConnected) return this.close();
    const box = this.input.getBoundingClientRect();
    const isAbove = innerHeight - box.bottom < ROOM_PX && box.top > innerHeight - box.bottom;
    const { style } = this.panel;
    style.left = `${box.left}px`;
    style.width = `${box.width}px`;
    style.top = isAbove ? "auto" : `${box.bottom + GAP_PX}px`;
    style.bottom = isAbove ? `${innerHeight - box.top + GAP_PX}px` : "auto";
  }

  close() {
    if (!this.isOpen) return;
    clearTimeout(this.timer);
    this.asked += 1; // an answer still under way comes too late
    this.isOpen = false;
    if (this.inFlow) this.panel.hidden = true;
    else if (this.panel.matches(":popover-open")) this.panel.hidePopover();
    removeEventListener("scroll", this.follow, { capture: true });
    removeEventListener("resize", this.follow);
    this.isSearching = false;
    this.input.setAttribute("aria-expanded", "false");
    this.deselect();
  }

  clear() {
    this.show(null);
    this.onChoose(null);
  }

  left() {
    if (this.isOpen) this.close();
    // Words that were never chosen are no value: leaving them in the box would look as if they were.
    if (!this.chosen && this.input.value) {
      const exact = this.found.find((choice) => choice.title.toLowerCase() === this.input.value.trim().toLowerCase());
      if (exact) this.choose(exact);
    }
  }

  /** @param {number} wait_ms */
  ask(wait_ms) {
    clearTimeout(this.timer);
    this.isSearching = true;
    const asked = (this.asked += 1);
    this.timer = setTimeout(async () => {
      this.announce(say("Searching…"), "busy");
      // An open list with a choice in the box shows everything, so that the choice can be changed.
      const text = this.chosen ? "" : this.input.value.trim();
      try {
        const found = await this.search(text);
        if (asked === this.asked) this.list_(found, text);
      } catch (error) {
        if (asked === this.asked) this.failed(error);
      }
    }, wait_ms);
  }

  /** @param {Choice[]} found @param {string} text */
  list_(found, text) {
    const isChosen = this.isHasty && found.length > 0;
    this.isSearching = false;
    this.found = found;
    this.list.replaceChildren(...found.map((choice, index) => this.option(choice, index, text)));
    this.list.hidden = found.length === 0;
    this.announce(found.length === 0 ? say("No matches") : "", "");
    this.move(
      found.length === 0
        ? -1
        : Math.max(
            0,
            found.findIndex((choice) => choice.value === this.chosen?.value),
          ),
    );
    if (isChosen) this.choose(found[this.at]);
  }

  /** @param {unknown} error */
  failed(error) {
    this.isSearching = false;
    this.found = [];
    this.list.replaceChildren();
    this.list.hidden = true;
    this.announce(/** @type {{title?: string}} */ (error).title ?? say("The search did not work. Please try again."), "error");
  }

  /** @param {string} words @param {"" | "busy" | "error"} tone */
  announce(words, tone) {
    setText(this.status, words);
    this.status.hidden = words === "" || (tone === "busy" && this.found.length > 0);
    this.status.dataset.tone = tone;
  }

  /** @param {Choice} choice @param {number} index @param {string} text */
  option(choice, index, text) {
    const option = el(
      "li",
      { class: "combobox-option", role: "option", id: freshId("option"), "aria-selected": "false" },
      ...marked(choice.title, text),
    );
    if (choice.note) option.append(el("span", { class: "combobox-note" }, choice.note));
    option.addEventListener("click", () => this.choose(choice));
    option.addEventListener("mousemove", () => this.at !== index && this.move(index));
    return option;
  }

  /** @param {number} to wraps around at both ends */
  move(to) {
    this.list.children[this.at]?.setAttribute("aria-selected", "false");
    const count = this.found.length;
    this.at = to === -1 && this.at === -1 ? -1 : count === 0 ? -1 : (to + count) % count;
    const option = this.list.children[this.at];
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    setAttributes(this.input, { "aria-activedescendant": option?.id ?? null });
  }

  deselect() {
    this.list.children[this.at]?.setAttribute("aria-selected", "false");
    this.at = -1;
    this.isHasty = false;
    this.input.removeAttribute("aria-activedescendant");
  }

  /** @param {Choice} choice */
  choose(choice) {
    this.show(choice);
    this.close();
    this.onChoose(choice);
  }
}

/** @param {string} title @param {string} text @returns {(string | HTMLElement)[]} the title with the searched words in bold */
function marked(title, text) {
  const at = text ? title.toLowerCase().indexOf(text.toLowerCase()) : -1;
  if (at === -1) return [title];
  return [title.slice(0, at), el("b", {}, title.slice(at, at + text.length)), title.slice(at + text.length)];
}
