/** Times as a chat shows them. Everything is in the reader's own zone. */

import { LANGUAGE, say } from "./words.js";

const TIME = new Intl.DateTimeFormat(LANGUAGE, { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat(LANGUAGE, { weekday: "long", day: "numeric", month: "long" });
const FULL = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "full", timeStyle: "short" });
const CLOCK_DAY = new Intl.DateTimeFormat(LANGUAGE, { weekday: "short", day: "numeric", month: "short" });

const DAY_MS = 24 * 3600 * 1000;

/** @param {number} moment ms since 1970 @returns {string} 14:05 */
export const timeOf = (moment) => TIME.format(moment);

/** @param {number} moment @returns {string} Tuesday 4 March 2025 at 14:05 */
export const fullOf = (moment) => FULL.format(moment);

/** @param {number} moment @returns {string} Tue 4 Mar */
export const clockDayOf = (moment) => CLOCK_DAY.format(moment);

/** @param {number} moment @param {number} now @returns {string} Today, Yesterday, or Tuesday 4 March */
export function dayOf(moment, now) {
  const days = Math.round((midnight(now) - midnight(moment)) / DAY_MS);
  if (days === 0) return say("Today");
  if (days === 1) return say("Yesterday");
  return DAY.format(moment);
}

/** @param {number} moment @returns {number} */
function midnight(moment) {
  return new Date(moment).setHours(0, 0, 0, 0);
}

/** @param {number} seconds @returns {string} +1 day 4 h */
export function aheadOf(seconds) {
  const minutes = Math.round(seconds / 60);
  const parts = [
    [Math.floor(minutes / 1440), say("d")],
    [Math.floor((minutes % 1440) / 60), say("h")],
    [minutes % 60, say("min")],
  ];
  const said = parts.filter(([count]) => count).map(([count, unit]) => `${count} ${unit}`);
  return said.length > 0 ? `+${said.join(" ")}` : "";
}
