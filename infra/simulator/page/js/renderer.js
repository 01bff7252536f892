/** Draws an Adaptive Card with Microsoft's renderer, the way Teams sets it up. Knows nothing of chats. */

import { hostConfigFor } from "./hostconfig.js";
import { cardMarkdown } from "./text.js";
import { theme } from "./theme.js";
import { typeaheadInput } from "./typeahead.js";
import { say } from "./words.js";

/** @import {Search} from "./typeahead.js" */

// The renderer comes as a classic script; this is the one place that reads its global.
const AC = /** @type {any} */ (globalThis).AdaptiveCards;

AC.AdaptiveCard.onProcessMarkdown = (/** @type {string} */ text, /** @type {any} */ result) => {
  result.outputHtml = cardMarkdown(text);
  result.didProcess = true;
};
AC.GlobalSettings.setTabIndexAtCardRoot = false; // the card's frame takes the focus instead

/**
 * @typedef {{type: string, id: string | undefined, verb: string | undefined, data: any, url: string | undefined,
 *            button: HTMLElement | null}} Press
 */

/** A card that was drawn. `inputs` gives what stands in the card's fields, to be kept over a redraw. */
export class Drawn {
  /** @param {any} card @param {HTMLElement} node */
  constructor(card, node) {
    this.card = card;
    this.node = node;
  }

  /** @returns {Record<string, string>} */
  inputs() {
    const set = this.card.getAllInputs().filter((/** @type {any} */ input) => input.id && input.isSet());
    return Object.fromEntries(set.map((/** @type {any} */ input) => [input.id, String(input.value)]));
  }
}

/**
 * @param {any} json the card
 * @param {{onPress: (press: Press) => void, onExpand?: () => void, search: Search, inputs?: Record<string, string>}} options
 *   onExpand: a part that was folded away (Action.ShowCard) has opened
 * @returns {Promise<Drawn>}
 */
export async function draw(json, { onPress, onExpand, search, inputs = {} }) {
  const card = new AC.AdaptiveCard();
  card.hostConfig = new AC.HostConfig(await hostConfigFor(theme()));
  card.parse(json, contextWith(search));
  for (const input of card.getAllInputs()) if (input.id in inputs) input.defaultValue = inputs[input.id];
  card.onExecuteAction = (/** @type {any} */ action) =>
    onPress({
      type: action.getJsonTypeName(),
      id: action.id,
      verb: action.verb,
      data: action.data,
      url: action.url,
      button: action.renderedElement ?? null,
    });
  card.onInlineCardExpanded = (/** @type {any} */ _action, /** @type {boolean} */ isExpanded) => isExpanded && onExpand?.();
  const node = card.render();
  if (!node) throw new Error(say("The card has nothing to show."));
  for (const strip of node.querySelectorAll(".ac-actionSet")) strip.parentElement.classList.add("ac-actionStrip");
  return new Drawn(card, node);
}

/** @param {Search} search */
function contextWith(search) {
  const elements = new AC.CardObjectRegistry();
  AC.GlobalRegistry.populateWithDefaultElements(elements);
  elements.register("Input.ChoiceSet", typeaheadInput(AC, search));
  const context = new AC.SerializationContext();
  context.setElementRegistry(elements);
  return context;
}
