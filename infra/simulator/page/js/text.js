/** Turns what people and the bot wrote into nodes. Nothing here, or anywhere on the page, takes HTML from a message. */

import MarkdownIt from "/vendor/markdown-it.js";
import { el } from "./dom.js";

// What Teams understands of Markdown in a bot's message, and the smaller part that it understands in a card.
const inMessages = new MarkdownIt({ html: false, linkify: true, breaks: true }).disable(["image", "table"]);
const inCards = new MarkdownIt({ html: false, linkify: false, breaks: true }).disable([
  "image",
  "table",
  "heading",
  "lheading",
  "code",
  "fence",
  "blockquote",
  "hr",
  "reference",
  "backticks",
]);

for (const markdown of [inMessages, inCards]) {
  markdown.renderer.rules.link_open = (
    /** @type {any[]} */ tokens,
    /** @type {number} */ at,
    /** @type {any} */ options,
    /** @type {any} */ _env,
    /** @type {any} */ renderer,
  ) => {
    tokens[at].attrSet("target", "_blank");
    tokens[at].attrSet("rel", "noopener noreferrer");
    return renderer.renderToken(tokens, at, options);
  };
}

/** Markdown as a card's TextBlock knows it, as escaped HTML. @param {string} text @returns {string} */
export const cardMarkdown = (text) => inCards.render(text);

/**
 * The words of a message: Markdown for the bot's, plain text with its mentions for everybody else's.
 * @param {{text: string, textFormat?: string, from: {isBot: boolean}}} message
 * @returns {HTMLElement}
 */
export function messageText(message) {
  const format = message.textFormat ?? (message.from.isBot ? "markdown" : "plain");
  if (format === "markdown" && message.from.isBot) {
    const body = el("div", { class: "words markdown" });
    body.innerHTML = inMessages.render(plainOf(message.text)); // html: false, so every tag in it is markdown-it's own
    return body;
  }
  return el("div", { class: "words" }, ...withMentions(format === "xml" ? withoutTags(message.text) : message.text));
}

/** The message as one line of plain words, for announcements. @param {string} text @returns {string} */
export const plainOf = (text) => text.replace(/<\/?at>/g, "").trim();

/** @param {string} text @returns {(string | HTMLElement)[]} */
function withMentions(text) {
  return text.split(/(<at>.*?<\/at>)/).map((part) => (part.startsWith("<at>") ? el("span", { class: "mention" }, plainOf(part)) : part));
}

/** @param {string} text @returns {string} Teams' "xml" text, which is a little HTML, without its tags */
function withoutTags(text) {
  const kept = text.replace(/<(\/?)at>/g, "\u0001$1at\u0002");
  const words = new DOMParser().parseFromString(kept, "text/html").body.textContent ?? "";
  return words.replace(/\u0001(\/?)at\u0002/g, "<$1at>");
}
