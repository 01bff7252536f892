/** One message in one person's column: words in a bubble, cards under it. */

import { avatar } from "./avatar.js";
import { Card } from "./card.js";
import { el, setText } from "./dom.js";
import { Place } from "./invoke.js";
import { fullOf, timeOf } from "./moments.js";
import { refreshOnce } from "./refresh.js";
import { messageText, plainOf } from "./text.js";
import { say } from "./words.js";

/** @import {Chat, Message, Person} from "./types.js" */
/** @import {Store} from "./store.js" */

const ADAPTIVE_CARD = "application/vnd.microsoft.card.adaptive";

export class Bubble {
  /**
   * @param {Store} store
   * @param {{chat: Chat, person: Person, message: Message, onWords: (words: string) => void, onRetry: (message: Message) => void,
   *          onReply: (thread: string) => void}} options
   */
  constructor(store, { chat, person, message, onWords, onRetry, onReply }) {
    this.store = store;
    this.chat = chat;
    this.person = person;
    this.onWords = onWords;
    this.onRetry = onRetry;
    this.onReply = onReply;
    this.message = message;
    /** @type {Card | null} */
    this.card = null;
    /** @type {string} what the card shows now */
    this.shown = "";
    const isMine = message.from.id === person.teamsId;
    const moment = Date.parse(message.timestamp);
    this.body = el("div", { class: "message-body" });
    this.edited = el("span", { class: "edited" });
    this.node = el(
      "li",
      { class: `message ${isMine ? "mine" : "theirs"}`, "data-id": message.id },
      !isMine && avatar(message.from, "small"),
      el(
        "div",
        { class: "message-main" },
        el(
          "p",
          { class: "message-head" },
          el("span", { class: isMine ? "sr-only" : "sender" }, isMine ? say("You") : message.from.name),
          el("time", { datetime: message.timestamp, title: fullOf(moment) }, timeOf(moment)),
          this.edited,
        ),
        this.body,
      ),
    );
    this.update(message);
  }

  /** Draws what changed. @param {Message} message */
  update(message) {
    this.message = message;
    setText(this.edited, message.edited && !message.deleted ? say("Edited") : "");
    this.node.classList.toggle("failed", Boolean(message.error));
    if (message.deleted) {
      this.card = null;
      this.body.replaceChildren(el("p", { class: "words gone" }, say("This message has been deleted.")));
      return;
    }
    const parts = [message.text && messageText(message), this.cardPart(), ...this.otherParts(), this.failurePart(), this.replyPart()];
    this.keep(parts.filter((part) => part instanceof Node));
    void this.showCard();
  }

  /** Replaces the parts, but leaves a card that is there already in its place: moving it would drop the focus. @param {Node[]} parts */
  keep(parts) {
    const card = this.card?.node;
    if (!card || !this.body.contains(card)) return this.body.replaceChildren(...parts);
    for (const old of [...this.body.children]) if (old !== card) old.remove();
    const at = parts.indexOf(card);
    card.before(...parts.slice(0, at));
    card.after(...parts.slice(at + 1));
  }

  get own() {
    return this.message.attachments.find((attachment) => attachment.contentType === ADAPTIVE_CARD)?.content;
  }

  cardPart() {
    if (!this.own) {
      this.card = null;
      return null;
    }
    if (!this.card) {
      const place = new Place(this.store, this.chat.id, this.person.id, this.message.id);
      this.card = new Card(place, { label: say("Card from {name}", { name: this.message.from.name }), onWords: this.onWords });
      this.shown = "";
    }
    return this.card.node;
  }

  /** @param {{again?: boolean}} [options] again: draw even what is there, since the theme changed */
  async showCard({ again = false } = {}) {
    if (!this.card || !this.own) return;
    const view = this.store.viewFor(this.person.id, this.message);
    const json = view ?? this.own;
    const shown = JSON.stringify(json);
    if (again || shown !== this.shown) {
      this.shown = shown;
      await this.card.show(json, { keepInputs: again });
    }
    if (!view) await refreshOnce(this.card.place, this.message, this.own);
  }

  otherParts() {
    return this.message.attachments
      .filter((attachment) => attachment.contentType !== ADAPTIVE_CARD)
      .map((attachment) => el("p", { class: "words gone" }, say("An attachment that this page does not show: {type}", { type: attachment.contentType })));
  }

  failurePart() {
    const { error } = this.message;
    if (!error) return null;
    const again = el("button", { type: "button", class: "link", onclick: () => this.onRetry(this.message) }, say("Try again"));
    return el(
      "p",
      { class: "message-fault", role: "alert", title: error.detail ?? "" },
      say("Couldn’t be sent."),
      " ",
      again,
      error.detail && el("small", {}, error.detail),
    );
  }

  replyPart() {
    if (this.chat.kind !== "channel" || (this.message.thread && this.message.thread !== this.message.id)) return null;
    return el("button", { type: "button", class: "link reply", onclick: () => this.onReply(this.message.id) }, say("Reply"));
  }
}

/** What to read out for a new message. @param {Message} message @returns {string} */
export function announcementOf(message) {
  const card = message.attachments.find((attachment) => attachment.contentType === ADAPTIVE_CARD)?.content;
  const words = plainOf(message.text) || message.summary || card?.speak || (card ? say("sent a card") : say("sent a message"));
  return `${message.from.name}: ${words}`;
}
