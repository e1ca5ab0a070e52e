import { getContext } from "./context.js";
import { widenBox } from "./photo_box.js";

const LARGEST = 10_000_000; // bytes that the server takes
const MOST_PIXELS = 12_500_000; // that it takes
const LARGEST_TO_OPEN = 100_000_000; // bytes
const MOST_PIXELS_TO_OPEN = 120_000_000;
const MARGIN = 0.5; // of a box's longer side, around a piece that is cut out
const QUALITY = 0.92; // of the JPEG that a photo is scaled to
const HEAD = 32; // bytes at the beginning of a file that say what it is
const PNG = "image/png";
const JPEG = "image/jpeg";

const KINDS = [
  [/^\x89PNG\r\n\x1a\n/, PNG],
  [/^\xff\xd8\xff/, JPEG],
  [/^RIFF[^]{4}WEBP/, "image/webp"],
  [/^[^]{4}ftyp(hei|hev|mif|msf)/, "heic"],
  [/^%PDF/, "pdf"],
];
const HEIC =
  "This is a HEIC photo, which cannot be read here. Save it as JPEG and choose that. An iPhone " +
  "takes JPEG by itself with Settings, Camera, Formats, Most Compatible.";
const PDF = "This is a PDF. Save its page as a picture, or take a picture of the screen, and choose that.";
const OTHER = "This is not a photo that can be read. Choose a PNG, JPEG or WebP picture.";
const EMPTY = "This file is empty. Choose another one.";
const BROKEN = "This photo cannot be opened: the file is damaged or cut off. Choose another one.";
const TOO_LARGE = "This photo is too large to open. Choose one of at most 100 MB and 120 megapixels.";
const NOT_SCALED =
  "This photo must be made smaller, but this browser keeps pictures from the page. Choose one of at " +
  "most 10 MB and 12 megapixels, or allow this site to read canvas data.";

/** A photo that the page has opened: as it is sent, and as it is shown. The messages of its Errors
 * say in words what is wrong. */
export class Photo {
  #image;
  #type;

  /** Promises a photo that the server takes: one that is too large is scaled down. */
  static async open(blob) {
    const type = await findType(blob);
    const photo = new Photo(blob, type, await load(blob));
    if (blob.size <= LARGEST && photo.#pixels <= MOST_PIXELS) return photo;
    return photo.#scaleDown();
  }

  constructor(blob, type, image) {
    this.blob = blob;
    this.#type = type;
    this.#image = image;
  }

  /** Width and height as it is seen: turned as its camera says. */
  get size() {
    return [this.#image.naturalWidth, this.#image.naturalHeight];
  }

  /** Where an image element finds it. It never leaves the page. */
  get address() {
    return this.#image.src;
  }

  /** The page shows another photo now. */
  close() {
    URL.revokeObjectURL(this.address);
  }

  /**
   * Promises { blob, box }: a piece around a box, and where the box lies in it. Where the browser
   * keeps pictures from the page, the piece is the whole photo.
   */
  async cut(box) {
    if (!isCanvasTrue()) return { blob: this.blob, box };
    const [x, y, width, height] = widenBox(box, MARGIN, this.size);
    const canvas = makeCanvas(width, height);
    getContext(canvas).drawImage(this.#image, x, y, width, height, 0, 0, width, height);
    const blob = await encode(canvas, this.#type === JPEG ? JPEG : PNG);
    return { blob, box: [box[0] - x, box[1] - y, box[2], box[3]] };
  }

  get #pixels() {
    const [width, height] = this.size;
    return width * height;
  }

  async #scaleDown() {
    if (this.#pixels > MOST_PIXELS_TO_OPEN) throw this.#fail(TOO_LARGE);
    if (!isCanvasTrue()) throw this.#fail(NOT_SCALED);
    const share = Math.min(Math.sqrt(MOST_PIXELS / this.#pixels), 1);
    const [width, height] = this.size.map((side) => Math.max(Math.floor(share * side), 1));
    const canvas = makeCanvas(width, height);
    const context = getContext(canvas);
    context.fillStyle = "#fff"; // JPEG knows no transparency
    context.fillRect(0, 0, width, height);
    context.imageSmoothingQuality = "high";
    context.drawImage(this.#image, 0, 0, width, height);
    this.close(); // first: it may fail to be encoded
    const blob = await encode(canvas, JPEG);
    if (blob.size > LARGEST) throw new Error(TOO_LARGE);
    return new Photo(blob, JPEG, await load(blob));
  }

  #fail(words) {
    this.close();
    return new Error(words);
  }
}

/** What a file is, by how it begins: names and types may say anything. */
async function findType(blob) {
  if (!blob.size) throw new Error(EMPTY);
  if (blob.size > LARGEST_TO_OPEN) throw new Error(TOO_LARGE);
  const head = await readHead(blob);
  const text = String.fromCharCode(...new Uint8Array(head));
  const type = KINDS.find(([beginning]) => beginning.test(text))?.[1];
  if (type === "heic") throw new Error(HEIC);
  if (type === "pdf") throw new Error(PDF);
  if (!type) throw new Error(OTHER);
  return type;
}

/** Promises the first bytes. Of a folder, or a file that is gone by now, there are none. */
async function readHead(blob) {
  try {
    return await blob.slice(0, HEAD).arrayBuffer();
  } catch {
    throw new Error(BROKEN);
  }
}

function load(blob) {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.addEventListener("load", () => resolve(image));
    image.addEventListener("error", () => {
      URL.revokeObjectURL(image.src);
      reject(new Error(BROKEN));
    });
    image.src = URL.createObjectURL(blob);
  });
}

function makeCanvas(width, height) {
  return Object.assign(document.createElement("canvas"), { width, height });
}

function encode(canvas, type) {
  return new Promise((resolve, reject) => {
    const take = (blob) => (blob ? resolve(blob) : reject(new Error(BROKEN)));
    canvas.toBlob(take, type, QUALITY);
  });
}

/** Whether a canvas gives back what was drawn: a browser that protects its user may give noise. */
function isCanvasTrue() {
  const canvas = makeCanvas(8, 8);
  const context = getContext(canvas);
  if (!context) return false;
  try {
    context.fillStyle = "#1e7bd2";
    context.fillRect(0, 0, 8, 8);
    const { data } = context.getImageData(0, 0, 8, 8);
    const colour = [0x1e, 0x7b, 0xd2, 0xff];
    return data.every((level, at) => Math.abs(level - colour[at % 4]) <= 4);
  } catch {
    return false;
  }
}
