import { getContext } from "./context.js";

const MIDDLE = 128; // the level of 0 where numbers below 0 are shown, too

/** Paints rows × columns levels of 0 to 255, one pixel each; the canvas takes their size. */
export function paintLevels(canvas, levels, [rows, columns]) {
  if (canvas.width !== columns || canvas.height !== rows) {
    Object.assign(canvas, { width: columns, height: rows });
  }
  const context = getContext(canvas);
  if (!context) return; // a browser that protects its user may give none
  const image = context.createImageData(columns, rows);
  for (let at = 0; at < rows * columns; at += 1) {
    image.data.set([levels[at], levels[at], levels[at], 255], 4 * at);
  }
  context.putImageData(image, 0, 0);
}

/** The levels of signed numbers: grey is 0, white the largest size above it, black below it. */
export function levelsOf(values, highest = findHighest(values)) {
  return values.map((value) => Math.round(MIDDLE + (127 * value) / (highest || 1)));
}

function findHighest(values) {
  return Math.max(...values.map(Math.abs));
}

/** Cuts the bytes of all maps of a layer into maps. @param shape channels, rows, columns */
export function cutMaps(bytes, [channels, rows = 1, columns = 1]) {
  const size = rows * columns;
  return Array.from({ length: channels }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}

/** All maps side by side in rows, with a dark line between, as one picture for the strip. */
export function paintMosaic(canvas, maps, [rows, columns]) {
  const across = Math.ceil(Math.sqrt(maps.length));
  const down = Math.ceil(maps.length / across);
  const width = across * (columns + 1) - 1;
  const height = down * (rows + 1) - 1;
  const levels = new Uint8Array(width * height);
  maps.forEach((map, index) => {
    const top = Math.floor(index / across) * (rows + 1);
    const left = (index % across) * (columns + 1);
    for (let row = 0; row < rows; row += 1) {
      levels.set(map.subarray(row * columns, (row + 1) * columns), (top + row) * width + left);
    }
  });
  paintLevels(canvas, levels, [height, width]);
}
