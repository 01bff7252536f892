/**
 * Input.ChoiceSet with `choices.data` (Data.Query) or the "filtered" style, as Teams does it.
 *
 * adaptivecards 3.0.6 draws a datalist, or a list of its own that asks nobody and submits the title instead of the value. This
 * class takes that drawing's place, so that validation, labels and the collecting of values stay the renderer's own.
 */

import { Combobox } from "./combobox.js";
import { say } from "./words.js";

/** @import {Choice} from "./combobox.js" */

/** How long Teams' client waits for the next key. */
const DEBOUNCE_MS = 150;

/** Asks the bot for choices. @typedef {(query: {dataset: string, text: string}) => Promise<Choice[]>} Search */

/**
 * @param {any} adaptiveCards Microsoft's renderer
 * @param {Search} search
 * @returns {any} a class to register as "Input.ChoiceSet"
 */
export function typeaheadInput(adaptiveCards, search) {
  return class extends adaptiveCards.ChoiceSetInput {
    get isSearched() {
      return !this.isMultiSelect && (Boolean(this.choicesData?.dataset) || this.style === "filtered");
    }

    internalRender() {
      this.combobox = undefined;
      if (!this.isSearched) return super.internalRender();
      this.combobox = new Combobox({
        label: this.label ?? this.placeholder ?? say("Choose"),
        placeholder: this.placeholder,
        debounce_ms: DEBOUNCE_MS,
        search: (text) => this.find(text),
        onChoose: () => this.valueChanged(),
      });
      this.combobox.show(this.preset());
      this.combobox.input.classList.add("ac-input");
      return this.combobox.node;
    }

    // The renderer's own list would want its own text box.
    isDynamicTypeahead() {
      return false;
    }

    /** @returns {Choice | null} */
    preset() {
      if (!this.defaultValue) return null;
      const known = this.choices.find((/** @type {any} */ choice) => choice.value === this.defaultValue);
      return { title: known?.title ?? this.defaultValue, value: this.defaultValue };
    }

    /** @param {string} text @returns {Promise<Choice[]>} the card's own choices that fit, then the bot's */
    async find(text) {
      const wanted = text.toLowerCase();
      const own = this.choices
        .filter((/** @type {any} */ choice) => choice.title.toLowerCase().includes(wanted))
        .map((/** @type {any} */ choice) => ({ title: choice.title, value: choice.value }));
      const dataset = this.choicesData?.dataset;
      const theirs = dataset ? await search({ dataset, text }) : [];
      return [...own, ...theirs.filter((choice) => !own.some((/** @type {Choice} */ mine) => mine.value === choice.value))];
    }

    // The renderer writes label, error and id onto the node that internalRender returns; the text box is what they belong to.
    updateInputControlAriaLabelledBy() {
      super.updateInputControlAriaLabelledBy();
      if (!this.combobox) return;
      const { input, node } = this.combobox;
      const labels = this.getAllLabelIds();
      node.removeAttribute("aria-labelledby");
      if (labels.length > 0) {
        input.setAttribute("aria-labelledby", labels.join(" "));
        if (node.id) [input.id, node.id] = [node.id, ""];
        if (!node.id) node.removeAttribute("id");
      }
      if (this.isRequired) input.setAttribute("aria-required", "true");
      input.setAttribute("aria-invalid", String(node.classList.contains("ac-input-validation-failed")));
    }

    focus() {
      if (this.combobox) this.combobox.input.focus();
      else super.focus();
    }

    isValid() {
      if (!this.combobox) return super.isValid();
      return this.combobox.chosen !== null || this.combobox.input.value === "";
    }

    get value() {
      return this.combobox ? this.combobox.chosen?.value : super.value;
    }
  };
}
