import { Asking } from "./asking.js";
import { Deadline } from "./deadline.js";
import { isGatewayError } from "./server.js";

const PAUSE = 70; // ms between requests, so that a long stroke does not flood the server
const TIMEOUT = 10_000; // ms without an answer after which the server counts as unreachable
const RETRIES = [300, 600, 1200, 2400, 4800]; // ms before each further try; the last one is repeated
const BUSY = 503; // where it says when to come back; else a proxy that cannot reach its server
const SERVER_ERROR = 500; // and above
const BUSY_AT_MOST = 3; // times in a row; then nobody knows when there will be an answer
const KEPT = "Your drawing is kept and will be sent again.";
const UNREACHABLE = {
  type: "unreachable",
  detail: `The server cannot be reached. ${KEPT}`,
  isAgain: true,
};
const TOO_BUSY = `The server has too much to do. ${KEPT}`;
const UNSENT = "This drawing could not be sent. Reload the page and draw again.";

/**
 * Asks the server what the drawing shows, the newest one next.
 *
 * Emits `answer` (detail: what the server said), `refusal` (detail: the reason, in words), `gone`
 * (a model is; detail: the reason and the `models` that there are), `busy`, and `unreachable`
 * (detail: the reason, in words) where nothing answers or it is busy for long; after the last two it
 * goes on trying by itself.
 */
export class Client extends Asking {
  #takeQuestion;
  #listHeaders;
  #busy = 0; // times in a row that the server was

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
    const outcome = await post(body, this.#listHeaders());
    this.#busy = outcome.type === "busy" ? this.#busy + 1 : 0;
    if (this.#busy <= BUSY_AT_MOST) return outcome;
    return { ...outcome, type: "unreachable", detail: TOO_BUSY };
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
    const retryAfter = readRetryAfter(response);
    if (retryAfter) return { type: "busy", isAgain: true, retryAfter };
    if (isGatewayError(response.status)) return UNREACHABLE;
    return response.ok ? await readAnswer(response) : await readRefusal(response);
  } catch {
    // fetch() rejects when nothing answers, json() when the answer breaks off or is not JSON.
    return UNREACHABLE;
  } finally {
    deadline.cancel();
  }
}

/** ms after which a busy server wants to be asked again, 0 if it is not busy or does not say. */
function readRetryAfter({ status, headers }) {
  return status === BUSY ? 1000 * (Number(headers.get("Retry-After")) || 0) : 0;
}

async function readAnswer(response) {
  return { type: "answer", detail: await response.json() };
}

async function readRefusal(response) {
  const { status } = response;
  const { detail, models } = (await response.json().catch(() => null)) ?? {};
  if (typeof detail !== "string") return describeForeign(status);
  if (status === 404 && models?.length) return { type: "gone", detail: { detail, models } };
  return { type: "refusal", detail };
}

/** The server always says why it refuses. Something before it failed, or does not let drawings pass. */
function describeForeign(status) {
  if (status >= SERVER_ERROR) return UNREACHABLE;
  return { type: "refusal", detail: `The server answered with error ${status}.` };
}
