import { getContext } from "./context.js";

const SIDE = 28;

/**
 * Colours of the style sheet as [red, green, blue], by name: `sheet` is what `--sheet` is here.
 * Each must be written as #rrggbb there.
 */
export function readColours(element, ...names) {
  const style = getComputedStyle(element);
  const read = (name) => [name, parse(style.getPropertyValue(`--${name}`).trim())];
  return Object.fromEntries(names.map(read));
}

/** The colour that lies between two. @param share 0 for the first, 1 for the second */
export function mix(one, other, share) {
  return one.map((part, index) => part + (other[index] - part) * share);
}

/** Paints a 28 × 28 picture. @param colourAt returns the colour of each pixel, row by row */
export function paintColours(canvas, colourAt) {
  const context = getContext(canvas);
  if (!context) return; // a browser that protects its user may give none
  const image = context.createImageData(SIDE, SIDE);
  for (let index = 0; index < SIDE * SIDE; index += 1) {
    image.data.set([...colourAt(index).map(Math.round), 255], 4 * index);
  }
  context.putImageData(image, 0, 0);
}

/** Leaves bare paper. */
export function blank(canvas) {
  getContext(canvas)?.clearRect(0, 0, SIDE, SIDE);
}

function parse(hex) {
  const full = /^#[0-9a-f]{3}$/i.test(hex) ? hex.replace(/[0-9a-f]/gi, "$&$&") : hex;
  return [1, 3, 5].map((start) => parseInt(full.slice(start, start + 2), 16) || 0);
}
