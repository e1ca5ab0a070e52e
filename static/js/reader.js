const PAUSE = 70; // ms between requests, so that a long stroke does not flood the server
const PATIENCE = 10_000; // ms after which a server that says nothing counts as gone
const RETRIES = [300, 600, 1200, 2400]; // ms; the last one is repeated
const GONE = [502, 503, 504]; // said by a proxy whose server is away

/**
 * Asks the server what the drawing shows. One request at a time; whatever was drawn meanwhile is
 * asked next, and the newest drawing always gets its answer. An answer to a drawing that has been
 * forgotten is dropped.
 *
 * Emits `answer` (detail: what the server said), `refusal` (detail: why, in words) and
 * `unreachable`; after the last it goes on trying by itself.
 */
export class Reader extends EventTarget {
  #takeQuestion;
  #isWanted = false;
  #isBusy = false;
  #failures = 0;
  #subject = 0; // changes when a drawing is forgotten

  /** @param takeQuestion returns what to send: the drawing as it is now, and who shall read it. */
  constructor(takeQuestion) {
    super();
    this.#takeQuestion = takeQuestion;
  }

  /** Whether a newer drawing than the last answered one still waits for its turn. */
  get isBehind() {
    return this.#isWanted;
  }

  read() {
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
      await this.#ask();
      await pause(this.#failures ? RETRIES[Math.min(this.#failures, RETRIES.length) - 1] : PAUSE);
    }
    this.#isBusy = false;
  }

  async #ask() {
    const subject = this.#subject;
    const outcome = await post(this.#takeQuestion());
    const isGone = outcome.type === "unreachable";
    this.#failures = isGone ? this.#failures + 1 : 0;
    if (subject !== this.#subject) return;
    this.#isWanted ||= isGone;
    this.dispatchEvent(new CustomEvent(outcome.type, { detail: outcome.detail }));
  }
}

async function post(question) {
  try {
    const response = await fetch("/api/predict", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(question),
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (GONE.includes(response.status)) return { type: "unreachable" };
    return response.ok ? await success(response) : await refusal(response);
  } catch {
    // fetch rejects when nothing answered; json() when the answer broke off or was foreign.
    return { type: "unreachable" };
  }
}

async function success(response) {
  return { type: "answer", detail: await response.json() };
}

async function refusal(response) {
  const problem = await response.json().catch(() => ({}));
  const detail = problem.detail ?? `The server answered with error ${response.status}.`;
  return { type: "refusal", detail };
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
