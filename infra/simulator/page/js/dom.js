/** Builds elements without ever parsing HTML: text goes in as text nodes only. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element with attributes, listeners and children.
 *
 * `class` and any attribute take strings; `true` sets an empty attribute, `false`, `null` and `undefined` leave it out;
 * `onclick` and its like take a listener. Strings among the children become text nodes.
 *
 * @param {string} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {any} the element (typed loosely, since the tag decides)
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  for (const child of children) if (child !== null && child !== undefined && child !== false) element.append(child);
  return element;
}

/** @param {Element} element @param {Record<string, any>} attributes */
export function setAttributes(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === false || value === null || value === undefined) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
}

/**
 * Changes text only where it differs, so that screen readers and selections are left alone.
 * @param {Element} element @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

let nextId = 0;

/** An id that is used nowhere else on the page. @param {string} stem @returns {string} */
export function freshId(stem) {
  nextId += 1;
  return `${stem}-${nextId}`;
}

/** @type {Record<string, string>} paths on a 20 × 20 grid, stroked */
const PATHS = {
  add: "M10 4v12M4 10h12",
  channel: "M8 3.5 6.5 16.5M13.5 3.5 12 16.5M4 7.5h13M3 12.5h13",
  clock: "M10 3a7 7 0 1 1 0 14 7 7 0 0 1 0-14zM10 6v4.2l2.8 1.6",
  close: "M5 5l10 10M15 5 5 15",
  desk: "M3.5 5h13v9h-13zM3.5 8.2h13M7 17h6",
  fault: "M10 3.2 17.5 16.5h-15zM10 8v4M10 14.3v.2",
  group:
    "M7 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM13.5 9a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM2.5 15.5c0-2.5 2-4 4.5-4s4.5 1.5 4.5 4M13 11.2c2.3-.2 4.5 1.3 4.5 3.6",
  moon: "M15.8 12.3A6.5 6.5 0 0 1 7.7 4.2a6.5 6.5 0 1 0 8.1 8.1z",
  open: "M8 4.5H4.5v11h11V12M11.5 4.5h4v4M15.5 4.5l-6 6",
  send: "M3.5 10 3 4l14 6-14 6 .5-6zm0 0H10",
  sun: "M10 7a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM10 2.5v1.8M10 15.7v1.8M2.5 10h1.8M15.7 10h1.8M4.7 4.7 6 6M14 14l1.3 1.3M15.3 4.7 14 6M6 14l-1.3 1.3",
  system: "M3.5 4.5h13v8.5h-13zM7.5 16h5M10 13v3",
  wire: "M3 7h11M11 4l3 3-3 3M17 13H6M9 10l-3 3 3 3",
};

/** A decorative picture; the control around it carries the words. @param {string} name @returns {SVGElement} */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  setAttributes(svg, { viewBox: "0 0 20 20", class: "icon", "aria-hidden": "true", focusable: "false" });
  const path = document.createElementNS(SVG, "path");
  setAttributes(path, { d: PATHS[name] ?? "" });
  svg.append(path);
  return svg;
}
