import { clip, isWithin } from "./picture.js";
import { round } from "./stroke.js";

const SLACK = 2; // board pixels: a box ends where ink does, which is antialiased

/**
 * The strokes of each part of a number. The server says which ones are a part's own; where it has
 * cut a stroke, or does not say, the parts' boxes do: a stroke belongs to the smallest box that it
 * lies in, and one that lies in none is cut where it leaves a box.
 *
 * @param strokes those that were read, each a list of points in board pixels
 * @param parts { box: [x, y, width, height] of its ink, strokes: their numbers, or null }
 * @returns a list of strokes for each part
 */
export function divideStrokes(strokes, parts, penWidth) {
  const areas = parts.map(({ box }) => shrink(box, penWidth / 2));
  const owners = strokes.map((points, number) => findOwner(points, number, parts, areas));
  return parts.map((part, index) =>
    strokes.flatMap((points, number) => {
      if (owners[number] !== null) return owners[number] === index ? [points] : [];
      return part.strokes ? [] : clip([points], areas[index]);
    }),
  );
}

/** The part that the newest stroke belongs to, or the last one: where the pen is. */
export function findNewest(strokes, division) {
  const newest = strokes[strokes.length - 1];
  const index = division.findIndex((own) => own.includes(newest));
  return index < 0 ? division.length - 1 : index;
}

/**
 * Strokes moved to the middle of a board, as one draws one digit there; larger than the board, they
 * are made smaller.
 */
export function moveToBoard(strokes, side, penWidth) {
  const points = strokes.flat();
  if (!points.length) return [];
  const spans = [0, 1].map((axis) => {
    const places = points.map((point) => point[axis]);
    return [Math.min(...places), Math.max(...places)];
  });
  const extent = Math.max(...spans.map(([low, high]) => high - low));
  const scale = Math.min(1, (side - penWidth) / extent);
  const move = (value, [low, high]) => round(side / 2 + scale * (value - (low + high) / 2));
  const movePoint = (point) => point.map((value, axis) => move(value, spans[axis]));
  return strokes.map((each) => each.map(movePoint));
}

function findOwner(points, number, parts, areas) {
  const named = parts.findIndex((part) => part.strokes?.includes(number));
  if (named >= 0) return named;
  const isIn = (area) => points.every((each) => isWithin(each, area));
  const around = areas
    .map((area, index) => ({ index, area }))
    .filter(({ index, area }) => !parts[index].strokes && isIn(area))
    .sort((one, other) => sizeOf(one.area) - sizeOf(other.area));
  return around[0]?.index ?? null;
}

/** Where the pen's middle may be for its ink to lie in a box. */
function shrink([x, y, width, height], by) {
  const [across, down] = [width, height].map((side) => Math.max(Math.min(by - SLACK, side / 2), 0));
  return { left: x + across, top: y + down, width: width - 2 * across, height: height - 2 * down };
}

function sizeOf({ width, height }) {
  return width * height;
}
