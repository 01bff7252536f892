/** Where a person writes: Enter sends, Shift+Enter begins a new line. Words that could not be sent stay. */

import { el, freshId, icon } from "./dom.js";
import { say } from "./words.js";

/** @import {Chat, Person} from "./types.js" */

export class Composer {
  /**
   * @param {{person: Person, chat: Chat, bot: string,
   *          onSend: (text: string, options: {mention: boolean, thread?: string}) => void}} options
   */
  constructor({ person, chat, bot, onSend }) {
    this.chat = chat;
    this.onSend = onSend;
    /** @type {string | undefined} */
    this.thread = undefined;
    const id = freshId("compose");
    const label =
      chat.kind === "personal"
        ? say("Message {bot} as {name}", { bot, name: person.name })
        : say("Write in {chat} as {name}", { chat: chat.title, name: person.name });
    /** @type {HTMLTextAreaElement} */
    this.area = el("textarea", {
      id,
      rows: "1",
      placeholder: chat.kind === "channel" ? say("Start a post") : say("Type a message"),
      "aria-label": label,
      enterkeyhint: "send",
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.key(event),
      oninput: () => this.changed(),
    });
    /** @type {HTMLButtonElement} */
    this.send = el("button", { type: "submit", class: "send", "aria-label": say("Send"), title: say("Send (Enter)") }, icon("send"));
    // In groups and channels a bot hears only messages that mention it.
    this.mention =
      chat.kind === "personal"
        ? null
        : el(
            "button",
            {
              type: "button",
              class: "mention-toggle",
              "aria-pressed": "true",
              title: say("Whether the message mentions {bot}: in groups and channels it hears nothing else", { bot }),
              onclick: () => this.mention?.setAttribute("aria-pressed", String(!this.isMentioning)),
            },
            `@${bot}`,
          );
    this.replying = el("p", { class: "replying", hidden: true });
    this.node = el(
      "form",
      { class: "composer", onsubmit: (/** @type {Event} */ event) => this.submit(event) },
      this.replying,
      el("div", { class: "composer-box" }, this.mention, this.area, this.send),
    );
    this.changed();
  }

  get isMentioning() {
    return this.mention?.getAttribute("aria-pressed") === "true";
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key === "Escape" && this.thread) {
      event.stopPropagation();
      this.reply(undefined);
    }
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.submit(event);
  }

  /** @param {Event} event */
  submit(event) {
    event.preventDefault();
    const text = this.area.value.trim();
    if (!text) return;
    this.onSend(text, { mention: this.isMentioning, thread: this.thread });
    this.area.value = "";
    this.reply(undefined);
    this.changed();
    this.area.focus();
  }

  changed() {
    this.send.classList.toggle("ready", this.area.value.trim() !== "");
    this.area.style.height = "auto";
    if (this.area.scrollHeight) this.area.style.height = `${Math.min(this.area.scrollHeight, 132)}px`;
  }

  /**
   * Answers in a thread; undefined begins a post of its own again.
   * @param {string | undefined} thread @param {string} [name] whose post it is
   */
  reply(thread, name = "") {
    this.thread = thread;
    this.replying.hidden = !thread;
    this.area.placeholder = thread ? say("Reply") : this.chat.kind === "channel" ? say("Start a post") : say("Type a message");
    if (!thread) return;
    const cancel = el("button", { type: "button", class: "link", onclick: () => this.reply(undefined) }, say("Cancel"));
    this.replying.replaceChildren(say("Replying to {name}", { name }), " ", cancel);
    this.area.focus();
  }
}
