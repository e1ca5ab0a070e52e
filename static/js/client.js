import { Asking } from "./asking.js";
import { Deadline } from "./deadline.js";

const PAUSE = 70; // ms between requests, so that a long stroke does not flood the server
const TIMEOUT = 10_000; // ms without an answer after which the server counts as unreachable
const RETRIES = [300, 600, 1200, 2400]; // ms before each further try; the last one is repeated
const GATEWAY_ERRORS = [502, 503, 504]; // from a proxy that cannot reach its server
const UNREACHABLE = { type: "unreachable", isAgain: true };
const UNSENT = "This drawing could not be sent. Reload the page and draw again.";

/**
 * Asks the server what the drawing shows, the newest one next.
 *
 * Emits `answer` (detail: what the server said), `refusal` (detail: the reason, in words), `gone`
 * (a model is; detail: the reason and the `models` that there are) and `unreachable`; after the
 * last it goes on trying by itself.
 */
export class Client extends Asking {
  #takeQuestion;
  #listHeaders;

  /**
   * @param takeQuestion promises what to send: the drawing as it is now, and the models to ask
   * @param listHeaders what each request says of who draws
   */
  constructor(takeQuestion, listHeaders = () => ({})) {
    super(PAUSE, RETRIES);
    this.#takeQuestion = takeQuestion;
    this.#listHeaders = listHeaders;
  }

  async send(isForgotten) {
    let body;
    try {
      body = JSON.stringify(await this.#takeQuestion());
    } catch (error) {
      console.error(error);
      return { type: "refusal", detail: UNSENT };
    }
    if (isForgotten()) return {};
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
    if (GATEWAY_ERRORS.includes(response.status)) return UNREACHABLE;
    return response.ok ? await readAnswer(response) : await readRefusal(response);
  } catch {
    // fetch() rejects when nothing answers, json() when the answer breaks off or is not JSON.
    return UNREACHABLE;
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
