/** An Adaptive Card in front of one person: drawn, pressed, refreshed, and replaced by the answer. */

import { ApiError, failureOf, sendMessage, submit } from "./api.js";
import { el, setText } from "./dom.js";
import { draw } from "./renderer.js";
import { signInPart } from "./signin.js";
import { openTask } from "./task.js";
import { say } from "./words.js";

/** @import {Place} from "./invoke.js" */
/** @import {Drawn, Press} from "./renderer.js" */

/** After how long Teams tells the person that it is still working on it. */
const PROGRESS_MS = 2000;

export class Card {
  /** @param {Place} place @param {{label: string, onWords: (words: string) => void}} options */
  constructor(place, { label, onWords }) {
    this.place = place;
    this.onWords = onWords;
    this.busy = false;
    /** @type {Drawn | null} */
    this.drawn = null;
    /** What is drawn, as JSON. */
    this.json = "";
    this.turn = 0;
    this.body = el("div", { class: "card-body" });
    this.progress = el("p", { class: "card-progress", role: "status" });
    this.fault = el("div", { class: "card-fault", role: "alert" });
    this.footer = el("div", { class: "card-footer" });
    this.node = el(
      "div",
      { class: "card", role: "group", tabindex: "-1", "aria-label": label },
      this.body,
      this.footer,
      this.progress,
      this.fault,
    );
    this.node.addEventListener("click", (/** @type {MouseEvent} */ event) => this.holdBack(event), { capture: true });
  }

  /**
   * Draws a card; the focus stays with the card where it was inside.
   * @param {any} json @param {{keepInputs?: boolean}} [options]
   */
  async show(json, { keepInputs = false } = {}) {
    const turn = (this.turn += 1);
    const inputs = keepInputs ? this.drawn?.inputs() : undefined;
    try {
      const drawn = await draw(json, {
        inputs,
        onPress: (press) => void this.press(press),
        onExpand: () => this.body.scrollIntoView({ block: "nearest", behavior: "smooth" }),
        search: (query) => this.place.search(query),
      });
      if (turn !== this.turn) return;
      this.replace(drawn.node);
      this.drawn = drawn;
      this.json = JSON.stringify(json);
    } catch (error) {
      this.replace(
        el("p", { class: "card-broken" }, say("This card cannot be shown."),
          " ", el("small", {}, String(/** @type {Error} */ (error).message))),
      );
    }
    this.fault.replaceChildren();
    this.footer.replaceChildren();
    this.markBusy();
  }

  /** @param {Node} content */
  replace(content) {
    const hadFocus = this.node.contains(document.activeElement);
    this.body.replaceChildren(content);
    if (!hadFocus) return;
    this.node.focus({ preventScroll: true });
    // An answer is read from its top, also where it is taller than the chat.
    const frame = this.node.closest(".scroll");
    const isTaller = frame !== null && this.node.offsetHeight > frame.clientHeight;
    this.node.scrollIntoView({ block: isTaller ? "start" : "nearest" });
  }

  /**
   * A second press while the first is under way goes nowhere, nor does the second half of a double click: the answer may have put
   * another button under the mouse meanwhile.
   * @param {MouseEvent} event
   */
  holdBack(event) {
    const isSecond = this.busy || event.detail > 1;
    if (!isSecond || !(/** @type {Element} */ (event.target).closest(".ac-pushButton, .ac-selectable"))) return;
    event.stopPropagation();
    event.preventDefault();
  }

  /** @param {Press} press */
  async press(press) {
    if (press.type === "Action.OpenUrl") return openLink(press.url);
    if (press.type === "Action.Execute") return this.work(press.button, () => this.execute(press));
    if (press.type === "Action.Submit") return this.work(press.button, () => this.submit(press));
  }

  /** @param {Press} press @param {string} [code] what the window of a sign-in handed back */
  async execute(press, code) {
    // The sign-in button has the focus when its code comes: it stays until the answer takes the card's place.
    if (code === undefined) this.footer.replaceChildren();
    const shown = await this.place.execute(press, "manual", code);
    if (shown.kind === "signIn") return this.askToSignIn(press, shown);
    if (shown.kind === "card") await this.take(shown.card);
    if (shown.kind === "toast") this.onWords(shown.text);
  }

  /**
   * The answer to a press is drawn afresh even where it is the very same card: what was folded out is folded in again, as in Teams.
   * @param {any} json
   */
  async take(json) {
    const isSame = JSON.stringify(json) === this.json;
    this.place.store.takeView(this.place.person, this.place.chat, this.place.messageId, json);
    if (isSame) await this.show(json);
  }

  /** @param {Press} press @param {{text: string, title: string, url: string}} asked */
  askToSignIn(press, asked) {
    const part = signInPart(asked, (code, button) => void this.work(button, () => this.execute(press, code)));
    this.footer.replaceChildren(part.node);
    part.button.focus();
    part.node.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }

  /** @param {Press} press */
  async submit({ data, button }) {
    const { chat, person, messageId } = this.place;
    const teams = data?.msteams ?? {};
    if (teams.type === "task/fetch")
      return openTask(this.place, { data, opener: button ?? this.node, fallback: this.node, onWords: this.onWords });
    const answer =
      teams.type === "imBack"
        ? await sendMessage(chat, { from: person, text: String(teams.value ?? ""), mention: false })
        : await submit(chat, { from: person, messageId, data: data ?? {} });
    if (answer.error) throw new ApiError(answer.error.title ?? say("Something went wrong. Please try again."), answer.error.detail ?? "");
  }

  /**
   * Runs a press: one at a time, told to be busy after 2 s, its error shown under the card.
   * @param {HTMLElement | null} button @param {() => Promise<void>} effect
   */
  async work(button, effect) {
    this.busy = true;
    this.fault.replaceChildren();
    button?.classList.add("is-working");
    this.markBusy();
    const slow = setTimeout(() => setText(this.progress, say("Still working on it…")), PROGRESS_MS);
    try {
      await effect();
    } catch (error) {
      const { title, detail } = failureOf(error);
      this.fault.append(el("strong", {}, title), detail && el("span", {}, detail));
      this.fault.scrollIntoView({ block: "nearest", behavior: "smooth" });
    } finally {
      clearTimeout(slow);
      setText(this.progress, "");
      this.busy = false;
      button?.classList.remove("is-working");
      this.markBusy();
    }
  }

  // aria-disabled rather than disabled: a disabled button would drop the keyboard's focus.
  markBusy() {
    this.node.setAttribute("aria-busy", String(this.busy));
    for (const button of this.body.querySelectorAll(".ac-pushButton")) {
      if (this.busy) button.setAttribute("aria-disabled", "true");
      else button.removeAttribute("aria-disabled");
    }
  }
}

/** @param {string | undefined} url */
function openLink(url) {
  if (url && /^https?:\/\//i.test(url)) window.open(url, "_blank", "noopener,noreferrer");
}
