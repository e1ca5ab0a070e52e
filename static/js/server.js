import { Deadline } from "./deadline.js";

const TIMEOUT = 20_000; // ms
const UNREACHABLE = "The server cannot be reached.";
const GATEWAY_ERROR = 502;
const DISK_FULL = 507; // the server's own

/** The server, or the way to it, refused: the message says why, in words. */
export class Refusal extends Error {
  /**
   * @param status 0 where no server answered
   * @param problem what it answered, if it was JSON
   * @param wait after how many seconds it may be asked again, 0 if it did not say
   */
  constructor(words, status = 0, problem = null, wait = 0) {
    super(words);
    this.status = status;
    this.problem = problem;
    this.wait = wait;
  }
}

/** This page's server: asks it with the token, and throws a Refusal for whatever is no success. */
export class Server {
  #token;

  constructor(token) {
    this.#token = token;
  }

  /** Promises the response. @param body JSON, a form, a ZIP as a Blob, or null for none */
  async ask(method, address, body = null, timeout = TIMEOUT) {
    const deadline = new Deadline(timeout);
    const options = { method, headers: { ...this.#token.headers }, signal: deadline.signal };
    try {
      const response = await fetch(address, Object.assign(options, pack(body, options.headers)));
      if (!response.ok) throw await this.#refuse(response);
      return response;
    } catch (error) {
      throw error instanceof Refusal ? error : new Refusal(UNREACHABLE);
    } finally {
      deadline.cancel();
    }
  }

  async #refuse(response) {
    const problem = await response.json().catch(() => null); // a proxy may refuse in HTML
    if (problem?.wrong_token) this.#token.forget();
    const words = problem?.detail ?? `The server answered with error ${response.status}.`;
    const wait = Number(response.headers.get("Retry-After")) || 0; // a date, too, may stand there
    return new Refusal(words, response.status, problem, wait);
  }
}

/**
 * Whether a status is that of a busy server, or of a proxy that cannot reach it, such as Cloudflare's
 * 521: it may be asked again. service_worker.js has a line of its own.
 */
export function isGatewayError(status) {
  return status >= GATEWAY_ERROR && status !== DISK_FULL;
}

/** The body of a request with its headers: JSON, or a form or a ZIP as it is. */
function pack(body, headers) {
  if (body === null) return {};
  // The browser itself names the type of a form, with what separates its parts.
  if (body instanceof FormData) return { body, headers: { ...headers, "X-Board": "1" } };
  if (body instanceof Blob) {
    return { body, headers: { ...headers, "Content-Type": "application/zip", "X-Board": "1" } };
  }
  const type = { "Content-Type": "application/json" };
  return { body: JSON.stringify(body), headers: { ...headers, ...type } };
}
