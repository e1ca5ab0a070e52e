import { Answer } from "./answer.js";
import { Bars } from "./bars.js";
import { Board } from "./board.js";
import { KeyboardPen } from "./keyboard_pen.js";
import { PointerPen } from "./pointer_pen.js";
import { Reader } from "./reader.js";
import { Seen } from "./seen.js";
import { Toolbar } from "./toolbar.js";

const part = (name) => document.querySelector(`[data-part="${name}"]`);

const sheet = part("board");
const canvas = part("canvas");
const board = new Board(canvas, part("ink"));
const reader = new Reader(() => board.toDataURL());
const answer = new Answer(part("answer"));
const bars = new Bars(part("bars"));
const seen = new Seen(part("seen"));

new PointerPen(board, canvas);
new KeyboardPen(board, canvas, part("cursor"), part("pen-state"));
new Toolbar(board, canvas, document);

board.addEventListener("change", () => {
  sheet.toggleAttribute("data-empty", board.isEmpty);
  answer.isBusy = board.isDrawing;
  if (board.isEmpty) startAfresh();
  else readDrawing();
});

reader.addEventListener("reading", ({ detail }) => show(detail));
reader.addEventListener("refusal", ({ detail }) => {
  answer.showRefusal(detail);
  bars.fade(); // they belong to an earlier drawing
});
reader.addEventListener("unreachable", () => {
  answer.showUnreachable();
  bars.fade();
});

function startAfresh() {
  reader.forget();
  answer.invite();
  bars.clear();
  seen.clear();
}

function readDrawing() {
  if (answer.isInviting) answer.wait();
  reader.read();
}

function show(reading) {
  if (reading.probabilities) {
    bars.show(reading.probabilities, { isFaded: reading.status !== "digit" });
    seen.show(reading.seen);
  } else {
    bars.clear();
    seen.clear();
  }
  say(reading);
}

/** Half a digit is often none yet: nobody is told so before the pen is lifted. */
function say({ status, digit }) {
  if (status === "digit") answer.showDigit(digit);
  else if (board.isDrawing || reader.isBehind) answer.wait();
  else if (status === "blank") answer.showBlank();
  else answer.showNoDigit();
}
