import { Deadline } from "./deadline.js";

const PAUSE = 70; // ms between requests, so that a long stroke does not flood the server
const TIMEOUT = 10_000; // ms without an answer after which the server counts as unreachable
const RETRIES = [300, 600, 1200, 2400]; // ms before each further try; the last one is repeated
const GATEWAY_ERRORS = [502, 503, 504]; // from a proxy that cannot reach its server
const UNSENT = "This drawing could not be sent. Reload the page and draw again.";

/**
 * Asks the server what the drawing shows: one request at a time. Strokes drawn while it waits are
 * asked about next, together, so the newest drawing always gets its answer. The answer to a
 * drawing that has been forgotten is dropped.
 *
 * Emits `answer` (detail: what the server said), `refusal` (detail: the reason, in words), `gone`
 * (a model is; detail: the reason and the `models` that there are) and `unreachable`; after the
 * last it goes on trying by itself.
 */
export class Client extends EventTarget {
  #takeQuestion;
  #listHeaders;
  #isWanted = false;
  #isUrgent = false;
  #isBusy = false;
  #endPause = null; // while it pauses between two requests
  #failures = 0;
  #subject = 0; // changes when a drawing is forgotten

  /**
   * @param takeQuestion promises what to send: the drawing as it is now, and the models to ask
   * @param listHeaders what each request says of who draws
   */
  constructor(takeQuestion, listHeaders = () => ({})) {
    super();
    this.#takeQuestion = takeQuestion;
    this.#listHeaders = listHeaders;
  }

  /** Whether a newer drawing than the last answered one is still waiting to be sent. */
  get isBehind() {
    return this.#isWanted;
  }

  /** @param isUrgent whether to go without the pause that keeps a long stroke from flooding. */
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
      await this.#askOnce();
      await this.#rest();
    }
    this.#isBusy = false;
  }

  /** Urgent or not, a server that cannot be reached is left alone for a while. */
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
    const outcome = await this.#post(subject);
    const isUnreachable = outcome.type === "unreachable";
    this.#failures = isUnreachable ? this.#failures + 1 : 0;
    if (subject !== this.#subject) return;
    this.#isWanted ||= isUnreachable;
    this.dispatchEvent(new CustomEvent(outcome.type, { detail: outcome.detail }));
  }

  async #post(subject) {
    let body;
    try {
      body = JSON.stringify(await this.#takeQuestion());
    } catch (error) {
      console.error(error);
      return { type: "refusal", detail: UNSENT };
    }
    if (subject !== this.#subject) return { type: "forgotten" };
    return post(body, this.#listHeaders());
  }
}

async function post(body, headers) {
  const deadline = new Deadline(TIMEOUT);
  try {
    const response = await fetch("api/predict", {
      method: "POST",
      headers: { ...headers, "Content-Type": "application/json" },
      body,
      signal: deadline.signal,
    });
    if (GATEWAY_ERRORS.includes(response.status)) return { type: "unreachable" };
    return response.ok ? await readAnswer(response) : await readRefusal(response);
  } catch {
    // fetch() rejects when nothing answers, json() when the answer breaks off or is not JSON.
    return { type: "unreachable" };
  } finally {
    deadline.cancel();
  }
}

async function readAnswer(response) {
  return { type: "answer", detail: await response.json() };
}

async function readRefusal(response) {
  const problem = await response.json().catch(() => null); // a proxy may refuse in HTML
  const detail = problem?.detail ?? `The server answered with error ${response.status}.`;
  const models = problem?.models;
  if (response.status === 404 && models?.length) return { type: "gone", detail: { detail, models } };
  return { type: "refusal", detail };
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
