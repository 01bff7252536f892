/**
 * The columns, kept in the page's address (#ana-ferreira/maria-lindqvist:group), so that a reload or a link shows the same people.
 * A person is written by name, or by id where two share one; behind a colon stands the tab, where it is not the first.
 */

/** @import {Person} from "./types.js" */
/** @typedef {{person: string, tab: string}} Place person: an id */

/** @param {string} name @returns {string} */
const slugOf = (name) =>
  name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "");

/** @param {Iterable<Person>} people @returns {(person: Person) => string} */
function namer(people) {
  /** @type {Map<string, number>} */
  const count = new Map();
  for (const { name } of people) count.set(slugOf(name), (count.get(slugOf(name)) ?? 0) + 1);
  return (person) => (count.get(slugOf(person.name)) === 1 ? slugOf(person.name) : person.id);
}

/** @param {Map<string, Person>} people @returns {Place[]} the columns that the address names; people who are not known are left out */
export function readAddress(people) {
  const nameOf = namer(people.values());
  const known = new Map([...people.values()].map((person) => [nameOf(person), person.id]));
  return location.hash
    .slice(1)
    .split("/")
    .map((part) => part.split(":").map(decodeURIComponent))
    .filter(([name]) => known.has(name))
    .map(([name, tab = ""]) => ({ person: /** @type {string} */ (known.get(name)), tab }));
}

/** @param {Map<string, Person>} people @param {Place[]} places */
export function writeAddress(people, places) {
  const nameOf = namer(people.values());
  const parts = places.flatMap(({ person, tab }) => {
    const known = people.get(person);
    return known ? [`${encodeURIComponent(nameOf(known))}${tab ? `:${encodeURIComponent(tab)}` : ""}`] : [];
  });
  const hash = `#${parts.join("/")}`;
  if (hash !== location.hash) history.replaceState(null, "", hash);
}
