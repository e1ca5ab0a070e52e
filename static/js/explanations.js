import { Asking, makeAsker } from "./asking.js";
import { listReadings, NOT_UNDERSTOOD } from "./readings.js";
import { isGatewayError } from "./server.js";

const PAUSE = 500; // ms between two questions while the pen is down
const TOO_OFTEN = 429;
const BAD = 400;
const DROPPED = 409; // a newer drawing is explained
const RETRIES = [1000, 1000, 2000, 4000]; // ms before each further try; the last one is repeated
const PIXELS = 784;
const METHODS = ["evidence", "strokes", "nearest", "counterfactual"];

/**
 * Asks the server why it reads a drawing as it does, the newest one next.
 *
 * Emits `explanation` (detail: { question, explanation }), `waiting` when a question is under way,
 * `busy` when the server has to be asked again, `refusal` when it refused the chosen rival, which
 * may have become the answer, and `trouble` (detail: the reason, in words).
 */
export class Explanations extends Asking {
  #server;
  #takeQuestion;
  #asker = makeAsker();

  /** @param takeQuestion promises what to send: the drawing as it is now, the model and the rival */
  constructor(server, takeQuestion) {
    super(PAUSE, RETRIES);
    this.#server = server;
    this.#takeQuestion = takeQuestion;
  }

  async send(isForgotten) {
    this.dispatchEvent(new Event("waiting"));
    const question = await this.#takeQuestion();
    if (isForgotten()) return {};
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
  if (error.status === DROPPED) return {};
  if (error.status === BAD && rival !== null) return { type: "refusal" };
  const isBusy = error.status === TOO_OFTEN || isGatewayError(error.status);
  if (isBusy) return { type: "busy", isAgain: true };
  if (error.status === 0) return { type: "trouble", detail: error.message, isAgain: true };
  if (error.status) return { type: "trouble", detail: error.message };
  console.error(error);
  return { type: "trouble", detail: NOT_UNDERSTOOD };
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
