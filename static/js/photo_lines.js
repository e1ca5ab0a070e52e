import { findCentre, joinBoxes } from "./photo_box.js";

/**
 * Which line and which number of a photo each digit belongs to. A digit is { id, box, line, number,
 * … }; lines and numbers count from 0, numbers anew in each line.
 */

const SAME_LINE = 0.6; // of the digits' height: how far up or down the next digit of a line may lie
const SAME_NUMBER = 0.8; // of the digits' height: the widest gap inside a number

/** The digits as one reads them, lines and numbers counted anew, without gaps. */
export function orderDigits(digits) {
  const ordered = [...digits].sort(compareDigits);
  let [line, number, former] = [-1, 0, null];
  return ordered.map((digit) => {
    const isNewLine = digit.line !== former?.line;
    if (isNewLine) [line, number] = [line + 1, 0];
    else if (digit.number !== former.number) number += 1;
    former = digit;
    return { ...digit, line, number };
  });
}

/** Where a box belongs that was added among these digits. Between two lines it begins a new one. */
export function placeBox(digits, box) {
  const line = findLine(digits, box);
  if (line === null) return { line: findNextLine(digits, box) - 0.5, number: 0 };
  return { line, number: findNumber(digits.filter((digit) => digit.line === line), box) };
}

/** The numbers in their order: { line, number, digits, box }. */
export function listNumbers(digits) {
  const numbers = new Map();
  for (const digit of digits) {
    const key = `${digit.line} ${digit.number}`;
    if (!numbers.has(key)) numbers.set(key, { line: digit.line, number: digit.number, digits: [] });
    numbers.get(key).digits.push(digit);
  }
  return [...numbers.values()].map((number) => {
    return { ...number, box: joinBoxes(number.digits.map(({ box }) => box)) };
  });
}

function compareDigits(one, other) {
  const [[x], [otherX]] = [findCentre(one.box), findCentre(other.box)];
  return one.line - other.line || one.number - other.number || x - otherX;
}

/** The line whose digit beside the box is about as high on the photo; null if there is none. */
function findLine(digits, box) {
  const near = listLines(digits)
    .map((line) => ({ line, offset: Math.abs(measureOffset(digits, line, box)) }))
    .sort((one, other) => one.offset - other.offset)[0];
  return near && near.offset <= SAME_LINE ? near.line : null;
}

/** The first line that lies below the box, or the one after the last. */
function findNextLine(digits, box) {
  const lines = listLines(digits);
  const next = lines.find((line) => measureOffset(digits, line, box) > 0);
  return next ?? lines.length;
}

function listLines(digits) {
  return [...new Set(digits.map(({ line }) => line))].sort((one, other) => one - other);
}

/** How far below the box its nearest digit of a line lies, in heights: lines may be tilted. */
function measureOffset(digits, line, box) {
  const [x, y] = findCentre(box);
  const distance = (digit) => Math.abs(findCentre(digit.box)[0] - x);
  const nearest = digits
    .filter((digit) => digit.line === line)
    .reduce((best, digit) => (distance(digit) < distance(best) ? digit : best));
  return (findCentre(nearest.box)[1] - y) / measureHeight(box, nearest.box);
}

function findNumber(digits, box) {
  const [x] = findCentre(box);
  const ordered = [...digits].sort(compareDigits);
  const right = ordered.find((digit) => findCentre(digit.box)[0] >= x);
  const left = ordered.filter((digit) => findCentre(digit.box)[0] < x).pop();
  if (left && left.number === right?.number) return left.number;
  const near = [left, right]
    .filter(Boolean)
    .map((digit) => ({ digit, gap: measureGap(digit.box, box) }))
    .sort((one, other) => one.gap - other.gap)[0];
  if (near.gap <= SAME_NUMBER) return near.digit.number;
  return right ? right.number - 0.5 : left.number + 1;
}

/** The gap between two boxes across, in heights. */
function measureGap([x, , width, height], [otherX, , otherWidth, otherHeight]) {
  const gap = Math.max(x - (otherX + otherWidth), otherX - (x + width));
  return gap / measureHeight([0, 0, 0, height], [0, 0, 0, otherHeight]);
}

function measureHeight([, , , height], [, , , otherHeight]) {
  return (height + otherHeight) / 2;
}
