/** A value and its past: every change can be undone and redone. */
export class History {
  #past = [];
  #future = [];

  constructor(present) {
    this.present = present;
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  push(next) {
    this.#past.push(this.present);
    this.#future = [];
    this.present = next;
  }

  undo() {
    if (!this.canUndo) return;
    this.#future.push(this.present);
    this.present = this.#past.pop();
  }

  redo() {
    if (!this.canRedo) return;
    this.#past.push(this.present);
    this.present = this.#future.pop();
  }

  /** Undoes the last change for good: it cannot be redone. */
  forget() {
    if (this.canUndo) this.present = this.#past.pop();
  }
}
