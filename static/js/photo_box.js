/**
 * What can be done with a box: [x, y, width, height] in whole pixels of the photo. Nothing here
 * changes a box; each function returns another one.
 */

export const SMALLEST = 6; // px of a side: less could not be held
const LEAST_MARGIN = 12; // px, around a piece that is cut out: the server takes 16 px and more a side

/** The box moved into the photo, and cut to its size. */
export function fitBox([x, y, width, height], [photoWidth, photoHeight]) {
  const [across, down] = [fitSide(width, photoWidth), fitSide(height, photoHeight)];
  return [clamp(x, photoWidth - across), clamp(y, photoHeight - down), across, down];
}

export function moveBox([x, y, width, height], [right, down]) {
  return [x + right, y + down, width, height];
}

/** Moves the right and the lower edge; the left upper corner stays. */
export function sizeBox([x, y, width, height], [right, down]) {
  return [x, y, Math.max(width + right, SMALLEST), Math.max(height + down, SMALLEST)];
}

/** The box that has these two points as opposite corners. */
export function spanBox([x, y], [endX, endY]) {
  return [Math.min(x, endX), Math.min(y, endY), Math.abs(endX - x), Math.abs(endY - y)];
}

/** The box whose corner ("nw", "ne", "sw", "se") lies at a point; the corner across stays. */
export function pullCorner([x, y, width, height], corner, point) {
  const opposite = [corner.includes("w") ? x + width : x, corner.includes("n") ? y + height : y];
  return spanBox(opposite, point);
}

/** The smallest box that holds all of them. */
export function joinBoxes(boxes) {
  const left = Math.min(...boxes.map(([x]) => x));
  const top = Math.min(...boxes.map(([, y]) => y));
  const right = Math.max(...boxes.map(([x, , width]) => x + width));
  const bottom = Math.max(...boxes.map(([, y, , height]) => y + height));
  return [left, top, right - left, bottom - top];
}

/** The box with a margin, a share of its longer side, as far as the photo reaches. */
export function widenBox([x, y, width, height], share, [photoWidth, photoHeight]) {
  const margin = Math.max(Math.ceil(share * Math.max(width, height)), LEAST_MARGIN);
  const [left, top] = [Math.max(x - margin, 0), Math.max(y - margin, 0)];
  const right = Math.min(x + width + margin, photoWidth);
  const bottom = Math.min(y + height + margin, photoHeight);
  return [left, top, right - left, bottom - top];
}

export function doBoxesOverlap([x, y, width, height], [otherX, otherY, otherWidth, otherHeight]) {
  const isAcross = x < otherX + otherWidth && otherX < x + width;
  return isAcross && y < otherY + otherHeight && otherY < y + height;
}

/** Whether two boxes lie in about the same place: one holds the centre of the other. */
export function isSamePlace(box, other) {
  return isWithin(findCentre(box), other) || isWithin(findCentre(other), box);
}

export function findCentre([x, y, width, height]) {
  return [x + width / 2, y + height / 2];
}

function isWithin([x, y], [left, top, width, height]) {
  return x >= left && x <= left + width && y >= top && y <= top + height;
}

function fitSide(length, room) {
  return Math.min(Math.max(Math.round(length), SMALLEST), room);
}

function clamp(place, room) {
  return Math.min(Math.max(Math.round(place), 0), Math.max(room, 0));
}
