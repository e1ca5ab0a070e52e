const ADDRESS = "api/data";
const TICK = 500; // ms between two looks at a download

/**
 * What there is to learn from, on the server. Emits `change`: while MNIST is being downloaded
 * and the page is seen, about twice a second.
 */
export class TrainingData extends EventTarget {
  #server;
  #found = null;
  #timer = null;

  constructor(server) {
    super();
    this.#server = server;
  }

  /** { mnist: { there, missing, download }, torch, drawings }, or null before it is known. */
  get found() {
    return this.#found;
  }

  get isDownloading() {
    return this.#found?.mnist.download?.state === "running";
  }

  /** Looks; goes on looking while a download runs. */
  async look() {
    clearTimeout(this.#timer);
    this.#found = await (await this.#server.ask("GET", ADDRESS)).json();
    this.dispatchEvent(new Event("change"));
    const isSeen = this.isDownloading && !document.hidden;
    if (isSeen) this.#timer = setTimeout(() => this.look().catch(() => {}), TICK);
  }

  async download() {
    await this.#server.ask("POST", `${ADDRESS}/mnist`, {}).catch((error) => {
      if (error.status !== 409) throw error; // it runs already: that was wanted, too
    });
    await this.look();
  }
}

/**
 * Why nothing can be learned from each kind of data, in words; null where it can.
 * @param areAllHands whether the drawings of all hands are meant, which nobody has counted
 */
export function listReasons({ mnist, drawings }, areAllHands) {
  const noMnist = mnist.there ? null : "MNIST is not on this computer yet.";
  const none = "Confirm some drawings on the board first.";
  const noDrawings = drawings || areAllHands ? null : none;
  return {
    mnist: noMnist,
    generated: null,
    drawings: noDrawings,
    drawings_and_mnist: noDrawings ?? noMnist,
  };
}
