import { ChangeOfMind } from "./change_of_mind.js";
import { EvidencePicture } from "./evidence_picture.js";
import { Explanations } from "./explanations.js";
import { LeftOut } from "./left_out.js";
import { Neighbours } from "./neighbours.js";
import { Rival } from "./rival.js";
import { Speech } from "./speech.js";
import { StoredText } from "./storage.js";
import { describeEvidence, describeReading, findMost } from "./why_words.js";

const PATIENCE = 300; // ms after which an older explanation fades
const INVITATION = "Draw a digit above: this shows why it is read as it is.";
const ASKING = "Looking for reasons…";
const BUSY = "The server has no time at the moment. It is asked again.";

/**
 * The panel under the desk that says why: it asks once it is open, follows the drawing, and stays
 * open until it is closed, also on the next page of the same tab.
 *
 * Emits `toggle`, and `preview` (detail: { reading, words }, or null when it is over) while a
 * stroke is left out.
 */
export class Why extends EventTarget {
  #element;
  #button;
  #desk;
  #explanations;
  #describePart;
  #rival;
  #parts;
  #for;
  #said;
  #speech;
  #stored = new StoredText("sessionStorage", "digit-board.why");
  #timer = null;
  #isDrawn = false;
  #isSettled = false; // the pen had been lifted when the last question was asked for

  /**
   * @param element the panel @param button opens and closes it
   * @param around `desk` and `sheet` (elements), `board`, `server`, `takeDrawing`, which promises the
   *   drawing as the page has it read, and the model that reads it, { image, strokes, model }, and
   *   `describePart`, which says which part of a drawing is explained
   */
  constructor(element, button, { desk, sheet, board, server, takeDrawing, describePart }) {
    super();
    const part = (name) => element.querySelector(`[data-part="${name}"]`);
    this.#element = element;
    this.#button = button;
    this.#desk = desk;
    this.#describePart = describePart;
    this.#for = part("why-for");
    this.#said = part("why-said");
    this.#speech = new Speech(part("why-speech"));
    this.#rival = new Rival(part("rival"));
    this.#parts = {
      evidence: new EvidencePicture(part("evidence")),
      leftOut: new LeftOut(part("left-out"), sheet, board),
      neighbours: new Neighbours(part("neighbours")),
      change: new ChangeOfMind(part("change")),
    };
    const takeQuestion = async () => ({ ...(await takeDrawing()), rival: this.#rival.chosen });
    this.#explanations = new Explanations(server, takeQuestion);
    this.#listen();
    this.#set(this.#stored.read() === "open");
  }

  get isOpen() {
    return !this.#element.hidden;
  }

  /** The drawing, or the model, is another than before. @param isUrgent the pen has been lifted */
  ask({ isUrgent }) {
    this.#isDrawn = true;
    this.#isSettled = isUrgent;
    this.#parts.leftOut.release();
    if (!isUrgent) this.#speech.hush();
    if (this.isOpen) this.#explanations.ask({ isUrgent });
  }

  /** What is under way belongs to another model. */
  forget() {
    this.#explanations.forget();
    this.#fade();
  }

  /** There is no drawing. */
  clear() {
    this.#isDrawn = false;
    this.#explanations.forget();
    this.#rival.clear();
    this.#speech.hush();
    this.#empty(INVITATION);
  }

  #listen() {
    this.#button.addEventListener("click", () => this.#toggle());
    this.#rival.addEventListener("change", () => this.ask({ isUrgent: true }));
    this.#parts.leftOut.addEventListener("preview", ({ detail }) => {
      this.dispatchEvent(new CustomEvent("preview", { detail }));
    });
    this.#explanations.addEventListener("waiting", () => this.#wait());
    this.#explanations.addEventListener("explanation", ({ detail }) => this.#show(detail));
    this.#explanations.addEventListener("refusal", () => {
      this.#rival.forget();
      this.#explanations.ask({ isUrgent: this.#isSettled });
    });
    this.#explanations.addEventListener("busy", () => this.#say(BUSY));
    this.#explanations.addEventListener("trouble", ({ detail }) => this.#complain(detail));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#repaint());
    addEventListener("resize", () => this.#desk.style.removeProperty("margin-block-start"));
  }

  #toggle() {
    const { top } = this.#desk.getBoundingClientRect();
    this.#desk.style.removeProperty("margin-block-start");
    this.#set(!this.isOpen);
    this.#keepAt(top);
    this.#stored.write(this.isOpen ? "open" : "closed");
    if (this.isOpen) this.#parts.evidence.reveal();
  }

  #set(isOpen) {
    this.#element.hidden = !isOpen;
    this.#button.setAttribute("aria-expanded", String(isOpen));
    this.#parts.change.isSeen = isOpen;
    if (isOpen && this.#isDrawn) this.#explanations.ask({ isUrgent: true });
    if (!isOpen) {
      this.#explanations.forget();
      this.#parts.leftOut.release();
    }
    this.dispatchEvent(new Event("toggle"));
  }

  /** The desk lies in the middle of a large window: it stays there when the page becomes longer. */
  #keepAt(top) {
    const moved = top - this.#desk.getBoundingClientRect().top;
    if (this.isOpen && moved > 0) this.#desk.style.marginBlockStart = `${moved}px`;
  }

  #wait() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#fade(), PATIENCE);
    if (this.#element.dataset.state === "empty") this.#say(ASKING);
  }

  /** What is shown still belongs to an earlier drawing. */
  #fade() {
    this.#element.toggleAttribute("data-waiting", true);
  }

  #settle(state) {
    clearTimeout(this.#timer);
    this.#element.removeAttribute("data-waiting");
    this.#element.dataset.state = state;
  }

  #show({ question, explanation }) {
    const { reading, evidence, isTaught } = explanation;
    if (!evidence) return this.#empty(describeReading(reading, isTaught));
    this.#settle("shown");
    this.#say(this.#describePart() + describeReading(reading, isTaught));
    this.#name(reading, evidence);
    this.#fill(question, explanation);
    if (this.#isSettled && !this.#explanations.isBehind) this.#speech.say(describeEvidence(evidence));
  }

  #name({ probabilities }, { for: answer, against }) {
    this.#for.textContent = answer;
    this.#rival.offer(answer, probabilities, against);
  }

  /** Strokes are left out one by one, of the picture that they make together. */
  #fill({ strokes = [] }, { reading, evidence, nearest, nearestRival, counterfactual, ...others }) {
    const { for: answer, against } = evidence;
    const readAs = reading.digit ?? findMost(reading.probabilities);
    this.#parts.evidence.show(evidence, reading.seen);
    this.#parts.leftOut.show(others.strokes, strokes, readAs);
    this.#parts.neighbours.show(nearest, nearestRival, answer);
    this.#parts.change.show(counterfactual, reading.seen, against);
  }

  #empty(words) {
    this.#settle("empty");
    this.#say(words);
    this.#for.textContent = "this answer";
    this.#rival.clear();
    for (const each of Object.values(this.#parts)) each.clear();
  }

  #complain(words) {
    this.#fade();
    clearTimeout(this.#timer);
    this.#say(words);
    if (this.#isSettled) this.#speech.say(words);
  }

  #repaint() {
    const { evidence, neighbours, change } = this.#parts;
    for (const each of [evidence, neighbours, change]) each.repaint();
  }

  #say(words) {
    if (this.#said.textContent !== words) this.#said.textContent = words;
  }
}
