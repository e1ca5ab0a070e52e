import { blank, mix, paintColours, readColours } from "./tint.js";
import { describeChange } from "./why_words.js";

const WAY = 2200; // ms from one picture to the other
const REST = 900; // ms on each of them
const LEAST = 12; // of 255: a change of ink that is worth a colour
const LESS_MOTION = "(prefers-reduced-motion: reduce)";

/**
 * The drawing and the least changed one that the network reads as the rival: one picture that fades
 * between both. Whoever asked for less motion sees both side by side, and a third that the slider
 * changes.
 */
export class ChangeOfMind {
  #element;
  #before;
  #after;
  #mixed;
  #slider;
  #button;
  #said;
  #shown = null; // { before, after }
  #colours = null;
  #isStopped = false;
  #isSeen = true;
  #frame = null;
  #start = null; // ms: when the fade began
  #lessMotion = matchMedia(LESS_MOTION);

  constructor(element) {
    this.#element = element;
    [this.#before, this.#after, this.#mixed] = element.querySelectorAll("canvas");
    this.#slider = element.querySelector("input");
    this.#button = element.querySelector('[data-action="fade"]');
    this.#said = element.querySelector('[data-part="change-said"]');
    this.#slider.addEventListener("input", () => this.#slide());
    this.#button.addEventListener("click", () => this.#toggle());
    this.#lessMotion.addEventListener("change", () => this.#restart());
    document.addEventListener("visibilitychange", () => this.#restart());
    this.clear();
  }

  /** @param change what the server found, or null @param levels what the network saw */
  show(change, levels, rival) {
    this.#said.textContent = describeChange(change, rival);
    this.#shown = change && { before: levels, after: change.image };
    if (!change) this.#empty();
    this.#paintStill(levels);
    this.#restart();
  }

  clear() {
    this.#said.textContent = "";
    this.#shown = null;
    this.#empty();
    this.#restart();
  }

  /** In the colours of now: the scheme may have become dark. */
  repaint() {
    if (!this.#shown) return;
    this.#paintStill(this.#shown.before);
    this.#paintMixed();
  }

  /** Nobody looks at it while the panel is closed. */
  set isSeen(isSeen) {
    this.#isSeen = isSeen;
    this.#restart();
  }

  get #isFading() {
    const isWanted = this.#isSeen && !this.#isStopped && !document.hidden;
    return this.#shown !== null && isWanted && !this.#lessMotion.matches;
  }

  #empty() {
    for (const canvas of [this.#before, this.#after, this.#mixed]) blank(canvas);
  }

  #toggle() {
    this.#isStopped = !this.#isStopped;
    this.#restart();
  }

  #slide() {
    this.#isStopped = true;
    this.#restart();
  }

  #restart() {
    cancelAnimationFrame(this.#frame);
    this.#element.toggleAttribute("data-none", !this.#shown);
    this.#slider.disabled = !this.#shown;
    this.#button.disabled = !this.#shown;
    this.#button.textContent = this.#isStopped ? "Fade" : "Stop";
    this.#start = null;
    if (this.#isFading) this.#frame = requestAnimationFrame((now) => this.#fade(now));
    else this.#paintMixed();
  }

  #fade(now) {
    this.#start ??= now;
    this.#slider.value = 100 * findShare(now - this.#start);
    this.#paintMixed();
    this.#frame = requestAnimationFrame((next) => this.#fade(next));
  }

  /** The two pictures that don't move; without a change there is only the drawing. */
  #paintStill(levels) {
    this.#colours = readColours(this.#mixed, "sheet", "ink", "for", "against");
    const { before, after } = this.#shown ?? { before: levels };
    this.#paint(this.#before, before, before);
    if (after) this.#paint(this.#after, before, after);
    else this.#paint(this.#mixed, before, before);
  }

  #paintMixed() {
    if (!this.#shown) return;
    const { before, after } = this.#shown;
    const share = this.#slider.value / 100;
    const now = before.map((level, index) => level + share * (after[index] - level));
    this.#paint(this.#mixed, before, now);
  }

  #paint(canvas, before, now) {
    paintColours(canvas, (index) => colourOf(before[index], now[index], this.#colours));
  }
}

/** How far the fade is after a time: there, a rest, back, a rest. */
export function findShare(milliseconds) {
  const time = milliseconds % (2 * (WAY + REST));
  const ease = (share) => (1 - Math.cos(Math.PI * Math.min(share, 1))) / 2;
  if (time < WAY + REST) return ease(time / WAY);
  return 1 - ease((time - WAY - REST) / WAY);
}

/** A pixel that had `before` of 255 and has `now`: ink that came is orange, ink that went blue. */
function colourOf(before, now, { sheet, ink, for: went, against: came }) {
  const change = now - before;
  const pixel = mix(sheet, ink, now / 255);
  if (Math.abs(change) < LEAST) return pixel;
  if (change > 0) return mix(pixel, came, change / Math.max(now, 1));
  return mix(pixel, went, (0.6 * -change) / 255);
}
