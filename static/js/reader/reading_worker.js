/** There is no worker to be had, or it has ended; whoever asked may do its work instead. */
export class WorkerGoneError extends Error {}

/** The page's side of a worker that reads: each question gets an answer, in any order. */
export class ReadingWorker {
  #worker = null;
  #waiting = new Map(); // of each question's number: how its promise is settled
  #asked = 0;

  constructor(url) {
    try {
      this.#worker = new Worker(url, { type: "module" });
    } catch {
      return; // a script of another origin, or a browser without workers
    }
    this.#worker.addEventListener("message", ({ data }) => this.#settle(data));
    // A policy that forbids it, a browser without module workers, a script that isn't there.
    this.#worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.close();
    });
  }

  /** @param question { load: url } or { read: ink }, as worker.js answers them */
  ask(question) {
    if (!this.#worker) return Promise.reject(new WorkerGoneError());
    return new Promise((resolve, reject) => {
      this.#asked += 1;
      this.#waiting.set(this.#asked, { resolve, reject });
      this.#worker.postMessage({ id: this.#asked, ...question });
    });
  }

  close() {
    this.#worker?.terminate();
    this.#worker = null;
    for (const { reject } of this.#waiting.values()) reject(new WorkerGoneError());
    this.#waiting.clear();
  }

  #settle({ id, result, problem }) {
    const { resolve, reject } = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (problem === undefined) resolve(result);
    else reject(new Error(problem));
  }
}
