/** What a person of the helpdesk has beside the chats: the way to the helpdesk's own pages. */

import { el, icon, setText } from "./dom.js";
import { say } from "./words.js";

/** @import {Person} from "./types.js" */
/** @import {Store} from "./store.js" */

/** @param {Store} store @param {{person: Person, signal: AbortSignal}} options @returns {HTMLElement} */
export function deskPanel(store, { person, signal }) {
  const first = person.name.split(" ")[0];
  const link = el("a", { class: "primary", target: "_blank", rel: "noopener" }, say("Open the helpdesk"), icon("open"));
  const hint = el("p", { class: "hint" });

  function show() {
    const { deskUrl, online } = store.bot;
    link.hidden = !deskUrl;
    if (deskUrl) link.href = deskUrl;
    setText(
      hint,
      online && deskUrl
        ? say("It opens in a tab of its own and asks who you are: choose {name}.", { name: person.name })
        : say("The helpdesk’s pages are served by the bot, which is not running yet."),
    );
  }

  store.on("bot", show, signal);
  show();
  return el(
    "div",
    { class: "desk" },
    el("div", { class: "desk-picture", "aria-hidden": "true" }, icon("desk")),
    el("h3", {}, say("Every request is a ticket here")),
    el("p", {}, say("{name} works at the helpdesk and sees what became of each request, without having to ask anybody.", { name: first })),
    el(
      "ul",
      {},
      el("li", {}, say("the ticket, opened before anybody was asked")),
      el("li", {}, say("who decided what, and when")),
      el("li", {}, say("when the access began, and that it ended")),
    ),
    link,
    hint,
  );
}
