/**
 * What has been confirmed since the page was opened, drawing by drawing: which one is kept as what,
 * and as what before. One request at a time, in the order of the presses: whoever presses twice
 * stores once.
 */
export class Confirmed {
  #drawings;
  #kept = new Map(); // a drawing's strokes as JSON -> { id, labels: those given, the last one now }
  #queue = Promise.resolve();

  /** @param drawings the server's */
  constructor(drawings) {
    this.#drawings = drawings;
  }

  /** The label under which these strokes are kept, null if they are not. */
  find(strokes) {
    return this.#kept.get(JSON.stringify(strokes))?.labels.slice(-1)[0] ?? null;
  }

  /** Stores a drawing, or gives a stored one another label. @param drawing { strokes, … } */
  keep(strokes, drawing, label) {
    return this.#after(async () => {
      if (this.find(strokes) === label) return;
      const { id } = await this.#drawings.keep({ ...drawing, label });
      const labels = this.#kept.get(JSON.stringify(strokes))?.labels ?? [];
      this.#kept.set(JSON.stringify(strokes), { id, labels: [...labels, label] });
    });
  }

  /** Takes the last press back: the label before returns, or the drawing is deleted. */
  undo(strokes, drawing) {
    return this.#after(async () => {
      const key = JSON.stringify(strokes);
      const { id, labels } = this.#kept.get(key) ?? { labels: [] };
      if (labels.length > 1) {
        await this.#drawings.keep({ ...drawing, label: labels[labels.length - 2] });
        this.#kept.set(key, { id, labels: labels.slice(0, -1) });
      } else if (labels.length) {
        await this.#remove(id);
        this.#kept.delete(key);
      }
    });
  }

  async #remove(id) {
    try {
      await this.#drawings.remove(id);
    } catch (error) {
      if (error.status !== 404) throw error; // deleted in My drawings: that was wanted, too
    }
  }

  #after(job) {
    const done = this.#queue.then(job);
    this.#queue = done.catch(() => {}); // one that failed does not stop the next
    return done;
  }
}
