const PAUSE = 70; // ms between requests, so that a long stroke does not flood the server
const TIMEOUT = 10_000; // ms without an answer after which the server counts as unreachable
const RETRIES = [300, 600, 1200, 2400]; // ms before each further try; the last one is repeated
const GATEWAY_ERRORS = [502, 503, 504]; // from a proxy that cannot reach its server

/**
 * Asks the server what the drawing shows: one request at a time. Strokes drawn while it waits are
 * asked about next, together, so the newest drawing always gets its answer. The answer to a
 * drawing that has been forgotten is dropped.
 *
 * Emits `answer` (detail: what the server said), `refusal` (detail: the reason, in words) and
 * `unreachable`; after the last it goes on trying by itself.
 */
export class Client extends EventTarget {
  #takeQuestion;
  #isWanted = false;
  #isBusy = false;
  #failures = 0;
  #subject = 0; // changes when a drawing is forgotten

  /** @param takeQuestion returns what to send: the drawing as it is now, and the models to ask. */
  constructor(takeQuestion) {
    super();
    this.#takeQuestion = takeQuestion;
  }

  /** Whether a newer drawing than the last answered one is still waiting to be sent. */
  get isBehind() {
    return this.#isWanted;
  }

  ask() {
    this.#isWanted = true;
    if (!this.#isBusy) this.#work();
  }

  forget() {
    this.#isWanted = false;
    this.#subject += 1;
  }

  async #work() {
    this.#isBusy = true;
    while (this.#isWanted) {
      this.#isWanted = false;
      await this.#askOnce();
      await pause(this.#failures ? RETRIES[Math.min(this.#failures, RETRIES.length) - 1] : PAUSE);
    }
    this.#isBusy = false;
  }

  async #askOnce() {
    const subject = this.#subject;
    const outcome = await post(this.#takeQuestion());
    const isUnreachable = outcome.type === "unreachable";
    this.#failures = isUnreachable ? this.#failures + 1 : 0;
    if (subject !== this.#subject) return;
    this.#isWanted ||= isUnreachable;
    this.dispatchEvent(new CustomEvent(outcome.type, { detail: outcome.detail }));
  }
}

async function post(question) {
  try {
    const response = await fetch("api/predict", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(question),
      signal: AbortSignal.timeout(TIMEOUT),
    });
    if (GATEWAY_ERRORS.includes(response.status)) return { type: "unreachable" };
    return response.ok ? await readAnswer(response) : await readRefusal(response);
  } catch {
    // fetch() rejects when nothing answers, json() when the answer breaks off or is not JSON.
    return { type: "unreachable" };
  }
}

async function readAnswer(response) {
  return { type: "answer", detail: await response.json() };
}

async function readRefusal(response) {
  const problem = await response.json().catch(() => null); // a proxy may refuse in HTML
  const detail = problem?.detail ?? `The server answered with error ${response.status}.`;
  return { type: "refusal", detail };
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
