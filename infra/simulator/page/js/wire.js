/** The drawer that shows what goes over the wire, newest first: activities to the bot, and the bot's calls to Teams. */

import { el } from "./dom.js";
import { Drawer } from "./drawer.js";
import { LANGUAGE, say } from "./words.js";

/** @import {WireLine} from "./types.js" */
/** @import {Store} from "./store.js" */

const TIME = new Intl.DateTimeFormat(LANGUAGE, { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** @param {Store} store @param {HTMLElement} within @returns {Drawer} */
export function wireDrawer(store, within) {
  const list = el("ol", { class: "wire" });
  const none = el("p", { class: "hint" }, say("Nothing yet. Say something in a chat."));
  const drawer = new Drawer({ title: say("On the wire"), picture: "wire", within, onOpen: show });

  function show() {
    if (!drawer.isOpen) return;
    none.hidden = store.wire.length > 0;
    list.replaceChildren(...store.wire.toReversed().map(line));
  }

  drawer.body.append(
    el("p", { class: "hint" }, say("The real protocol over HTTP: what Teams sends to the bot, and what the bot asks of Teams.")),
    none,
    list,
  );
  store.on("wire", show);
  return drawer;
}

/** @param {WireLine} line @returns {HTMLElement} */
function line({ direction, method, path, status, summary, elapsed_ms, at }) {
  const isToBot = direction === "to_bot";
  const isFault = status === 0 || status >= 400;
  return el(
    "li",
    { class: isFault ? "wrong" : "" },
    el("span", { class: `direction ${direction}` }, isToBot ? say("→ bot") : say("← bot")),
    el(
      "div",
      {},
      el("strong", {}, summary),
      el("code", { title: path }, `${method} ${path}`),
      el("span", { class: "wire-facts" }, [TIME.format(Date.parse(at)), status || say("no answer"), say("{count} ms", { count: Math.round(elapsed_ms) })].join(" · ")),
    ),
  );
}
