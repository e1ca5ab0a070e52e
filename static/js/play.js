import { Bars } from "./bars.js";
import { Client } from "./client.js";
import { getContext } from "./context.js";
import { Eraser } from "./eraser.js";
import { changeImage, erase, UNCHANGED } from "./image_change.js";
import { compareReadings, describeReading, NUMBERS } from "./play_words.js";
import { encodeInk } from "./png.js";
import { listReadings, NOT_UNDERSTOOD } from "./readings.js";
import { paint } from "./seen.js";
import { Speech } from "./speech.js";

const SIDE = 28;
const NEAR = "200px"; // below the window: what is about to be scrolled to is read already
const REST = 600; // ms without a further change after which the reading is announced
const LEAST_MARK = 0.01; // a bar that was shorter has no end that one would see
const UNREACHABLE = "The server cannot be reached. The change will be sent again.";

/**
 * "Play with it": the image that the network was given, nudged, turned, scaled, with another pen or
 * partly erased, and how it is read then, beside how it was read before.
 *
 * It asks only while it can be seen, one question at a time, and the newest change wins.
 */
export class Play {
  #takeModel;
  #client;
  #sliders;
  #centring;
  #picture;
  #before;
  #now;
  #given;
  #bars;
  #tracks;
  #said;
  #speech;
  #timer = null; // until the reading is announced
  #isByHand = false; // whether what is read comes of a control here, not of the drawing
  #isVisible = false;
  #reading = null; // of the drawing as it was
  #seen = null; // the 784 levels that this reading was given
  #levels = null; // the changed ones
  #erased = new Uint8Array(SIDE * SIDE);
  #earlier = []; // what was erased before each use of the eraser

  /**
   * @param takeModel returns the name of the model to ask
   * @param listHeaders what each request says of who draws
   */
  constructor(element, takeModel, listHeaders) {
    const part = (name) => element.querySelector(`[data-part="play-${name}"]`);
    this.#takeModel = takeModel;
    this.#sliders = [...element.querySelectorAll("[data-change]")];
    this.#centring = part("centring");
    this.#picture = part("picture");
    this.#before = part("before");
    this.#now = part("now");
    this.#given = part("given");
    this.#bars = new Bars(part("bars"));
    this.#tracks = [...part("bars").querySelectorAll(".bar__track")];
    this.#said = part("said");
    this.#speech = new Speech(part("speech"));
    this.#client = this.#makeClient(listHeaders);
    this.#listen(part("reset"), part("cursor"));
    new IntersectionObserver((entries) => this.#notice(entries), { rootMargin: NEAR }).observe(
      element,
    );
    this.#writeNumbers();
    this.clear();
  }

  /** A new reading of the drawing: its sliders stay, and what was erased is dropped. */
  show(reading) {
    if (!reading.seen?.every((level, index) => level === this.#seen?.[index])) {
      this.#seen = Uint8Array.from(reading.seen);
      this.#forgetErasing();
    }
    this.#reading = reading;
    this.#showAnswer(this.#before, reading);
    paint(this.#before.querySelector("canvas"), this.#seen);
    this.#markBefore(reading);
    this.#speech.hush();
    this.#change();
  }

  /** There is nothing to change. */
  clear() {
    clearTimeout(this.#timer);
    this.#client.forget();
    this.#reading = this.#seen = this.#levels = null;
    this.#forgetErasing();
    for (const answer of [this.#before, this.#now]) this.#showAnswer(answer, null);
    for (const canvas of [this.#picture, this.#given, this.#before.querySelector("canvas")]) {
      getContext(canvas)?.clearRect(0, 0, SIDE, SIDE);
    }
    this.#markBefore(null);
    this.#bars.clear();
    this.#say("");
    this.#speech.hush();
  }

  #makeClient(listHeaders) {
    const client = new Client(async () => this.#takeQuestion(), listHeaders);
    client.addEventListener("answer", ({ detail }) => this.#receive(detail));
    client.addEventListener("refusal", ({ detail }) => this.#fail(detail));
    client.addEventListener("gone", ({ detail }) => this.#fail(detail.detail));
    client.addEventListener("unreachable", () => this.#fail(UNREACHABLE));
    return client;
  }

  #listen(reset, cursor) {
    for (const slider of this.#sliders) slider.addEventListener("input", () => this.#adjust());
    this.#centring.addEventListener("change", () => this.#adjust());
    reset.addEventListener("click", () => this.#reset());
    const eraser = new Eraser(this.#picture, cursor);
    eraser.addEventListener("begin", () => this.#earlier.push(this.#erased));
    eraser.addEventListener("erase", ({ detail }) => this.#erase(detail));
    eraser.addEventListener("undo", () => this.#undoErasing());
  }

  #notice(entries) {
    this.#isVisible = entries[entries.length - 1].isIntersecting;
    if (this.#isVisible) this.#ask();
  }

  get #changes() {
    return Object.fromEntries(
      this.#sliders.map(({ dataset, value }) => [dataset.change, Number(value)]),
    );
  }

  /** The hand at the sliders: unlike a new drawing, what comes of it is announced. */
  #adjust() {
    clearTimeout(this.#timer);
    this.#isByHand = true;
    this.#writeNumbers();
    this.#change();
  }

  #reset() {
    for (const slider of this.#sliders) slider.value = UNCHANGED[slider.dataset.change];
    this.#forgetErasing();
    this.#adjust();
  }

  #erase(places) {
    const changes = this.#changes;
    for (const place of places) this.#erased = erase(this.#erased, place, changes);
    this.#adjust();
  }

  #undoErasing() {
    this.#erased = this.#earlier.pop() ?? this.#erased;
    this.#adjust();
  }

  #forgetErasing() {
    this.#erased = new Uint8Array(SIDE * SIDE);
    this.#earlier = [];
  }

  #change() {
    if (!this.#seen) return;
    this.#levels = changeImage(this.#seen, this.#changes, this.#erased);
    paint(this.#picture, this.#levels);
    this.#ask();
  }

  #ask() {
    if (this.#isVisible && this.#levels) this.#client.ask();
  }

  #takeQuestion() {
    const question = { image: encodeInk(this.#levels, SIDE), model: this.#takeModel() };
    return this.#centring.checked ? question : { ...question, as_is: true };
  }

  #receive(detail) {
    try {
      const [reading] = listReadings(detail);
      this.#showNow(reading);
    } catch (error) {
      this.#fail(NOT_UNDERSTOOD);
      throw error;
    }
  }

  #showNow(reading) {
    this.#say("");
    this.#showAnswer(this.#now, reading);
    if (reading.probabilities) {
      const isRefused = reading.status === "not_a_digit";
      this.#bars.show(reading.probabilities, { isRefused, noDigit: reading.no_digit ?? null });
      paint(this.#given, reading.seen);
    } else {
      this.#bars.clear();
      getContext(this.#given)?.clearRect(0, 0, SIDE, SIDE);
    }
    if (this.#isByHand && !this.#client.isBehind) this.#announceLater(reading);
  }

  #showAnswer(element, reading) {
    const { said, note } = describeReading(reading);
    element.dataset.state = /^\d$/.test(said) ? "digit" : "words";
    element.querySelector(".play__said").textContent = said;
    element.querySelector(".play__note").textContent = note;
  }

  /** A mark in each bar where it ended before the change. */
  #markBefore(reading) {
    const shares = reading ? [...reading.probabilities, reading.no_digit ?? null] : [];
    this.#tracks.forEach((track, index) => {
      const share = shares[index] ?? 0;
      track.toggleAttribute("data-before", share >= LEAST_MARK);
      track.style.setProperty("--before", share);
    });
  }

  #writeNumbers() {
    for (const slider of this.#sliders) {
      const { write, say } = NUMBERS[slider.dataset.change];
      const value = Number(slider.value);
      slider.setAttribute("aria-valuetext", say(value));
      slider.nextElementSibling.textContent = write(value);
    }
  }

  #fail(words) {
    this.#bars.fade();
    this.#say(words);
  }

  #announceLater(reading) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#isByHand = false;
      this.#speech.say(compareReadings(this.#reading, reading));
    }, REST);
  }

  #say(words) {
    if (this.#said.textContent !== words) this.#said.textContent = words;
  }
}
