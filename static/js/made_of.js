import { decode } from "./bytes.js";
import { paintLevels } from "./grey.js";
import { makeCanvas } from "./make_canvas.js";
import { make } from "./markup.js";

const FEW = 10; // pictures that have room to be larger

/**
 * What a network is made of, on its card: the weights of its sums over all pixels, or the kernels of
 * its first layer. They are asked for when the card comes near.
 */
export class MadeOf {
  #element;
  #server;

  constructor(element, server) {
    this.#element = element;
    this.#server = server;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (!entry.isIntersecting) return;
        observer.disconnect();
        this.#load();
      },
      { rootMargin: "400px" },
    );
    observer.observe(element);
  }

  async #load() {
    const model = encodeURIComponent(this.#element.dataset.madeOf);
    try {
      const response = await this.#server.ask("GET", `api/models/${model}/pictures`);
      this.#show(await response.json());
    } catch {
      this.#element.replaceChildren(); // the card tells enough without them
    }
  }

  #show(pictures) {
    const words = this.#element.querySelector("figcaption");
    const rows = pictures.members.map((member) => makeRow(member, pictures));
    words.textContent = describe(pictures);
    this.#element.toggleAttribute("data-many", pictures.members[0].pictures.length > FEW);
    this.#element.replaceChildren(...rows, words);
  }
}

function makeRow({ title, pictures }, { kind, size }) {
  const canvases = pictures.map((picture) => {
    const canvas = makeCanvas(size);
    paintLevels(canvas, decode(picture), size);
    return canvas;
  });
  const label = `${pictures.length} ${kind}${title && `, of the network that sees it ${title}`}`;
  return make("div", { class: "made-of__pictures", role: "img", "aria-label": label }, ...canvases);
}

function describe({ kind, size, members }) {
  const count = members[0].pictures.length;
  if (kind === "kernels") {
    const each = members.length > 1 ? " of each of its two networks" : "";
    return (
      `The ${count} kernels of the first layer${each}, ${size.join(" × ")}: look for edges and ` +
      "strokes in different directions. White answers to ink, black to paper."
    );
  }
  if (count > FEW) {
    return `What each of the ${count} hidden units looks for: ink on white makes it larger.`;
  }
  return "What each digit’s sum looks for, 0 to 9: ink on white speaks for it, on black against it.";
}
