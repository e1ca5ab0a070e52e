import { Asking } from "../asking.js";
import { drawInk, takeInk } from "../reader/ink.js";
import { areSeveral } from "./several.js";

const PAUSE = 70; // ms between two readings, so that the pen is never kept waiting
const HERE = "read in this browser";

/**
 * Reads the drawing in this browser, the newest one next.
 *
 * Emits `answer` (detail: the reading, as the server would give it, and `readBy`, who read it, in
 * words), `several` where the drawing is more than one digit, and `unread` where there are no weights.
 */
export class OwnReader extends Asking {
  #networks;
  #takeDrawing;
  #listModels;

  /**
   * @param takeDrawing promises the drawing as it is now: `strokes`, and `pixels` if the canvas tells
   * @param listModels the chosen model and the board's own: [{ name, title }]
   */
  constructor(networks, takeDrawing, listModels) {
    super(PAUSE, []);
    this.#networks = networks;
    this.#takeDrawing = takeDrawing;
    this.#listModels = listModels;
  }

  /** Makes sure that it can read when the server is gone. */
  prepare() {
    for (const { name } of this.#listModels()) this.#networks.prepare(name);
  }

  async send(isForgotten) {
    const models = this.#listModels();
    const { strokes, pixels } = await this.#takeDrawing();
    if (isForgotten()) return {};
    if (areSeveral(strokes)) return { type: "several" };
    try {
      const network = await this.#networks.open(models.map(({ name }) => name));
      if (!network) return { type: "unread" };
      const reading = await network.read(pixels ? takeInk(pixels) : drawInk(strokes));
      return { type: "answer", detail: { ...reading, readBy: describe(reading, models) } };
    } catch (error) {
      console.error(error);
      return { type: "unread" };
    }
  }
}

/** Names the network where it is not the one that was chosen. */
function describe(reading, [chosen, own]) {
  return reading.model === chosen.name ? HERE : `${HERE} by “${own.title}”`;
}
