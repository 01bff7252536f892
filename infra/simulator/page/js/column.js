/** One person's column: who it is, their chats as tabs, and the chosen one. */

import { openChat } from "./api.js";
import { avatar } from "./avatar.js";
import { ChatPanel } from "./chat.js";
import { deskPanel } from "./desk.js";
import { el, freshId, icon, setText } from "./dom.js";
import { announcementOf } from "./message.js";
import { Tabs } from "./tabs.js";
import { say } from "./words.js";

/** @import {Chat, Message, Person} from "./types.js" */
/** @import {Store} from "./store.js" */
/** @import {Tab} from "./tabs.js" */

const DESK = "desk";
const PERSONAL = "personal";

export class Column {
  /**
   * @param {Store} store
   * @param {{person: Person, tab: string, onRemove: () => void, onChanged: () => void}} options tab: the one to begin with, or ""
   */
  constructor(store, { person, tab, onRemove, onChanged }) {
    this.store = store;
    this.person = person;
    this.onChanged = onChanged;
    this.isInSight = true;
    this.life = new AbortController();
    /** @type {Map<string, number>} how many messages of each chat this person has not seen */
    this.unseen = new Map();
    /** @type {AbortController | null} */
    this.panelLife = null;
    this.shown = "";
    this.selected = tab || (person.roles.includes("helpdesk") ? DESK : PERSONAL);
    const id = freshId("column");
    this.heading = el("h2", { id }, person.name);
    this.live = el("div", { class: "sr-only", "aria-live": "polite" });
    this.tabs = new Tabs({ label: say("{name}’s chats", { name: person.name }), onSelect: (key) => this.select(key) });
    const remove = el(
      "button",
      { type: "button", class: "quiet", "aria-label": say("Remove {name}", { name: person.name }), title: say("Remove this person"), onclick: onRemove },
      icon("close"),
    );
    this.node = el(
      "section",
      { class: "column", "aria-labelledby": id, "data-person": person.name },
      el(
        "header",
        { class: "column-head" },
        avatar(person),
        el("div", { class: "who" }, this.heading, el("p", {}, `${person.title} · ${person.department}`)),
        remove,
      ),
      this.tabs.node,
      this.tabs.panel,
      this.live,
    );
    const { signal } = this.life;
    store.on("chats", () => this.sync(), signal);
    store.on("message", (detail) => this.heard(detail), signal);
    store.on("bot", () => this.sync(), signal);
    this.sync();
  }

  /** @returns {Chat[]} */
  get chats() {
    return this.store.chatsOf(this.person.id);
  }

  get unread() {
    return [...this.unseen.values()].reduce((sum, count) => sum + count, 0);
  }

  /** The name of a chat in the address: its kind where that says it. @param {Chat} chat @returns {string} */
  keyOf(chat) {
    return this.chats.filter((other) => other.kind === chat.kind).length === 1 ? chat.kind : chat.id;
  }

  /** @param {string} key @returns {Chat | undefined} */
  chatOf(key) {
    return this.chats.find((chat) => chat.id === key || this.keyOf(chat) === key);
  }

  /** @returns {Tab[]} */
  allTabs() {
    const desk = this.person.roles.includes("helpdesk") ? [{ key: DESK, title: say("Helpdesk"), picture: icon("desk"), unread: 0 }] : [];
    const chats = this.chats.map((chat) => ({
      key: this.keyOf(chat),
      title: titleOf(chat, this.store.bot.name),
      picture: pictureOf(chat, this.store.bot.name),
      unread: this.unseen.get(chat.id) ?? 0,
    }));
    const personal = this.chats.some((chat) => chat.kind === "personal")
      ? []
      : [{ key: PERSONAL, title: this.store.bot.name, picture: avatar({ name: this.store.bot.name, isBot: true }, "small"), unread: 0 }];
    return [...desk, ...personal, ...chats];
  }

  sync() {
    const tabs = this.allTabs();
    if (!tabs.some((tab) => tab.key === this.selected)) this.selected = tabs[0].key;
    const chat = this.chatOf(this.selected);
    if (chat && this.isInSight) this.unseen.delete(chat.id);
    this.tabs.show(this.allTabs(), this.selected);
    this.showPanel(this.selected, chat);
    this.onChanged();
  }

  /** @param {string} key @param {Chat | undefined} chat */
  showPanel(key, chat) {
    const wanted = chat ? chat.id : key;
    if (wanted === PERSONAL) void this.openPersonalChat();
    if (wanted === this.shown) return;
    this.shown = wanted;
    this.panelLife?.abort();
    this.panelLife = new AbortController();
    const { signal } = this.panelLife;
    if (chat) this.tabs.panel.replaceChildren(new ChatPanel(this.store, { person: this.person, chatId: chat.id, signal }).node);
    else if (key === DESK) this.tabs.panel.replaceChildren(deskPanel(this.store, { person: this.person, signal }));
    else
      this.tabs.panel.replaceChildren(
        el("p", { class: "waiting", role: "status" }, say("The chat with {bot} opens as soon as the bot is there.", { bot: this.store.bot.name })),
      );
  }

  /** The app is installed for a person when their column first shows the chat, as when they add it in Teams. */
  async openPersonalChat() {
    if (this.isOpening || !this.store.bot.online) return;
    this.isOpening = true;
    try {
      const { chat } = await openChat(this.person.id);
      this.store.takeChat(this.store.chats.get(chat.id) ?? chat);
    } catch {
      // The bot went away meanwhile: the next news of it tries again.
    } finally {
      this.isOpening = false;
    }
  }

  /** @param {{chat: string, message: Message, fresh: boolean}} detail */
  heard({ chat: chatId, message, fresh }) {
    const chat = this.store.chats.get(chatId);
    if (!fresh || !chat?.members.includes(this.person.id) || message.from.id === this.person.teamsId) return;
    setText(this.live, announcementOf(message));
    if (this.isInSight && this.chatOf(this.selected)?.id === chatId) return;
    this.unseen.set(chatId, (this.unseen.get(chatId) ?? 0) + 1);
    this.tabs.show(this.allTabs(), this.selected);
    this.onChanged();
  }

  /** @param {string} key */
  select(key) {
    this.selected = key;
    this.sync();
  }

  /** On a phone only one column is in sight. @param {boolean} isInSight */
  setInSight(isInSight) {
    if (this.isInSight === isInSight) return;
    this.isInSight = isInSight;
    if (isInSight) this.sync();
  }

  remove() {
    this.life.abort();
    this.panelLife?.abort();
    this.node.remove();
  }
}

/** @param {Chat} chat @param {string} bot @returns {string} */
const titleOf = (chat, bot) => (chat.kind === "personal" ? bot : chat.title);

/** @param {Chat} chat @param {string} bot @returns {Element} */
function pictureOf(chat, bot) {
  if (chat.kind === "personal") return avatar({ name: bot, isBot: true }, "small");
  return icon(chat.kind);
}
