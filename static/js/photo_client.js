import { pause } from "./asking.js";
import { listReadings, NOT_UNDERSTOOD } from "./readings.js";
import { isGatewayError } from "./server.js";

const ADDRESS = "api/read-photo";
const TIMEOUT = 60_000; // ms: a photo takes its time on the way
const TOO_OFTEN = 429;
const UNAVAILABLE = 503;
const UNREACHABLE = 0;
const TOO_LARGE = 413;
const LONGEST_WAIT = 10; // s
const TOO_LARGE_FOR_PROXY =
  "The photo is too large for a proxy between this page and its server. Choose a smaller one.";

/**
 * Asks the server what a photo shows, one question at a time. While it is busy or cannot be
 * reached, the question is asked again and again.
 *
 * Emits `wait` (detail: "busy" or "unreachable") before each further try.
 */
export class PhotoClient extends EventTarget {
  #server;
  #queue = Promise.resolve();
  #subject = 0; // changes when a photo is forgotten

  constructor(server) {
    super();
    this.#server = server;
  }

  /**
   * Promises the answer, or null if the photo was forgotten; throws an Error that says in words why
   * it is refused.
   * @param blob the photo, or a piece of it
   * @param box in it, if only that is to be read, as one digit
   */
  read(blob, box = null) {
    const subject = this.#subject;
    const isForgotten = () => subject !== this.#subject;
    const answer = this.#queue.then(() => this.#ask(blob, box, isForgotten));
    this.#queue = answer.catch(() => {}); // one that failed does not stop the next
    return answer;
  }

  forget() {
    this.#subject += 1;
    this.#queue = Promise.resolve();
  }

  async #ask(blob, box, isForgotten) {
    while (!isForgotten()) {
      try {
        const response = await this.#server.ask("POST", ADDRESS, pack(blob, box), TIMEOUT);
        const answer = await response.json().catch(() => null);
        return isForgotten() ? null : checkAnswer(answer);
      } catch (error) {
        if (isForgotten()) return null;
        const seconds = findWait(error);
        this.dispatchEvent(
          new CustomEvent("wait", { detail: error.status === UNREACHABLE ? "unreachable" : "busy" }),
        );
        await pause(1000 * seconds);
      }
    }
    return null;
  }
}

function pack(blob, box) {
  const form = new FormData();
  form.append("photo", blob, "photo");
  if (box) form.append("box", JSON.stringify(box));
  return form;
}

/** How long to wait before the next try, in s; throws what no further try would mend. */
function findWait(error) {
  const { status, problem, wait } = error;
  if (status === TOO_LARGE && !problem) throw new Error(TOO_LARGE_FOR_PROXY);
  const isForGood = status === UNAVAILABLE && problem && !wait; // the server says why, but no time
  const isPassing = [UNREACHABLE, TOO_OFTEN].includes(status) || isGatewayError(status);
  if (isForGood || !isPassing) throw error;
  return Math.min(wait || 2, LONGEST_WAIT);
}

/** Throws an Error if this is no answer: something between the page and its server may answer. */
function checkAnswer(answer) {
  const isWhole =
    [answer?.width, answer?.height].every((side) => Number.isInteger(side) && side > 0) &&
    Array.isArray(answer.digits) &&
    answer.digits.every(isDigit);
  if (!isWhole) throw new Error(NOT_UNDERSTOOD);
  return answer;
}

function isDigit(digit) {
  const { box, line, number, ink } = digit ?? {};
  if (![line, number].every(Number.isInteger) || typeof ink !== "string") return false;
  if (!Array.isArray(box) || box.length !== 4 || !box.every(Number.isFinite)) return false;
  try {
    return listReadings(digit).length > 0;
  } catch {
    return false;
  }
}
