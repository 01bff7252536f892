/**
 * User-specific views: a card with `refresh` is asked for again, once per version of its message, by each person who sees it.
 * Source: Microsoft, "User Specific Views"; without userIds Teams does so in chats of 60 people at most.
 */

/** @import {Chat, Message, Person} from "./types.js" */
/** @import {Place} from "./invoke.js" */

const MOST_PEOPLE = 60;

/** @type {Set<string>} what has been asked: person, message, version */
const asked = new Set();

/** @param {any} card @param {Person} person @param {Chat} chat @returns {boolean} */
function isMeantFor(card, person, chat) {
  const { action, userIds } = card.refresh ?? {};
  if (action?.type !== "Action.Execute") return false;
  if (Array.isArray(userIds) && userIds.length > 0) return userIds.slice(0, MOST_PEOPLE).includes(person.teamsId);
  return chat.kind !== "channel" && chat.members.length <= MOST_PEOPLE;
}

/**
 * Asks for this person's view of a card that has just come into sight. A failure is left to the wire log, as Teams shows none.
 * @param {Place} place @param {Message} message @param {any} card the message's own card
 */
export async function refreshOnce(place, message, card) {
  const { store } = place;
  const person = store.people.get(place.person);
  const chat = store.chats.get(place.chat);
  const version = message.version; // the message may be another one when the answer is there
  const key = `${place.person} ${message.id} ${version}`;
  if (!person || !chat || asked.has(key) || !isMeantFor(card, person, chat)) return;
  asked.add(key);
  try {
    const answer = await place.execute(card.refresh.action, "automatic");
    const current = chat.messages.find((known) => known.id === message.id);
    const isStale = current?.version !== version;
    if (answer.kind === "card" && !isStale) store.takeView(place.person, place.chat, message.id, answer.card);
  } catch {
    // It stands in the wire log; the message's own card stays.
  }
}
