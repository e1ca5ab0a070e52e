/**
 * Keeps every digit of a printed sheet as what the sheet asks for, one at a time: it stops at the
 * first that is not stored. Emits `step` (detail: { done, total }) and `end` (detail: in words).
 */
export class SheetKeeping extends EventTarget {
  #confirmed;
  #turn = null; // { isStopped } while it keeps

  /** @param confirmed what has been confirmed on this page */
  constructor(confirmed) {
    super();
    this.#confirmed = confirmed;
  }

  stop() {
    if (this.#turn) this.#turn.isStopped = true;
  }

  /** The page shows another photo: it stops, and tells nothing more of this sheet. */
  forget() {
    this.stop();
    this.#turn = null;
  }

  /** @param digits { ink, expected } @param model that read them */
  async start(digits, model) {
    const turn = { isStopped: false };
    this.#turn = turn;
    const total = digits.length;
    let done = 0;
    let reason = "";
    try {
      for (const { ink, expected } of digits) {
        if (turn.isStopped) break;
        this.#tell(turn, "step", { done, total });
        await this.#confirmed.keep(ink, { image: ink, model }, expected);
        done += 1;
      }
    } catch (error) {
      reason = ` ${error.message}`;
    }
    this.#tell(turn, "end", `${describeKept(done, total)}${reason}`);
  }

  #tell(turn, type, detail) {
    if (turn === this.#turn) this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

function describeKept(done, total) {
  if (total === 0) return "Nothing is written in the boxes, so nothing is kept.";
  if (done === total) return `All ${total} are kept in My drawings.`;
  return `${done} of ${total} are kept in My drawings.`;
}
