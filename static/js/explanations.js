import { listReadings } from "./readings.js";

const PAUSE = 500; // ms between two questions while the pen is down
const BUSY = [502, 503, 504]; // the server, or a proxy before it, asks for patience
const BAD = 400;
const DROPPED = 409; // a newer drawing is explained
const RETRIES = [1000, 1000, 2000, 4000]; // ms before each further try; the last one is repeated
const PIXELS = 784;
const METHODS = ["evidence", "strokes", "nearest", "counterfactual"];

/**
 * Asks the server why it reads a drawing as it does: one question at a time, the newest drawing
 * next. What belongs to a drawing that has been forgotten is dropped.
 *
 * Emits `explanation` (detail: { question, explanation }), `waiting` when a question is under way,
 * `busy` when the server has to be asked again, `refusal` when it refused the chosen rival, which
 * may have become the answer, and `trouble` (detail: the reason, in words).
 */
export class Explanations extends EventTarget {
  #server;
  #takeQuestion;
  #asker = makeAsker();
  #isWanted = false;
  #isUrgent = false;
  #isBusy = false;
  #endPause = null;
  #failures = 0;
  #subject = 0; // changes when a drawing is forgotten

  /** @param takeQuestion returns what to send: the drawing as it is now, the model and the rival */
  constructor(server, takeQuestion) {
    super();
    this.#server = server;
    this.#takeQuestion = takeQuestion;
  }

  /** Whether a newer drawing than the last explained one is still waiting to be sent. */
  get isBehind() {
    return this.#isWanted;
  }

  /** @param isUrgent whether to go without the pause there is while somebody draws */
  ask({ isUrgent = false } = {}) {
    this.#isWanted = true;
    this.#isUrgent ||= isUrgent;
    if (!this.#isBusy) this.#work();
    else if (isUrgent) this.#endPause?.();
  }

  forget() {
    this.#isWanted = false;
    this.#subject += 1;
  }

  async #work() {
    this.#isBusy = true;
    while (this.#isWanted) {
      this.#isWanted = false;
      this.#isUrgent = false;
      this.dispatchEvent(new Event("waiting"));
      await this.#askOnce();
      await this.#rest();
    }
    this.#isBusy = false;
  }

  /** Urgent or not, a server that has no time is left alone for a while. */
  async #rest() {
    if (this.#failures) return pause(RETRIES[Math.min(this.#failures, RETRIES.length) - 1]);
    if (this.#isUrgent) return;
    await new Promise((resolve) => {
      this.#endPause = resolve;
      setTimeout(resolve, PAUSE);
    });
    this.#endPause = null;
  }

  async #askOnce() {
    const subject = this.#subject;
    const question = this.#takeQuestion();
    const { type, detail } = await this.#post(question);
    const isAgain = type === "busy" || type === "unreachable";
    this.#failures = isAgain ? this.#failures + 1 : 0;
    if (subject !== this.#subject || type === "dropped") return;
    this.#isWanted ||= isAgain;
    const name = type === "unreachable" ? "trouble" : type;
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  async #post(question) {
    const body = { ...question, methods: METHODS, asker: this.#asker };
    try {
      const response = await this.#server.ask("POST", "api/explain", body);
      const explanation = checkExplanation(await response.json());
      return { type: "explanation", detail: { question, explanation } };
    } catch (error) {
      return describeFailure(error, question);
    }
  }
}

function describeFailure(error, { rival }) {
  if (error.status === DROPPED) return { type: "dropped" };
  if (error.status === BAD && rival !== null) return { type: "refusal" };
  if (BUSY.includes(error.status)) return { type: "busy" };
  if (error.status === 0) return { type: "unreachable", detail: error.message };
  if (error.status) return { type: "trouble", detail: error.message };
  console.error(error);
  return { type: "trouble", detail: "The server's answer could not be understood. Reload the page." };
}

/**
 * What the server explained. Throws TypeError if it is no explanation: something between the page
 * and its server may answer in its place.
 */
export function checkExplanation(answer) {
  const [reading] = listReadings(answer?.reading);
  const { evidence = null, strokes = [], nearest = [], counterfactual = null } = answer;
  const rival = answer.nearest_rival ?? null;
  const isWhole =
    (evidence === null || isPicture(evidence.map)) &&
    [...nearest, ...(rival ? [rival] : [])].every(isNeighbour) &&
    (counterfactual === null || isPicture(counterfactual.image)) &&
    strokes.every(({ left_out: index }) => Number.isInteger(index)) &&
    (!strokes.length || listReadings({ readings: strokes }).length > 0);
  if (!isWhole) throw new TypeError("the server's answer is not an explanation");
  const isTaught = Boolean(answer.taught);
  return { reading, evidence, strokes, nearest, nearestRival: rival, counterfactual, isTaught };
}

function isNeighbour({ label, image, shared }) {
  return Number.isInteger(label) && isPicture(image) && isPicture(shared);
}

function isPicture(list) {
  return Array.isArray(list) && list.length === PIXELS && list.every(Number.isFinite);
}

/** A name by which the server knows which questions are one page's: the newest one counts. */
function makeAsker() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
