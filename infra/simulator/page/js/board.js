/** The people side by side. On a phone one is in sight at a time, chosen in the switcher above. */

import { readAddress, writeAddress } from "./address.js";
import { avatar } from "./avatar.js";
import { Column } from "./column.js";
import { el, icon, setAttributes } from "./dom.js";
import { personPicker } from "./picker.js";
import { setUnread } from "./tabs.js";
import { say } from "./words.js";

/** @import {Person} from "./types.js" */
/** @import {Store} from "./store.js" */

/** Who is there when the address names nobody: who asks, who decides, who looks on. */
const STORY = ["Ana Ferreira", "Maria Lindqvist", "Priya Nair"];
const PHONE = matchMedia("(max-width: 480px)");

export class Board {
  /** @param {Store} store @param {HTMLElement} node */
  constructor(store, node) {
    this.store = store;
    this.node = node;
    /** @type {Column[]} */
    this.columns = [];
    /** @type {Column | undefined} the one in sight on a phone */
    this.current = undefined;
    this.pick = personPicker({ people: () => this.absent(), onPick: (person) => this.add(person.id, "", { focus: true }) });
    this.adder = el(
      "button",
      {
        type: "button",
        class: "adder",
        onclick: (/** @type {Event} */ event) => this.pick(/** @type {HTMLElement} */ (event.currentTarget)),
      },
      icon("add"),
      el("span", {}, say("Add a person")),
    );
    this.switcher = el("nav", { class: "switcher", "aria-label": say("Whose column") });
    this.columnsNode = el("div", { class: "columns" });
    node.replaceChildren(this.switcher, this.columnsNode);
    this.columnsNode.append(this.adder);
    this.restore();
    PHONE.addEventListener("change", () => this.changed());
    addEventListener("hashchange", () => this.restore());
    store.on("people", () => this.restore());
  }

  /** @returns {Person[]} everybody without a column */
  absent() {
    return [...this.store.people.values()].filter((person) => !this.columns.some((column) => column.person.id === person.id));
  }

  /** Shows the columns of the address, or the story's. An address that names nobody (the link to the chats) changes nothing. */
  restore() {
    const named = readAddress(this.store.people);
    if (named.length === 0 && this.columns.length > 0) return this.changed();
    const story = [...this.store.people.values()]
      .filter((person) => STORY.includes(person.name))
      .map((person) => ({ person: person.id, tab: "" }));
    const wanted = named.length > 0 ? named : story.sort((a, b) => this.rank(a.person) - this.rank(b.person));
    for (const column of [...this.columns]) if (!wanted.some((place) => place.person === column.person.id)) this.drop(column);
    for (const place of wanted) {
      const known = this.columns.find((column) => column.person.id === place.person);
      if (!known) this.add(place.person, place.tab);
      else if (place.tab && known.selected !== place.tab) known.select(place.tab);
    }
  }

  /** @param {string} id */
  rank(id) {
    return STORY.indexOf(this.store.people.get(id)?.name ?? "");
  }

  /** @param {string} id @param {string} tab @param {{focus?: boolean}} [options] */
  add(id, tab, { focus = false } = {}) {
    const person = this.store.people.get(id);
    if (!person || this.columns.some((column) => column.person.id === id)) return;
    const column = new Column(this.store, { person, tab, onRemove: () => this.remove(column), onChanged: () => this.changed() });
    this.columns.push(column);
    this.columnsNode.insertBefore(column.node, this.adder);
    if (focus || !this.current) this.current = column;
    this.changed();
    if (!focus) return;
    column.node.scrollIntoView({ behavior: "smooth", inline: "end", block: "nearest" });
    /** @type {HTMLElement | null} */ (column.node.querySelector("textarea, [role=tab][tabindex='0']"))?.focus();
  }

  /** @param {Column} column */
  drop(column) {
    const at = this.columns.indexOf(column);
    this.columns.splice(at, 1);
    column.remove();
    if (this.current === column) this.current = this.columns[Math.max(0, at - 1)];
  }

  /** @param {Column} column removed by hand: the focus goes to the neighbour */
  remove(column) {
    const at = this.columns.indexOf(column);
    this.drop(column);
    this.changed();
    const next = this.columns[Math.min(at, this.columns.length - 1)];
    (next?.node.querySelector(".column-head button") ?? this.adder).focus();
  }

  changed() {
    writeAddress(
      this.store.people,
      this.columns.map((column) => ({ person: column.person.id, tab: column.selected === firstTab(column) ? "" : column.selected })),
    );
    for (const column of this.columns) {
      const isInSight = !PHONE.matches || column === this.current;
      column.node.classList.toggle("in-sight", column === this.current);
      column.setInSight(isInSight);
    }
    this.drawSwitcher();
    const unread = this.columns.reduce((sum, column) => sum + column.unread, 0);
    document.title = (unread ? `(${unread}) ` : "") + say("Countersign · simulator");
  }

  drawSwitcher() {
    const focused = this.switcher.contains(document.activeElement)
      ? /** @type {HTMLElement} */ (document.activeElement).dataset.person
      : undefined;
    this.switcher.replaceChildren(...this.columns.map((column) => this.switch_(column)), this.phoneAdder());
    /** @type {HTMLElement | null} */ (focused ? this.switcher.querySelector(`[data-person="${CSS.escape(focused)}"]`) : null)?.focus();
  }

  /** @param {Column} column @returns {HTMLElement} */
  switch_(column) {
    const badge = el("span", { class: "badge" });
    setUnread(badge, column.unread);
    const button = el(
      "button",
      { type: "button", "data-person": column.person.id, onclick: () => this.bring(column) },
      avatar(column.person, "small"),
      el("span", {}, column.person.name.split(" ")[0]),
      badge,
    );
    setAttributes(button, { "aria-current": column === this.current ? "true" : null });
    return button;
  }

  phoneAdder() {
    return el(
      "button",
      {
        type: "button",
        "aria-label": say("Add a person"),
        onclick: (/** @type {Event} */ event) => this.pick(/** @type {HTMLElement} */ (event.currentTarget)),
      },
      icon("add"),
    );
  }

  /** @param {Column} column */
  bring(column) {
    this.current = column;
    this.changed();
  }
}

/** @param {Column} column @returns {string} */
const firstTab = (column) => (column.person.roles.includes("helpdesk") ? "desk" : "personal");
