/** One chat as one person sees it: messages, what is being typed, suggestions, and where to write. */

import { failureOf, sendMessage } from "./api.js";
import { Composer } from "./composer.js";
import { el, setText } from "./dom.js";
import { Bubble } from "./message.js";
import { dayOf } from "./moments.js";
import { inThreads, isReply, isTogether } from "./order.js";
import { Scroller } from "./scroller.js";
import { themes } from "./theme.js";
import { toast } from "./toast.js";
import { say } from "./words.js";

/** @import {Chat, Failure, Message, Person} from "./types.js" */
/** @import {Store} from "./store.js" */

// What the bot understands, which is English: not translated.
const SUGGESTIONS = ["What can I ask for?", "I need write access to billing-db for 4 hours to fix INC-4711", "Help"];
/** A typing notice that nothing follows is taken away, as Teams does. */
const TYPING_MS = 10_000;

let nextUnsent = 0;

export class ChatPanel {
  /** @param {Store} store @param {{person: Person, chatId: string, signal: AbortSignal}} options */
  constructor(store, { person, chatId, signal }) {
    this.store = store;
    this.person = person;
    this.chatId = chatId;
    /** @type {Map<string, Bubble>} */
    this.bubbles = new Map();
    /** @type {Message[]} what could not be sent, or is being sent */
    this.unsent = [];
    /** @type {Set<string>} failed messages that were sent again since */
    this.repeated = new Set();
    this.list = el("ol", { class: "messages", "aria-label": say("Messages, {chat}", { chat: this.chat.title }) });
    this.typing = el(
      "p",
      { class: "typing", hidden: true },
      el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i")),
      say("{bot} is typing…", { bot: store.bot.name }),
    );
    this.scroll = el(
      "div",
      { class: "scroll", tabindex: "0", role: "group", "aria-label": say("Conversation, {chat}", { chat: this.chat.title }) },
      this.list,
      this.typing,
    );
    this.latest = el("button", { type: "button", class: "latest", hidden: true, onclick: () => this.scroller.toEnd() }, say("New messages"));
    this.toasts = el("div", { class: "toasts within", role: "status", "aria-live": "polite" });
    this.suggestions = el("div", { class: "suggestions", role: "group", "aria-label": say("Suggestions") });
    this.composer = new Composer({
      person,
      chat: this.chat,
      bot: store.bot.name,
      onSend: (text, options) => void this.send(text, options),
    });
    this.node = el("div", { class: "chat" }, this.scroll, this.latest, this.toasts, this.suggestions, this.composer.node);
    this.scroller = new Scroller(this.scroll, this.list, { onEnd: () => (this.latest.hidden = true), signal });
    this.listen(signal);
    this.sync();
    this.scroller.toEnd();
  }

  /** @param {AbortSignal} signal */
  listen(signal) {
    const isMine = (/** @type {{chat: string, onlyFor?: string}} */ { chat, onlyFor = this.person.id }) =>
      chat === this.chatId && onlyFor === this.person.id;
    this.store.on("message", (detail) => isMine(detail) && this.heard(detail), signal);
    this.store.on("typing", (detail) => isMine(detail) && this.showTyping(), signal);
    this.store.on("chats", () => this.sync(), signal);
    // Another day may have begun: "today" is yesterday then.
    this.store.on("clock", () => this.sync(), signal);
    themes.addEventListener("change", () => this.redraw(), { signal });
  }

  /** @returns {Chat} */
  get chat() {
    return this.store.chats.get(this.chatId) ?? { id: this.chatId, kind: "personal", title: "", members: [], messages: [] };
  }

  /** @param {{message: Message, fresh: boolean}} detail */
  heard({ message, fresh }) {
    const wasAtEnd = this.scroller.isAtEnd;
    if (fresh && message.from.isBot) this.typing.hidden = true;
    if (fresh && message.from.id === this.person.teamsId) this.arrived(message);
    this.sync(message.id);
    if (!fresh && !wasAtEnd) return;
    if (wasAtEnd || message.from.id === this.person.teamsId) this.scroller.toEnd();
    else this.latest.hidden = false;
  }

  /** Brings the list in line with the store. @param {string} [changed] the only message that may have changed */
  sync(changed) {
    const shown = inThreads([...this.chat.messages, ...this.unsent].filter((message) => !this.repeated.has(message.id)));
    const ids = new Set(shown.map((message) => message.id));
    for (const [id, bubble] of this.bubbles) if (!ids.has(id)) this.drop(id, bubble);
    let day = "";
    let at = this.list.firstElementChild;
    /** @type {Message | undefined} */
    let before;
    for (const message of shown) {
      const today = dayOf(Date.parse(message.timestamp), this.store.now());
      const isNewDay = today !== day && !isReply(message);
      if (isNewDay) at = this.divide(at, (day = today));
      const node = this.place(message, changed);
      node.classList.toggle("follows", !isNewDay && isTogether(before, message));
      node.classList.toggle("in-thread", isReply(message));
      if (node === at) at = node.nextElementSibling;
      else this.list.insertBefore(node, at);
      before = message;
    }
    while (at) {
      const rest = at.nextElementSibling;
      at.remove();
      at = rest;
    }
    this.suggest(shown);
  }

  /** @param {Message} message @param {string} [changed] @returns {HTMLElement} */
  place(message, changed) {
    const known = this.bubbles.get(message.id);
    if (known) {
      if (known.message !== message || message.id === changed) known.update(message);
      return known.node;
    }
    const bubble = new Bubble(this.store, {
      chat: this.chat,
      person: this.person,
      message,
      onWords: (words) => toast(words, this.toasts),
      onRetry: (failed) => void this.retry(failed),
      onReply: (thread) => this.composer.reply(thread, message.from.name),
    });
    this.bubbles.set(message.id, bubble);
    return bubble.node;
  }

  /**
   * A heading with the day, found again or made.
   * @param {Element | null} at @param {string} day @returns {Element | null} what follows it
   */
  divide(at, day) {
    if (at?.classList.contains("day")) {
      setText(at, day);
      return at.nextElementSibling;
    }
    this.list.insertBefore(el("li", { class: "day" }, day), at);
    return at;
  }

  /** @param {string} id @param {Bubble} bubble */
  drop(id, bubble) {
    bubble.node.remove();
    this.bubbles.delete(id);
  }

  redraw() {
    for (const bubble of this.bubbles.values()) void bubble.showCard({ again: true });
  }

  /** @param {Message[]} shown */
  suggest(shown) {
    // A welcome leaves a chat empty. A card that is kept up to date is no welcome: somebody is waiting.
    const isWelcome = (/** @type {Message} */ { from, attachments }) => from.isBot && !attachments.some(({ content }) => content?.refresh);
    const isEmpty = shown.length < 2 && shown.every(isWelcome);
    const wanted = isEmpty ? (this.chat.kind === "personal" ? SUGGESTIONS : ["Help"]) : [];
    this.suggestions.hidden = wanted.length === 0;
    if (this.suggestions.childElementCount === wanted.length) return;
    const chip = (/** @type {string} */ text) =>
      el("button", { type: "button", class: "chip", onclick: () => this.takeSuggestion(text) }, text);
    this.suggestions.replaceChildren(...wanted.map(chip));
  }

  /** @param {string} text */
  takeSuggestion(text) {
    this.composer.area.focus();
    void this.send(text, { mention: this.chat.kind !== "personal" });
  }

  /** @param {string} text @param {{mention: boolean, thread?: string}} options */
  async send(text, options) {
    const pending = this.pending(text, options);
    this.unsent.push(pending);
    this.sync();
    this.scroller.toEnd();
    const { message, error } = await sendMessage(this.chatId, { from: this.person.id, text, ...options }).catch(
      (/** @type {unknown} */ fault) => ({ message: undefined, error: failureOf(fault) }),
    );
    this.unsent = this.unsent.filter((known) => known !== pending);
    if (message) this.store.takeMessage({ chat: this.chatId, message });
    else this.unsent.push({ ...pending, error: /** @type {Failure} */ (error) });
    this.sync();
    this.scroller.toEnd();
  }

  /** @param {string} text @param {{thread?: string}} options @returns {Message} */
  pending(text, { thread }) {
    nextUnsent += 1;
    const from = { id: this.person.teamsId, name: this.person.name, isBot: false };
    return {
      id: `unsent-${nextUnsent}`,
      from,
      text,
      attachments: [],
      timestamp: new Date(this.store.now()).toISOString(),
      version: 0,
      thread,
    };
  }

  /** The chat shows what was sent before the bot has answered: the grey copy has done its work. @param {Message} message */
  arrived(message) {
    const words = withoutMention(message.text);
    const at = this.unsent.findIndex((pending) => !pending.error && pending.text === words);
    if (at !== -1) this.unsent.splice(at, 1);
  }

  /** @param {Message} failed */
  async retry(failed) {
    this.unsent = this.unsent.filter((message) => message.id !== failed.id);
    this.repeated.add(failed.id);
    this.composer.area.focus();
    await this.send(withoutMention(failed.text), { mention: this.chat.kind !== "personal", thread: failed.thread ?? undefined });
  }

  showTyping() {
    const wasAtEnd = this.scroller.isAtEnd;
    this.typing.hidden = false;
    if (wasAtEnd) this.scroller.toEnd();
    clearTimeout(this.typingTimer);
    this.typingTimer = setTimeout(() => (this.typing.hidden = true), TYPING_MS);
  }
}

/** @param {string} text @returns {string} */
const withoutMention = (text) => text.replace(/<at>.*?<\/at>\s*/g, "");
