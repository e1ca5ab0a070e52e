import { Deadline } from "./deadline.js";

const TIMEOUT = 20_000; // ms
const UNREACHABLE = "The server cannot be reached.";
const TOO_LATE = "The server did not answer within 20 s.";
const LONGEST = 100_000; // characters of an answer that are shown
const LIST = /\[\s*((?:[-+\d.e]+,\s+)*[-+\d.e]+)\s*\]/g; // of numbers, each in a line of its own

/** An example on the API's page that the page itself sends; what was answered stands below it. */
export class Trial {
  #form;
  #status;
  #answer;
  #sent = 0;

  /** @param fold shown from now on: without this script it could do nothing */
  constructor(fold) {
    this.#form = fold.querySelector("form");
    this.#status = fold.querySelector('[role="status"]');
    this.#answer = fold.querySelector("pre");
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    fold.hidden = false;
  }

  /** Only what was sent last is shown. */
  async #send() {
    const number = ++this.#sent;
    this.#show("Sent …", "");
    const shown = await ask(this.#form);
    if (number === this.#sent) this.#show(...shown);
  }

  #show(status, text) {
    this.#status.textContent = status;
    this.#answer.hidden = text === "";
    this.#answer.firstElementChild.textContent = text;
  }
}

/** Promises the status with the time it took, and the answer's text. */
async function ask({ action, dataset, elements }) {
  const deadline = new Deadline(TIMEOUT);
  const options = { method: dataset.method, signal: deadline.signal };
  if (elements.body) {
    options.body = elements.body.value;
    options.headers = { "Content-Type": "application/json" };
  }
  const started = performance.now();
  try {
    const response = await fetch(action, options);
    const text = await response.text();
    const took = Math.round(performance.now() - started);
    return [`${response.status} ${response.statusText} · ${took} ms`, lay(text)];
  } catch (error) {
    return [error.name === "AbortError" ? TOO_LATE : UNREACHABLE, ""];
  } finally {
    deadline.cancel();
  }
}

/** JSON with a line for each value, but a list of numbers in one; anything else as it is. */
function lay(text) {
  let laid = text;
  try {
    const join = (_, numbers) => `[${numbers.replace(/\s+/g, " ")}]`;
    laid = JSON.stringify(JSON.parse(text), null, 2).replace(LIST, join);
  } catch {
    // A proxy answers in HTML.
  }
  const left = laid.length - LONGEST;
  return left > 0 ? `${laid.slice(0, LONGEST)}\n… ${left} characters more` : laid;
}
