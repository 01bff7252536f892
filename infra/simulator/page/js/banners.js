/** What is wrong with the whole page: no connection to the simulator, or no bot behind it. */

import { el } from "./dom.js";
import { say } from "./words.js";

/** @import {Store} from "./store.js" */

/** @param {Store} store @param {HTMLElement} node */
export function fillBanners(store, node) {
  const lost = el(
    "p",
    { class: "banner warning", role: "status", hidden: true },
    el("span", { class: "spinner small", "aria-hidden": "true" }),
    say("The connection to the simulator is lost. Reconnecting…"),
  );
  const offline = el(
    "p",
    { class: "banner", role: "status", hidden: true },
    el("strong", {}, say("The bot is not running.")),
    el("span", {}, ...around(say("Start it with {command}; this page notices by itself."), el("code", {}, "make run"))),
  );

  function show() {
    lost.hidden = store.connected;
    offline.hidden = store.bot.online || !store.connected;
  }

  store.on("connection", show);
  store.on("bot", show);
  node.replaceChildren(lost, offline);
  show();
}

/** A sentence around the element that stands in it for {command}. @param {string} words @param {HTMLElement} command */
function around(words, command) {
  const [before, after = ""] = words.split("{command}");
  return [before, command, after];
}
