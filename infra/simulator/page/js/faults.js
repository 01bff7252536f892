/** The drawer that makes the network misbehave: what fails on which route, how often, and what is still to come. */

import { clearFaults, failureOf, putFault } from "./api.js";
import { el, freshId } from "./dom.js";
import { Drawer } from "./drawer.js";
import { say } from "./words.js";

/** @import {Fault} from "./types.js" */
/** @import {Store} from "./store.js" */

const ROUTES = /** @type {Record<string, string>} */ ({
  post: say("Bot posts a message"),
  reply: say("Bot replies to a message"),
  update: say("Bot updates a card"),
  delete: say("Bot deletes a message"),
  create: say("Bot opens a chat"),
  members: say("Bot reads a roster"),
  token: say("Bot asks for a token"),
  metadata: say("Bot reads the signing keys"),
  deliver: say("Teams delivers to the bot"),
});
const KINDS = /** @type {Record<string, string>} */ ({
  429: say("429 · too many requests"),
  412: say("412 · precondition failed"),
  500: say("500 · server error"),
  502: say("502 · bad gateway"),
  503: say("503 · unavailable"),
  504: say("504 · gateway time-out"),
  timeout: say("no answer at all"),
  "202_empty": say("202 with an empty body"),
  duplicate: say("delivered twice"),
  reorder: say("out of order"),
  drop_reply: say("done, but the answer is lost"),
});

/** @param {Store} store @param {HTMLElement} within @returns {Drawer} */
export function faultsDrawer(store, within) {
  const drawer = new Drawer({ title: say("Network faults"), picture: "fault", within });
  const form = new FaultForm(store);
  const active = el("ul", { class: "faults" });
  const none = el("p", { class: "hint" }, say("None. Everything arrives, once and in order."));
  const clear = el("button", { type: "button", class: "secondary", onclick: () => void form.attempt(clearFaults) }, say("Clear all"));

  function show() {
    active.replaceChildren(...store.faults.map(line));
    none.hidden = store.faults.length > 0;
    clear.hidden = store.faults.length === 0;
    drawer.count(store.faults.length, say("active"));
  }

  drawer.body.append(
    el("p", { class: "hint" }, say("What Teams and the network do on a bad day. The bot has to cope: nothing lost, nothing done twice.")),
    form.node,
    el("h3", {}, say("Active")),
    none,
    active,
    clear,
  );
  store.on("faults", () => {
    form.offerRoutes();
    show();
  });
  form.offerRoutes();
  show();
  return drawer;
}

/** @param {Fault} fault @returns {HTMLElement} */
function line({ route, kind, times, retry_after_s }) {
  const often = times === 1 ? say("once more") : say("{times} more times", { times });
  const wait = retry_after_s ? [say("try again after {seconds} s", { seconds: retry_after_s })] : [];
  return el("li", {}, el("strong", {}, ROUTES[route] ?? route), el("span", {}, [KINDS[kind] ?? kind, often, ...wait].join(" · ")));
}

class FaultForm {
  /** @param {Store} store */
  constructor(store) {
    this.store = store;
    this.route = el("select", { id: freshId("route"), onchange: () => this.offerKinds() });
    this.kind = el("select", { id: freshId("kind"), onchange: () => this.offerWait() });
    this.times = el("input", { id: freshId("times"), type: "number", min: "1", max: "1000", value: "1", required: true });
    this.wait = el("input", { id: freshId("wait"), type: "number", min: "0", max: "600", value: "2" });
    this.waitField = field(say("Retry-After (s)"), this.wait);
    this.said = el("p", { class: "fault-said", role: "alert" });
    this.node = el(
      "form",
      { class: "fault-form", onsubmit: (/** @type {Event} */ event) => this.submit(event) },
      field(say("Where"), this.route),
      field(say("What"), this.kind),
      el("div", { class: "pair" }, field(say("How often"), this.times), this.waitField),
      el("button", { type: "submit", class: "primary" }, say("Add the fault")),
      this.said,
    );
  }

  offerRoutes() {
    const { routes } = this.store;
    if (routes.length === this.route.options.length) return;
    this.route.replaceChildren(...routes.map(({ route }) => el("option", { value: route }, ROUTES[route] ?? route)));
    this.offerKinds();
  }

  offerKinds() {
    const kinds = this.store.routes.find(({ route }) => route === this.route.value)?.kinds ?? [];
    const kept = this.kind.value;
    this.kind.replaceChildren(...kinds.map((kind) => el("option", { value: kind }, KINDS[kind] ?? kind)));
    if (kinds.includes(kept)) this.kind.value = kept;
    this.offerWait();
  }

  offerWait() {
    this.waitField.hidden = !["429", "503"].includes(this.kind.value);
  }

  /** @param {Event} event */
  submit(event) {
    event.preventDefault();
    /** @type {Fault} */
    const fault = { route: this.route.value, kind: this.kind.value, times: Number(this.times.value) };
    if (!this.waitField.hidden && this.wait.value) fault.retry_after_s = Number(this.wait.value);
    void this.attempt(() => putFault(fault));
  }

  /** @param {() => Promise<unknown>} effect */
  async attempt(effect) {
    this.said.replaceChildren();
    try {
      await effect();
    } catch (error) {
      const { title, detail } = failureOf(error);
      this.said.append(`${title} ${detail}`);
    }
  }
}

/** @param {string} label @param {HTMLElement} control @returns {HTMLElement} */
function field(label, control) {
  return el("div", { class: "field" }, el("label", { for: control.id }, label), control);
}
