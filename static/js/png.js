/**
 * Levels of ink -> a PNG, byte for byte. A canvas would do, were it not that browsers that protect
 * their user change its pixels, and that here every level counts.
 *
 * Black ink on transparency: the alpha channel is the ink, so that the server need not guess which
 * of two greys is the paper. The pixels are stored without compression (RFC 1950 and 1951): a few
 * hundred of them are not worth a compressor.
 */

import { sumCrc } from "./reader/crc.js";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const GREY_AND_ALPHA = [8, 4, 0, 0, 0]; // bits a channel, kind of colour, and the defaults
const ZLIB = [0x78, 0x01];
const LAST_BLOCK_STORED = 1;
const LARGEST_BLOCK = 65_535;
const ADLER = 65_521; // the largest prime below 2^16

/** @param ink levels of 0 to 255, row by row @returns a data URL */
export function encodeInk(ink, width) {
  const height = ink.length / width;
  const bytes = [
    ...SIGNATURE,
    ...makeChunk("IHDR", [...split(width), ...split(height), ...GREY_AND_ALPHA]),
    ...makeChunk("IDAT", store(listRows(ink, width))),
    ...makeChunk("IEND", []),
  ];
  return `data:image/png;base64,${btoa(String.fromCharCode(...bytes))}`;
}

/** Each row begins with the number of its filter, 0 for none. */
function listRows(ink, width) {
  const bytes = [];
  ink.forEach((level, index) => {
    if (index % width === 0) bytes.push(0);
    bytes.push(0, level);
  });
  return bytes;
}

function store(bytes) {
  const { length } = bytes;
  if (length > LARGEST_BLOCK) throw new RangeError(`${length} bytes do not fit into one block`);
  const header = [length & 255, length >> 8, ~length & 255, (~length >> 8) & 255];
  return [...ZLIB, LAST_BLOCK_STORED, ...header, ...bytes, ...split(sumAdler(bytes))];
}

function makeChunk(name, data) {
  const body = [...[...name].map((letter) => letter.charCodeAt(0)), ...data];
  return [...split(data.length), ...body, ...split(sumCrc(body))];
}

/** A number as four bytes, the highest first. */
function split(number) {
  return [number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255];
}

function sumAdler(bytes) {
  let [low, high] = [1, 0];
  for (const byte of bytes) {
    low = (low + byte) % ADLER;
    high = (high + low) % ADLER;
  }
  return ((high << 16) | low) >>> 0;
}
