/** The simulated time, and the buttons that move it forward. */

import { advanceClock, failureOf } from "./api.js";
import { el, freshId, icon, setText } from "./dom.js";
import { aheadOf, clockDayOf, timeOf } from "./moments.js";
import { toast } from "./toast.js";
import { say } from "./words.js";

/** @import {Store} from "./store.js" */

const STEPS = /** @type {[string, string, number][]} */ ([
  [say("+15 min"), say("Move time forward by 15 minutes"), 900],
  [say("+1 h"), say("Move time forward by 1 hour"), 3600],
  [say("+4 h"), say("Move time forward by 4 hours"), 4 * 3600],
  [say("+1 day"), say("Move time forward by 1 day"), 24 * 3600],
]);

/** @param {Store} store @param {HTMLElement} toasts @returns {HTMLElement} */
export function clock(store, toasts) {
  const id = freshId("steps");
  const time = el("time", { class: "clock-time" });
  const day = el("span", { class: "clock-day" });
  const ahead = el("span", { class: "clock-ahead" });
  const said = el("span", { class: "sr-only", role: "status" });

  /** @param {number} seconds */
  async function move(seconds) {
    try {
      store.takeClock(await advanceClock(seconds));
      setText(said, say("It is now {time}, {day}.", { time: timeOf(store.now()), day: clockDayOf(store.now()) }));
    } catch (error) {
      toast(failureOf(error).title, toasts);
    }
  }

  const steps = el(
    "div",
    { class: "steps", id, role: "group", "aria-label": say("Move time forward") },
    ...STEPS.map(([label, words, seconds]) =>
      el("button", { type: "button", title: words, onclick: () => void move(seconds) }, label),
    ),
  );
  // On a phone the buttons fold away under the time.
  const face = el(
    "button",
    {
      type: "button",
      class: "clock-face",
      "aria-expanded": "false",
      "aria-controls": id,
      title: say("Simulated time"),
      onclick: () => face.setAttribute("aria-expanded", String(steps.classList.toggle("unfolded"))),
    },
    icon("clock"),
    el("span", { class: "sr-only" }, say("Simulated time"), " "),
    time,
    day,
    ahead,
  );

  function tick() {
    const now = store.now();
    setText(time, timeOf(now));
    setText(day, clockDayOf(now));
    setText(ahead, aheadOf(store.clock.offset_s));
    ahead.hidden = ahead.textContent === "";
  }

  store.on("clock", tick);
  setInterval(tick, 1000);
  tick();
  return el("div", { class: "clock" }, face, steps, said);
}
