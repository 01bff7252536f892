/** What is wrong with the whole page: no connection to the simulator, or no bot behind it. */

import { el } from "./dom.js";

/** @import {Store} from "./store.js" */

/** @param {Store} store @param {HTMLElement} node */
export function fillBanners(store, node) {
  const lost = el(
    "p",
    { class: "banner warning", role: "status", hidden: true },
    el("span", { class: "spinner small", "aria-hidden": "true" }),
    "The connection to the simulator is lost. Reconnecting…",
  );
  const offline = el(
    "p",
    { class: "banner", role: "status", hidden: true },
    el("strong", {}, "The bot is not running."),
    el("span", {}, "Start it with ", el("code", {}, "make run"), "; this page notices by itself."),
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
