/** Starts the page: reads the state, draws, and follows what happens. */

import { failureOf, readState } from "./api.js";
import { fillBanners } from "./banners.js";
import { fillBar } from "./bar.js";
import { Board } from "./board.js";
import { el } from "./dom.js";
import { Store } from "./store.js";
import { follow } from "./stream.js";
import { toast } from "./toast.js";

const RETRY_MS = 1500;
const LOOK_MS = 2000;

/** @param {string} id @returns {HTMLElement} */
const at = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

async function start() {
  const store = new Store();
  const state = await firstState();
  store.take(state);
  store.reload = async () => store.take(await readState());
  fillBar(store, { bar: at("bar"), drawers: at("drawers"), toasts: at("toasts") });
  fillBanners(store, at("banners"));
  const board = new Board(store, at("board"));
  store.on("toast", ({ to = [], text }) => {
    const names = to.map((/** @type {string} */ id) => store.people.get(id)?.name.split(" ")[0]).filter(Boolean);
    toast(names.length > 0 ? `${names.join(", ")}: ${text}` : text, at("toasts"));
  });
  setInterval(() => void lookForBot(store), LOOK_MS);
  follow(state.cursor, { onEvent: (event) => store.apply(event), onState: (isConnected) => store.takeConnection(isConnected) });
  board.changed();
}

/** Nobody tells the simulator that a bot has started; it looks when it is asked. @param {Store} store */
async function lookForBot(store) {
  if (store.bot.online || !store.connected) return;
  try {
    store.takeBot((await readState()).bot);
  } catch {
    // The stream notices a simulator that is gone, and says so.
  }
}

/** The simulator may still be starting: asks again until it answers. */
async function firstState() {
  for (;;) {
    try {
      return await readState();
    } catch (error) {
      const { title, detail } = failureOf(error);
      at("board").replaceChildren(el("p", { class: "starting", role: "status" }, `${title} ${detail}`));
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

void start();
