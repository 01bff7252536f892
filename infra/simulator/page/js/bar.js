/** The bar on top: the product's name, the simulated time, the drawers and the theme. */

import { clock } from "./clock.js";
import { el, icon } from "./dom.js";
import { faultsDrawer } from "./faults.js";
import { prefer, preference } from "./theme.js";
import { wireDrawer } from "./wire.js";
import { say } from "./words.js";

/** @import {Store} from "./store.js" */
/** @import {Preference} from "./theme.js" */

/** @param {Store} store @param {{bar: HTMLElement, drawers: HTMLElement, toasts: HTMLElement}} places */
export function fillBar(store, { bar, drawers, toasts }) {
  bar.replaceChildren(
    el(
      "div",
      { class: "brand" },
      el("img", { src: "/icon.svg", alt: "", width: "28", height: "28" }),
      el("h1", {}, "Countersign"),
      el("span", { class: "tag" }, say("Simulator")),
    ),
    clock(store, toasts),
    el("div", { class: "tools" }, wireDrawer(store, drawers).button, faultsDrawer(store, drawers).button, themeSwitch()),
  );
}

const THEMES = /** @type {[Preference, string, string][]} */ ([
  ["light", say("Light"), "sun"],
  ["system", say("As the system"), "system"],
  ["dark", say("Dark"), "moon"],
]);

function themeSwitch() {
  const inputs = THEMES.map(([value, label, picture]) => {
    const input = el("input", { type: "radio", name: "theme", value, class: "sr-only", onchange: () => prefer(value) });
    input.checked = preference() === value;
    return el("label", { title: label }, input, el("span", { class: "sr-only" }, label), icon(picture));
  });
  return el("fieldset", { class: "themes" }, el("legend", { class: "sr-only" }, say("Theme")), ...inputs);
}
