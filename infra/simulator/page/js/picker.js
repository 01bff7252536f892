/** Adds a person: a search over everybody in the organisation, by name, title or department. */

import { Combobox } from "./combobox.js";
import { Dialog } from "./dialog.js";
import { el } from "./dom.js";
import { say } from "./words.js";

/** @import {Person} from "./types.js" */

const MOST_SHOWN = 60;

/** @param {{people: () => Person[], onPick: (person: Person) => void}} options @returns {(opener: HTMLElement) => void} */
export function personPicker({ people, onPick }) {
  return (opener) => {
    const dialog = new Dialog({
      title: say("Add a person"),
      subtitle: say("Their chats appear in a column of their own."),
      opener,
      fallback: opener,
    });
    dialog.node.classList.add("picker");
    const box = new Combobox({
      label: say("Name, title or department"),
      placeholder: say("Name, title or department"),
      inFlow: true,
      search: async (text) => found(people(), text),
      onChoose: (choice) => {
        const person = people().find((somebody) => somebody.id === choice?.value);
        if (!person) return;
        dialog.close();
        onPick(person);
      },
    });
    dialog.open();
    dialog.fill(el("div", {}, box.node));
    box.open();
  };
}

/** @param {Person[]} people @param {string} text */
function found(people, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return people
    .filter((person) => words.every((word) => `${person.name} ${person.title} ${person.department}`.toLowerCase().includes(word)))
    .sort((a, b) => a.name.localeCompare(b.name))
    .slice(0, MOST_SHOWN)
    .map((person) => ({ title: person.name, value: person.id, note: `${person.title} · ${person.department}` }));
}
