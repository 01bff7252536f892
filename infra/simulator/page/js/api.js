/** Every call that the page makes to the simulator's server; its words aside (words.js), nothing else uses fetch. */

import { say } from "./words.js";

/** @import {Answer, Chat, Clock, Failure, Fault, InvokeName, Message, State} from "./types.js" */

/** The server answered with an error, or did not answer. `title` is for a person, `detail` for a developer. */
export class ApiError extends Error {
  /** @param {string} title @param {string} detail */
  constructor(title, detail) {
    super(`${title} ${detail}`.trim());
    this.title = title;
    this.detail = detail;
  }
}

/** @param {unknown} error @returns {Failure} */
function asFailure(error) {
  if (typeof error === "string") return { title: error };
  return /** @type {Failure} */ (error) ?? {};
}

/** @param {string} method @param {string} path @param {{body?: unknown, timeout_ms?: number}} [options] @returns {Promise<any>} */
async function call(method, path, { body, timeout_ms } = {}) {
  /** @type {RequestInit} */
  const init = { method, headers: { accept: "application/json" } };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { ...init.headers, "content-type": "application/json" };
  }
  if (timeout_ms !== undefined) init.signal = AbortSignal.timeout(timeout_ms);
  const response = await fetch(path, init).catch((/** @type {Error} */ fault) => {
    if (fault.name === "TimeoutError") throw new ApiError(say("Something went wrong. Please try again."), say("No answer within 10 seconds."));
    throw new ApiError(say("The simulator does not answer."), say("Start it again with “make run”."));
  });
  const answer = response.status === 204 ? {} : await response.json().catch(() => ({}));
  if (!response.ok) {
    const { title, detail } = asFailure(answer.error);
    throw new ApiError(say(title ?? "Something went wrong. Please try again."), detail ?? `${method} ${path}: ${response.status}`);
  }
  return answer;
}

const inChat = (/** @type {string} */ chat) => `/sim/chats/${encodeURIComponent(chat)}`;

/** @returns {Promise<State>} */
export const readState = () => call("GET", "/sim/state");

/**
 * Says something in a chat as one person.
 *
 * @param {string} chat @param {{from: string, text: string, mention: boolean, thread?: string}} message
 * @returns {Promise<{message?: Message, error?: Failure}>} an error is a failed send as Teams shows it
 */
export const sendMessage = (chat, message) => call("POST", `${inChat(chat)}/messages`, { body: message });

/**
 * Invokes the bot. Teams gives up after 10 s; the server applies that, and this call a second later at the latest.
 *
 * @param {string} chat @param {{from: string, messageId: string, name: InvokeName, value: unknown}} invoke
 * @returns {Promise<Answer>}
 */
export const invoke = (chat, invoke) => call("POST", `${inChat(chat)}/invoke`, { body: invoke, timeout_ms: 11_000 });

/**
 * Sends an Action.Submit.
 * @param {string} chat @param {{from: string, messageId: string, data: unknown}} submit
 * @returns {Promise<{error?: Failure}>}
 */
export const submit = (chat, submit) => call("POST", `${inChat(chat)}/submit`, { body: submit, timeout_ms: 11_000 });

/**
 * Opens, or finds, a person's 1:1 chat with the bot.
 * @param {string} person @returns {Promise<{chat: Chat}>}
 */
export const openChat = (person) => call("POST", `/sim/people/${encodeURIComponent(person)}/chat`, { body: {} });

/** Moves the simulated time forward. @param {number} advance_s @returns {Promise<Clock>} */
export const advanceClock = (advance_s) => call("POST", "/sim/clock", { body: { advance_s } });

/** @param {Fault} fault @returns {Promise<unknown>} the faults themselves come as an event */
export const putFault = (fault) => call("PUT", "/sim/faults", { body: fault });

/** @returns {Promise<unknown>} */
export const clearFaults = () => call("DELETE", "/sim/faults");

/** What to show a person for any error. @param {unknown} error @returns {{title: string, detail: string}} */
export function failureOf(error) {
  if (error instanceof ApiError) return { title: say(error.title), detail: error.detail };
  const { title, detail } = asFailure(error);
  return { title: say(title ?? "Something went wrong. Please try again."), detail: detail ?? (error instanceof Error ? error.message : "") };
}
