/** Invokes as Teams' client builds them. The server reads the answers as Teams does; this module passes that on. */

import { ApiError, invoke } from "./api.js";
import { say } from "./words.js";

/** @import {InvokeName, Shown} from "./types.js" */
/** @import {Store} from "./store.js" */
/** @import {Choice} from "./combobox.js" */
/** @import {Press} from "./renderer.js" */

const SORRY = say("Something went wrong. Please try again.");

/** One person in front of one message: who invokes, and on what. */
export class Place {
  /** @param {Store} store @param {string} chat @param {string} person @param {string} messageId */
  constructor(store, chat, person, messageId) {
    this.store = store;
    this.chat = chat;
    this.person = person;
    this.messageId = messageId;
  }

  get who() {
    return this.store.people.get(this.person)?.name ?? say("Somebody");
  }

  /**
   * Invokes the bot.
   * @param {InvokeName} name @param {unknown} value
   * @returns {Promise<Shown>} what Teams shows of the answer; never an error
   * @throws {ApiError} an answer that Teams shows as an error, or none within 10 s
   */
  async invoke(name, value) {
    const { shown } = await invoke(this.chat, { from: this.person, messageId: this.messageId, name, value });
    if (shown.kind === "error") throw new ApiError(shown.title || SORRY, shown.detail ?? "");
    return shown;
  }

  /**
   * Presses an Action.Execute.
   * @param {Pick<Press, "id" | "verb" | "data">} action @param {"manual" | "automatic"} trigger
   * @param {string} [state] the code of a sign-in that the bot asked for
   */
  execute({ id, verb, data }, trigger, state) {
    const action = { type: "Action.Execute", ...(id ? { id } : {}), verb, data: data ?? {} };
    return this.invoke("adaptiveCard/action", { action, trigger, ...(state === undefined ? {} : { state }) });
  }

  /** Asks for the choices of a typeahead. @param {{dataset: string, text: string}} query @returns {Promise<Choice[]>} */
  async search({ dataset, text }) {
    const value = { kind: "search", queryText: text, queryOptions: { skip: 0, top: 15 }, dataset };
    const shown = await this.invoke("application/search", value);
    return shown.kind === "results" ? shown.results : [];
  }
}
