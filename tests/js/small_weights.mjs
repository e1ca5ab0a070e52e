/** A file of weights like those of ml/networks/exports/browser_weights.py, small enough for tests. */

import { sumCrc } from "../../static/js/reader/crc.js";

const START = 20;

export const LINEAR = {
  name: "linear",
  operations: ["linear", "bias"],
  inputs: [1, 28, 28],
  kernel: [28, 28],
  padding: 0,
  channels: 10,
};

/** A network of one layer that always answers with its bias: a seven. */
export const HEADER = {
  model: "linear",
  weights_version: "0123456789ab",
  calibration: { temperature: 1, refusal_threshold: null },
  answers: [..."0123456789"],
  kernels: "half",
  members: [{ stretched: false, layers: [LINEAR] }],
};

export function makeNumbers() {
  const bias = Float32Array.from({ length: 10 }, (_, digit) => (digit === 7 ? 3 : 0));
  return Buffer.concat([Buffer.alloc(2 * 7840), Buffer.from(bias.buffer)]);
}

/** @returns {ArrayBuffer} a file whose checksum is right, whatever it holds */
export function makeFile(header = HEADER, numbers = makeNumbers(), version = 1) {
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const file = Buffer.concat([Buffer.alloc(START), text, numbers]);
  file.write("digitnet", "latin1");
  file.writeUInt32LE(version, 8);
  file.writeUInt32LE(text.length, 16);
  return seal(file);
}

/** Writes the checksum of a file's content into it. */
export function seal(file) {
  file.writeUInt32LE(sumCrc(file.subarray(16)), 12);
  return Uint8Array.from(file).buffer;
}
