/**
 * Reads what test_reader.py left in a folder, and prints what the browser's reader makes of it:
 * drawings.json, a list of { width, height, alpha: base64 } or { strokes }, and files of weights.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { fitInk, isBlank } from "../../static/js/reader/fit.js";
import { drawInk, takeInk } from "../../static/js/reader/ink.js";
import { readNow } from "../../static/js/reader/reader.js";
import { parseWeights } from "../../static/js/reader/weights.js";

const folder = process.argv[2];
const drawings = JSON.parse(readFileSync(join(folder, "drawings.json"), "utf-8"));
const inks = drawings.map((drawing) => (drawing.strokes ? drawInk(drawing.strokes) : takeAlpha(drawing)));

function takeAlpha({ width, height, alpha }) {
  const levels = Buffer.from(alpha, "base64");
  const data = new Uint8ClampedArray(4 * levels.length);
  levels.forEach((level, at) => {
    data[4 * at + 3] = level;
  });
  return takeInk({ data, width, height });
}

function encode(bytes) {
  return Buffer.from(bytes).toString("base64");
}

const read = {};
for (const name of readdirSync(folder).filter((each) => each.endsWith(".weights"))) {
  const weights = parseWeights(Uint8Array.from(readFileSync(join(folder, name))).buffer);
  read[weights.model] = inks.map((ink) => readNow(weights, ink));
}
const found = inks.map((ink) => ({
  width: ink.width,
  height: ink.height,
  ink: encode(ink.data),
  seen: isBlank(ink) ? null : encode(fitInk(ink)),
}));
console.log(JSON.stringify({ found, read }));
