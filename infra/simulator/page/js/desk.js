/** What a person of the helpdesk has beside the chats: the way to the helpdesk's own pages. */

import { el, icon, setText } from "./dom.js";

/** @import {Person} from "./types.js" */
/** @import {Store} from "./store.js" */

/** @param {Store} store @param {{person: Person, signal: AbortSignal}} options @returns {HTMLElement} */
export function deskPanel(store, { person, signal }) {
  const first = person.name.split(" ")[0];
  const link = el("a", { class: "primary", target: "_blank", rel: "noopener" }, "Open the helpdesk", icon("open"));
  const hint = el("p", { class: "hint" });

  function show() {
    const { deskUrl, online } = store.bot;
    link.hidden = !deskUrl;
    if (deskUrl) link.href = deskUrl;
    setText(
      hint,
      online && deskUrl
        ? `It opens in a tab of its own and asks who you are: choose ${person.name}.`
        : "The helpdesk’s pages are served by the bot, which is not running yet.",
    );
  }

  store.on("bot", show, signal);
  show();
  return el(
    "div",
    { class: "desk" },
    el("div", { class: "desk-picture", "aria-hidden": "true" }, icon("desk")),
    el("h3", {}, "Every request is a ticket here"),
    el("p", {}, `${first} works at the helpdesk and sees what became of each request, without having to ask anybody.`),
    el(
      "ul",
      {},
      el("li", {}, "the ticket, opened before anybody was asked"),
      el("li", {}, "who decided what, and when"),
      el("li", {}, "when the access began, and that it ended"),
    ),
    link,
    hint,
  );
}
