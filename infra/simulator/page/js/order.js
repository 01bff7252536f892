/** In which order messages stand, and which of them belong together. */

/** @import {Message} from "./types.js" */

/** Messages of one sender within this time share one head. */
const TOGETHER_MS = 5 * 60 * 1000;

/** @param {Message} message @returns {boolean} */
export const isReply = (message) => Boolean(message.thread) && message.thread !== message.id;

/** Puts each reply behind the post that it answers, in order. @param {Message[]} messages @returns {Message[]} */
export function inThreads(messages) {
  const ids = new Set(messages.map((message) => message.id));
  const isUnder = (/** @type {Message} */ message) => isReply(message) && ids.has(message.thread ?? "");
  return messages
    .filter((message) => !isUnder(message))
    .flatMap((post) => [post, ...messages.filter((message) => isUnder(message) && message.thread === post.id)]);
}

/** @param {Message | undefined} before @param {Message} message @returns {boolean} */
export function isTogether(before, message) {
  if (!before || before.from.id !== message.from.id || isReply(before) !== isReply(message)) return false;
  return Date.parse(message.timestamp) - Date.parse(before.timestamp) < TOGETHER_MS;
}
