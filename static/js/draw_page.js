import { Answer } from "./answer.js";
import { Bars } from "./bars.js";
import { Board } from "./board.js";
import { Comparison } from "./comparison.js";
import { KeptDrawing } from "./kept_drawing.js";
import { KeyboardPen } from "./keyboard_pen.js";
import { Picker } from "./picker.js";
import { PointerPen } from "./pointer_pen.js";
import { Reader } from "./reader.js";
import { Seen } from "./seen.js";
import { Toolbar } from "./toolbar.js";

const part = (name) => document.querySelector(`[data-part="${name}"]`);

const sheet = part("board");
const canvas = part("canvas");
const board = new Board(canvas, part("ink"));
const picker = new Picker(part("model"));
const compare = document.querySelector('[data-action="compare"]');
const comparison = new Comparison(part("views"), part("comparison"), compare);
const reader = new Reader(() => ({ image: board.toDataURL(), ...chooseModels() }));
const answer = new Answer(part("answer"));
const bars = new Bars(part("bars"));
const seen = new Seen(part("seen"));
let answered = []; // what the server last said, of each model asked
let isInsisted = false; // this drawing is to be read whatever it looks like

new PointerPen(board, canvas);
new KeyboardPen(board, canvas, part("cursor"), part("pen-state"));
new Toolbar(board, canvas, part("tools"));
comparison.mark(picker.model);

board.addEventListener("change", () => {
  sheet.toggleAttribute("data-empty", board.isEmpty);
  answer.isBusy = board.isDrawing;
  isInsisted = false;
  if (board.isEmpty) startAfresh();
  else readDrawing();
});

picker.addEventListener("change", () => {
  comparison.mark(picker.model);
  reader.forget(); // the former model's answer is no longer wanted
  if (!board.isEmpty) readDrawing();
});
comparison.addEventListener("toggle", () => {
  if (comparison.isOpen && !board.isEmpty) readDrawing();
});

reader.addEventListener("answer", ({ detail }) => show(detail.readings ?? [detail]));
document.querySelector('[data-action="read-anyway"]').addEventListener("click", readAnyway);
reader.addEventListener("refusal", ({ detail }) => {
  answer.showRefusal(detail);
  fade();
});
reader.addEventListener("unreachable", () => {
  answer.showUnreachable();
  fade();
});

new KeptDrawing(board); // last: everything above hears of it

function chooseModels() {
  return comparison.isOpen ? { models: picker.models } : { model: picker.model };
}

function startAfresh() {
  reader.forget();
  answer.invite();
  comparison.clear();
  clear();
}

function clear() {
  bars.clear();
  seen.clear();
}

/** What is shown belongs to an earlier drawing. */
function fade() {
  bars.fade();
  comparison.fade();
}

function readDrawing() {
  if (answer.isInviting || answer.isOffering) answer.wait();
  reader.read();
}

function show(answers) {
  const readings = isInsisted ? answers.map(insist) : answers;
  answered = answers;
  const reading = readings.find(({ model }) => model === picker.model) ?? readings[0];
  comparison.show(readings);
  if (reading.probabilities) {
    bars.show(reading.probabilities, { isFaded: reading.status !== "digit" });
    seen.show(reading.seen);
  } else {
    clear();
  }
  say(reading);
}

/** Half a digit is often none yet: nobody is told so before the pen is lifted. */
function say({ status, digit, unsure }) {
  if (status === "digit") answer.showDigit(digit, unsure);
  else if (board.isDrawing || reader.isBehind) answer.wait();
  else if (status === "blank") answer.showBlank();
  else answer.showNoDigit();
}

/** What it would have been if it had to be a digit. */
function insist(reading) {
  if (reading.status !== "not_a_digit") return reading;
  const digit = reading.probabilities.indexOf(Math.max(...reading.probabilities));
  return { ...reading, status: "digit", digit };
}

function readAnyway() {
  isInsisted = true;
  show(answered);
  canvas.focus({ preventScroll: true }); // the button is gone, and with it its focus
}
