/**
 * What the page knows, and who is told when it changes. Views listen; only this module changes what the server said.
 *
 * Events: people, chats, message {chat, message, fresh}, bot, clock, faults, typing {chat}, toast {text, person}, wire, connection.
 */

/** @import {Bot, Chat, Clock, Fault, Message, Person, Route, State, WireLine} from "./types.js" */

const WIRE_LINES = 200;

export class Store extends EventTarget {
  constructor() {
    super();
    /** @type {Map<string, Person>} */
    this.people = new Map();
    /** @type {Map<string, Chat>} */
    this.chats = new Map();
    /** @type {Bot} */
    this.bot = { id: "", name: "Countersign", online: false, deskUrl: "" };
    /** @type {Clock} */
    this.clock = { now: new Date().toISOString(), offset_s: 0 };
    /** @type {Fault[]} */
    this.faults = [];
    /** @type {Route[]} */
    this.routes = [];
    /** @type {WireLine[]} newest last */
    this.wire = [];
    this.connected = true;
    /** @type {Map<string, {version: number, card: any}>} what one person sees instead of a message's card */
    this.views = new Map();
    /** @type {() => Promise<void>} */
    this.reload = async () => {};
  }

  /** @param {string} topic @param {Record<string, any>} [detail] */
  tell(topic, detail = {}) {
    this.dispatchEvent(new CustomEvent(topic, { detail }));
  }

  /**
   * Listens to one topic until `signal` is aborted.
   * @param {string} topic @param {(detail: any) => void} listener @param {AbortSignal} [signal]
   */
  on(topic, listener, signal) {
    this.addEventListener(topic, (event) => listener(/** @type {CustomEvent} */ (event).detail), { signal });
  }

  /** Takes the server's whole state. @param {State} state */
  take(state) {
    this.people = new Map(state.people.map((person) => [person.id, person]));
    this.chats = new Map(state.chats.map((chat) => [chat.id, chat]));
    this.bot = { ...this.bot, ...state.bot };
    this.faults = state.faults ?? [];
    this.routes = state.routes ?? [];
    this.takeClock(state.clock);
    for (const topic of ["people", "chats", "bot", "faults"]) this.tell(topic);
  }

  /** @param {Clock} clock */
  takeClock(clock) {
    this.clock = clock;
    this.tell("clock");
  }

  /** @param {Partial<Bot>} news */
  takeBot(news) {
    const known = this.bot;
    this.bot = { ...known, ...news };
    if (known.online !== this.bot.online || known.deskUrl !== this.bot.deskUrl) this.tell("bot");
  }

  /** @param {Fault[]} faults */
  takeFaults(faults) {
    this.faults = faults;
    this.tell("faults");
  }

  /** @param {boolean} connected */
  takeConnection(connected) {
    if (this.connected === connected) return;
    this.connected = connected;
    this.tell("connection");
  }

  /** The simulated time now, in ms since 1970. @returns {number} */
  now() {
    return Date.now() + this.clock.offset_s * 1000;
  }

  /** @param {any} event one event of the server's stream */
  apply(event) {
    switch (event.type) {
      case "message":
      case "updated":
      case "deleted":
        return this.takeMessage(event);
      case "chat":
        return this.takeChat(event.value);
      case "clock":
        return this.takeClock({ now: event.now, offset_s: event.offset_s });
      case "bot":
        return this.takeBot({ online: event.online });
      case "faults":
        return this.takeFaults(event.faults);
      case "typing":
        return this.tell("typing", { chat: event.chat });
      case "toast":
        return this.tell("toast", event);
      case "wire":
        return this.takeWire(event);
      case "reset":
        return void this.reload();
    }
  }

  /** @param {Chat} chat */
  takeChat(chat) {
    this.chats.set(chat.id, chat);
    this.tell("chats");
  }

  /** @param {{chat: string, message: Message}} event the same event may come twice */
  takeMessage({ chat: chatId, message }) {
    const chat = this.chats.get(chatId);
    if (!chat) return void this.reload();
    const at = chat.messages.findIndex((known) => known.id === message.id);
    if (at === -1) chat.messages.push(message);
    else chat.messages[at] = message;
    this.tell("message", { chat: chatId, message, fresh: at === -1 });
  }

  /** @param {WireLine} line */
  takeWire(line) {
    this.wire.push(line);
    this.wire.splice(0, this.wire.length - WIRE_LINES);
    this.tell("wire");
  }

  /** The chats that a person is in: 1:1 first, then groups, then channels. @param {string} personId @returns {Chat[]} */
  chatsOf(personId) {
    const order = { personal: 0, group: 1, channel: 2 };
    return [...this.chats.values()].filter((chat) => chat.members.includes(personId)).sort((a, b) => order[a.kind] - order[b.kind]);
  }

  /**
   * The card that this person got as an answer, as long as the message has not been updated since.
   * @param {string} personId @param {Message} message
   */
  viewFor(personId, message) {
    const view = this.views.get(`${personId} ${message.id}`);
    return view && view.version === message.version ? view.card : undefined;
  }

  /** @param {string} personId @param {string} chatId @param {string} messageId @param {any} card */
  takeView(personId, chatId, messageId, card) {
    const message = this.chats.get(chatId)?.messages.find((known) => known.id === messageId);
    if (!message) return;
    this.views.set(`${personId} ${messageId}`, { version: message.version, card });
    this.tell("message", { chat: chatId, message, fresh: false, onlyFor: personId });
  }
}
