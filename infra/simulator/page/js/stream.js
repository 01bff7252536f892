/**
 * The server's events, for ever. EventSource resumes with Last-Event-ID by itself after a break; where it gives up (the server
 * answered something else than a stream) a new one is opened after the last event seen. What the server cannot resume it says
 * with an event "reset".
 */

const RETRY_MS = 1500;

/**
 * @param {string} cursor where to begin
 * @param {{onEvent: (event: any) => void, onState: (connected: boolean) => void}} listeners
 */
export function follow(cursor, { onEvent, onState }) {
  let seen = cursor;

  function open() {
    const source = new EventSource(`/sim/events?after=${encodeURIComponent(seen)}`);
    source.onopen = () => onState(true);
    source.onmessage = (event) => {
      if (event.lastEventId) seen = event.lastEventId;
      onEvent(JSON.parse(event.data));
    };
    source.onerror = () => {
      onState(false);
      if (source.readyState !== EventSource.CLOSED) return;
      source.close();
      setTimeout(open, RETRY_MS);
    };
    // A page that is being left must not look like a lost connection.
    addEventListener("pagehide", () => source.close(), { once: true });
  }

  open();
}
