/** Teams' dialogs ("task modules"): task/fetch opens one, its Action.Submit answers with task/submit, until the bot closes it. */

import { failureOf } from "./api.js";
import { Dialog } from "./dialog.js";
import { el } from "./dom.js";
import { draw } from "./renderer.js";
import { theme } from "./theme.js";
import { say } from "./words.js";

/** @import {Place} from "./invoke.js" */
/** @import {Press} from "./renderer.js" */
/** @import {Shown} from "./types.js" */

/**
 * @param {Place} place
 * @param {{data: any, opener: HTMLElement, fallback: HTMLElement, onWords: (words: string) => void}} options
 */
export function openTask(place, { data, opener, fallback, onWords }) {
  const task = new Task(place, { opener, fallback, onWords });
  return task.start(data);
}

class Task {
  /** @param {Place} place @param {{opener: HTMLElement, fallback: HTMLElement, onWords: (words: string) => void}} options */
  constructor(place, { opener, fallback, onWords }) {
    this.place = place;
    this.onWords = onWords;
    this.busy = false;
    this.dialog = new Dialog({ title: say("One moment…"), subtitle: `${place.who} · ${place.store.bot.name}`, opener, fallback });
    this.fault = el("div", { class: "card-fault", role: "alert" });
    this.content = el("div", { class: "card-body" });
  }

  /** @param {any} data */
  async start(data) {
    this.dialog.open();
    this.dialog.body.append(el("div", { class: "spinner", role: "status", "aria-label": say("Loading") }));
    await this.ask("task/fetch", data);
    // Nothing was ever shown: the error stands in the dialog, which the person closes.
    if (this.fault.hasChildNodes() && !this.content.hasChildNodes()) {
      this.dialog.name(say("This did not open"));
      this.dialog.fill(this.fault);
    }
  }

  /** @param {"task/fetch" | "task/submit"} name @param {any} data @param {HTMLElement | null} [button] */
  async ask(name, data, button = null) {
    if (this.busy) return;
    this.busy = true;
    this.fault.replaceChildren();
    button?.classList.add("is-working");
    button?.setAttribute("aria-disabled", "true");
    try {
      const shown = await this.place.invoke(name, { data, context: { theme: theme() === "dark" ? "dark" : "default" } });
      if (this.dialog.isOpen) await this.show(shown);
    } catch (error) {
      const { title, detail } = failureOf(error);
      this.fault.append(el("strong", {}, title), detail && el("span", {}, detail));
    } finally {
      this.busy = false;
      button?.classList.remove("is-working");
      button?.removeAttribute("aria-disabled");
    }
  }

  /** @param {Shown} shown what the bot answered; nothing means that the dialog is done */
  async show(shown) {
    if (shown.kind === "dialog") return this.go(shown);
    this.dialog.close();
    if (shown.kind === "toast") this.onWords(shown.text);
  }

  /** @param {{title?: string, card?: any, url?: string}} page */
  async go({ title, card, url }) {
    this.dialog.name(title ?? this.place.store.bot.name);
    if (!card) return this.dialog.fill(linkTo(url));
    const drawn = await draw(card.content ?? card, {
      onPress: (press) => void this.press(press),
      search: (query) => this.place.search(query),
    });
    this.content.replaceChildren(drawn.node);
    this.dialog.fill(el("div", {}, this.content, this.fault));
  }

  /** @param {Press} press */
  press(press) {
    if (press.type === "Action.OpenUrl") return void window.open(press.url, "_blank", "noopener,noreferrer");
    const data = press.verb ? { ...press.data, verb: press.verb } : (press.data ?? {});
    return this.ask("task/submit", data, press.button);
  }
}

/** @param {string | undefined} url @returns {HTMLElement} */
function linkTo(url) {
  const isWeb = /^https?:\/\//i.test(url ?? "");
  return el(
    "p",
    {},
    isWeb
      ? el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, say("Open the page of this dialog"))
      : say("The dialog has no card."),
  );
}
