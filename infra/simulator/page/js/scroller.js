/** Keeps the end of a list in sight while things are added to it, until the reader scrolls away. */

const NEAR_THE_END_PX = 120;
/** How long a list that was just brought to its end goes on following what is drawn in it. */
const FOLLOW_MS = 800;

export class Scroller {
  /**
   * @param {HTMLElement} frame what scrolls @param {HTMLElement} list what grows in it
   * @param {{onEnd: () => void, signal: AbortSignal}} options onEnd: the end is in sight again
   */
  constructor(frame, list, { onEnd, signal }) {
    this.frame = frame;
    this.list = list;
    this.onEnd = onEnd;
    this.followUntil = 0;
    this.isFollowing = true;
    frame.addEventListener("scroll", () => this.scrolled(), { passive: true });
    const sizes = new ResizeObserver(() => this.resized());
    for (const part of [frame, list]) sizes.observe(part);
    signal.addEventListener("abort", () => sizes.disconnect());
  }

  get isAtEnd() {
    return this.frame.scrollHeight - this.frame.scrollTop - this.frame.clientHeight < NEAR_THE_END_PX;
  }

  toEnd() {
    this.onEnd();
    this.isFollowing = true;
    this.followUntil = performance.now() + FOLLOW_MS;
    this.frame.scrollTop = this.frame.scrollHeight;
  }

  scrolled() {
    this.isFollowing = this.isAtEnd;
    if (this.isFollowing) this.onEnd();
  }

  /** Cards are drawn a moment after they come. The end stays in sight, but not while somebody works in a card further up. */
  resized() {
    const isAtWork = this.list.contains(document.activeElement) && performance.now() > this.followUntil;
    if (this.isFollowing && !isAtWork) this.frame.scrollTop = this.frame.scrollHeight;
  }
}
