/** What the page says, in the reader's language. The English sentence is its own name; where there is no other, it is shown. */

const { language, messages } = await read();

/** For dates and for the page itself. @type {string} */
export const LANGUAGE = language;

/**
 * A sentence with its values filled in. Its first argument is a literal, so that it can be found and translated.
 * @param {string} msgid @param {Record<string, string | number>} [values] @returns {string}
 */
export function say(msgid, values = {}) {
  return (messages[msgid] ?? msgid).replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/** @returns {Promise<{language: string, messages: Record<string, string>}>} */
async function read() {
  try {
    return await (await fetch("/words.json")).json();
  } catch {
    // The page says by itself that the simulator is gone; it can do so in English.
    return { language: "en-GB", messages: {} };
  }
}
