const LONGEST = 2500; // ms; with its share of chance up to twice as long

/**
 * How long to wait between two questions: a moment; longer after each failure; and as long as a busy
 * server asks for, at least, for as long as it is busy. After good answers the wait narrows again.
 *
 * What a busy server asks for is stretched by chance, so that a class that was sent away at one
 * moment does not come back at one moment.
 */
export class Pace {
  #usual;
  #retries;
  #pause;
  #failures = 0;

  /**
   * @param usual ms between two questions, so that a long stroke does not flood the server
   * @param retries ms before each further try after a failure; the last one is repeated
   */
  constructor(usual, retries) {
    this.#usual = usual;
    this.#retries = retries;
    this.#pause = usual;
  }

  /**
   * What came of the last question.
   *
   * @param isAgain whether it has to be asked again
   * @param retryAfter ms after which a busy server wants it, 0 if it was not that
   */
  learn({ isAgain = false, retryAfter = 0 }) {
    this.#failures = isAgain && !retryAfter ? this.#failures + 1 : 0;
    if (retryAfter) this.#pause = Math.min(LONGEST, Math.max(retryAfter, 2 * this.#pause));
    else if (!isAgain) this.#pause = Math.max(this.#usual, this.#pause / 2);
  }

  /** ms until the next question, and the least of it, which not even an urgent one cuts short. */
  next() {
    if (this.#failures) {
      const longest = this.#retries[Math.min(this.#failures, this.#retries.length) - 1];
      return { least: this.#retries[0], longest };
    }
    if (this.#pause === this.#usual) return { least: 0, longest: this.#usual };
    const longest = this.#pause * (1 + Math.random());
    return { least: longest, longest };
  }
}
