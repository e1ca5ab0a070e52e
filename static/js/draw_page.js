import { Networks } from "./alone/networks.js";
import { OwnReader } from "./alone/own_reader.js";
import { Readers } from "./alone/readers.js";
import { Answer } from "./answer.js";
import { Bars } from "./bars.js";
import { Board, PEN_WIDTH } from "./board.js";
import { Client } from "./client.js";
import { Comparison } from "./comparison.js";
import { Confirmed } from "./confirmed.js";
import { Corrections } from "./corrections.js";
import { DigitBoxes } from "./digit_boxes.js";
import { DigitChoice } from "./digit_choice.js";
import { divideStrokes, findNewest } from "./digit_strokes.js";
import { Drawings } from "./drawings.js";
import { Guess } from "./guess.js";
import { keepBoard } from "./installing.js";
import { KeptDrawing } from "./kept_drawing.js";
import { KeyboardPen } from "./keyboard_pen.js";
import { listModels } from "./models.js";
import { Notice } from "./notice.js";
import { describeNumber, isRefused, listParts, placePart, titleBars } from "./number.js";
import { Picker } from "./picker.js";
import { clip } from "./picture.js";
import { handPhotosOver } from "./photo_handover.js";
import { Play } from "./play.js";
import { PointerPen } from "./pointer_pen.js";
import { takeDrawing } from "./question.js";
import { ReadOut } from "./read_out.js";
import { insist, listReadings, NOT_UNDERSTOOD } from "./readings.js";
import { Seen } from "./seen.js";
import { Server } from "./server.js";
import { phrase, Speech } from "./speech.js";
import { Token } from "./token.js";
import { Toolbar } from "./toolbar.js";
import { WideBoard } from "./wide_board.js";
import { Why } from "./why.js";

const part = (name) => document.querySelector(`[data-part="${name}"]`);

const CANVAS_IS_HIDDEN =
  "This browser keeps the picture of your drawing from the page, so its strokes are sent instead. " +
  "To send the picture, allow this site to read canvas data.";

const PATIENCE = 400; // ms without a word while a drawing is stored
const STILL_HERE = "Your drawing is still on the board.";

const token = new Token();
const sheet = part("board");
const canvas = part("canvas");
const board = new Board(canvas, part("ink"));
const picker = new Picker(part("model"));
const compare = document.querySelector('[data-action="compare"]');
const comparison = new Comparison(part("views"), part("comparison"), compare);
const readOut = new ReadOut(board);
const readers = new Readers(
  new Client(takeQuestion, () => token.headers),
  new OwnReader(new Networks(), () => readOut.takePixels(), () => picker.chosenAndOwn),
);
const answer = new Answer(part("answer"));
const digits = new DigitChoice(part("said"));
const boxes = new DigitBoxes(sheet, canvas, board);
const wide = new WideBoard(board, part("desk"), part("wide"));
const right = document.querySelector('[data-action="confirm-right"]');
const corrections = new Corrections(part("corrections"), right);
const confirmed = new Confirmed(new Drawings(token));
const bars = new Bars(part("bars"));
const seen = new Seen(part("seen"), part("seen-words"));
const play = new Play(part("play"), () => picker.model, () => token.headers);
const speech = new Speech(part("speech"));
const notice = new Notice(part("notice"));
const seeOthers = document.querySelector('[data-action="see-others"]');
const why = new Why(part("why"), document.querySelector('[data-action="why"]'), {
  desk: part("desk"),
  sheet,
  board,
  server: new Server(token),
  takeDrawing: takeExplained,
  describePart,
});
const guess = new Guess({
  group: part("guess"),
  switch: part("guess-switch"),
  tally: part("guess-tally"),
  stage: part("stage"),
  hidden: [part("reading"), part("why-shown")],
});
let asked = []; // the strokes that were sent last
let answered = []; // the last readings, one for each model asked
let reading = null; // the one that the page shows
let division = []; // the strokes of each digit, where it shows several
let isOwed = false; // an explanation, until the answer says which digit is explained
let isInsisted = false; // show this drawing's digit even if a model refuses it
let hasComplained = false; // that a drawing was not stored
let memoryProblem = ""; // why what was confirmed does not count, as last told

new PointerPen(board, canvas);
new KeyboardPen(board, canvas, {
  stage: part("stage"),
  cursor: part("cursor"),
  voice: part("pen-state"),
});
new Toolbar(board, canvas, part("tools"));
handPhotosOver(sheet, (words) => notice.say(words));
showChoice();

board.addEventListener("change", () => {
  sheet.toggleAttribute("data-empty", board.isEmpty);
  answer.isBusy = board.isDrawing;
  if (board.isDrawing) speech.hush();
  isInsisted = false;
  digits.release();
  boxes.clear();
  guess.draw(board.isEmpty);
  corrections.settle(null);
  showConfirmed();
  if (board.isEmpty) startAfresh();
  else readDrawing();
});

corrections.addEventListener("confirm", ({ detail }) => confirm(detail));
corrections.addEventListener("undo", takeBack);

digits.addEventListener("choose", () => {
  showPart();
  settlePart();
});
digits.addEventListener("point", showPart);
boxes.addEventListener("point", ({ detail }) => digits.point(detail));
wide.addEventListener("refusal", ({ detail }) => notice.say(detail));

picker.addEventListener("change", () => {
  showChoice();
  speech.hush();
  readers.forget(); // the previous model's answer is no longer wanted
  why.forget();
  if (!board.isEmpty) readDrawing();
});
comparison.addEventListener("toggle", () => {
  if (seeOthers) seeOthers.hidden = comparison.isOpen || picker.models.length < 2;
  if (comparison.isOpen && !board.isEmpty) readDrawing();
});

why.addEventListener("preview", ({ detail }) => (detail ? preview(detail) : endPreview()));
guess.addEventListener("change", tellReading);

readers.addEventListener("answer", ({ detail }) => receive(detail));
document.querySelector('[data-action="read-anyway"]').addEventListener("click", readAnyway);
readers.addEventListener("refusal", ({ detail }) => refuse(detail));
readers.addEventListener("unreachable", ({ detail }) => refuse(detail));
readers.addEventListener("gone", ({ detail }) => replaceModels(detail));
seeOthers?.addEventListener("click", () => {
  compare.focus({ preventScroll: true }); // this button is about to be hidden
  comparison.open();
});

picker.takeFromAddress();

readOut.addEventListener("hidden", () => notice.say(CANVAS_IS_HIDDEN));
readOut.addEventListener("shown", () => notice.hide());

// Last: it may change the board, and everything above must hear of it.
const kept = new KeptDrawing(board);
if (board.isEmpty) answer.invite(wide.isWide);
else guess.skip();
part("not-started").remove();
keepBoard();

async function takeQuestion() {
  const drawing = await takeDrawing(board, readOut);
  asked = drawing.strokes ?? [];
  return { ...drawing, several: true, ...chooseModels() };
}

function chooseModels() {
  return comparison.isOpen ? { models: picker.models } : { model: picker.model };
}

/** The row and the card that belong to the chosen model. */
function showChoice() {
  comparison.mark(picker.model);
  part("about").hash = picker.model;
  part("inside").search = new URLSearchParams({ model: picker.model });
}

function startAfresh() {
  readers.forget();
  reading = null;
  division = [];
  isOwed = false;
  why.clear();
  corrections.rest();
  answer.invite(wide.isWide);
  speech.say("The board is empty");
  comparison.clear();
  clear();
}

function clear() {
  bars.clear();
  seen.clear();
  play.clear();
}

/** What is shown still belongs to an earlier drawing. */
function fade() {
  bars.fade();
  comparison.fade();
}

function readDrawing() {
  if (answer.isInviting || answer.isOffering) answer.wait();
  readers.ask({ isUrgent: !board.isDrawing });
  // Of several digits, one is explained: which one, the answer says.
  if (division.length) isOwed = true;
  else why.ask({ isUrgent: !board.isDrawing });
}

function receive(detail) {
  try {
    show(listReadings(detail));
    if (!detail.readBy) hearServer(detail);
  } catch (error) {
    refuse(NOT_UNDERSTOOD); // first: the page must not say "Reading…" for ever
    throw error;
  }
}

function refuse(reason) {
  answer.showRefusal(reason);
  fade();
  if (!board.isDrawing) speech.say(answer.words);
}

/** The server's models have changed since the page was opened. The drawing stays. */
async function replaceModels({ detail, models: names }) {
  const asked = comparison.isOpen ? picker.models : [picker.model];
  const former = picker.model;
  const models = await listModels().catch(() => names.map((name) => ({ name, title: name })));
  if (picker.model !== former) return; // another answer has said so meanwhile
  if (asked.every((name) => models.some((model) => model.name === name))) return refuse(detail);
  const { model, title } = picker;
  picker.offer(models);
  comparison.list(models);
  if (seeOthers) seeOthers.hidden = comparison.isOpen || models.length < 2;
  showChoice();
  notice.say(
    picker.model === model
      ? "The models on this server have changed. The list is up to date again."
      : `The model “${title}” is no longer on this server. “${picker.title}” reads now.`,
  );
  readers.forget(); // whatever is under way asks for a model that is gone
  if (!board.isEmpty) readDrawing();
}

function show(answers) {
  const wasNumber = division.length > 0;
  answered = answers;
  reading = findChosen(listShown());
  division = divideStrokes(asked, listParts(reading), PEN_WIDTH);
  say(reading);
  showPart();
  offerCorrections(reading);
  if (division.length || wasNumber) showConfirmed(); // of another digit than before
  if (board.isDrawing || readers.isBehind) return;
  showBoxes();
  keepDigit();
  if (division.length || isOwed) explainPart();
  isOwed = false;
  guess.learn(reading);
  tellReading();
}

/** What a screen reader hears of the drawing: nothing of the answer while that is to be guessed. */
function tellReading() {
  if (!reading || board.isDrawing) return;
  if (guess.isPending) speech.say(guess.words);
  else speech.say(phrase(reading), reading.readBy ?? "");
}

/** The readings as the page shows them, one for each model asked. */
function listShown() {
  return isInsisted ? answered.map(insist) : answered;
}

/** The reading of a part of a number; of one digit, it is the whole one. */
function findPart(index) {
  return listParts(reading)[index] ?? reading;
}

/** Bars and pixels of the digit that is chosen or pointed at, or of the only one. */
function showPart() {
  const shown = findPart(digits.shown);
  comparison.show(listShown(), digits.shown);
  if (shown.probabilities) {
    showBars(shown, titlePart());
    seen.show(shown.seen);
  } else {
    clear();
  }
  part("seen-what").textContent = division.length
    ? placePart(digits.shown, listParts(reading))
    : "Your drawing";
  if (!digits.isPointed) playWithPart();
  boxes.mark(digits.shown, digits.isPointed);
}

/** As the network said it, insisted or not. */
function playWithPart() {
  const whole = findChosen(answered);
  const chosen = listParts(whole)[digits.chosen] ?? whole;
  if (chosen.probabilities) play.show(chosen);
  else play.clear();
}

function titlePart() {
  return division.length ? titleBars(digits.shown, listParts(reading)) : null;
}

/** Another digit of the number is chosen: what can be done with it follows. */
function settlePart() {
  say(reading);
  offerCorrections(reading);
  showConfirmed();
  keepDigit();
  explainPart();
}

/** Boxes are for who looks, not for who writes. */
function showBoxes() {
  boxes.show(listParts(reading), division);
  boxes.mark(digits.shown, digits.isPointed);
}

/** The page that looks inside the network is given one digit, which lies on a narrow board. */
function keepDigit() {
  kept.digit = division.length || wide.isWide ? takeStrokes() : [];
}

/** Promises what is explained: the very picture that is read, or the chosen digit of a number. */
async function takeExplained() {
  const { model } = picker;
  if (division.length) return { strokes: takeStrokes(), model };
  return { ...(await takeDrawing(board, readOut)), model };
}

function explainPart() {
  why.forget(); // what is under way is about the whole drawing, or another digit
  why.ask({ isUrgent: true });
}

/** The strokes of the chosen digit, or all of them. */
function takeStrokes() {
  return division[digits.chosen] ?? clip(board.strokes, board.size);
}

/** Which digit of a number is explained, in a sentence; nothing where there is one. */
function describePart() {
  if (!division.length) return "";
  const place = placePart(digits.chosen, listParts(reading));
  return `${place}: press another one above to explain that. `;
}

function showBars({ status, probabilities, no_digit: noDigit = null }, caption = null) {
  bars.show(probabilities, { isRefused: status === "not_a_digit", noDigit, caption });
}

/** The bars as they would be if the drawing were another. */
function preview({ reading, words }) {
  if (reading.probabilities) showBars(reading, words);
  else bars.clear(words);
}

function endPreview() {
  const shown = findPart(digits.shown);
  if (shown?.probabilities) showBars(shown, titlePart());
  else bars.clear();
}

function findChosen(readings) {
  return readings.find(({ model }) => model === picker.model) ?? readings[0];
}

function say(reading) {
  sayAnswer(reading);
  answer.showReader(reading.readBy ?? "");
}

/** A half-drawn digit often isn't one yet, so the page waits for the pen to be lifted. */
function sayAnswer({ status, digit, unsure, because }) {
  if (division.length) sayNumber();
  else if (status === "digit") answer.showDigit(digit, unsure, because);
  else if (board.isDrawing || readers.isBehind) answer.wait();
  else if (status === "blank") answer.showBlank();
  else answer.showNotADigit(because);
}

function sayNumber() {
  const parts = listParts(reading);
  const isOpen = parts.some(isRefused);
  digits.show(parts, isOpen ? parts.findIndex(isRefused) : findNewest(asked, division));
  if (isOpen && (board.isDrawing || readers.isBehind)) return answer.wait();
  const { unsure, because } = parts[digits.chosen];
  const doubt = unsure && `${placePart(digits.chosen, parts)} unsure: ${unsure.join(" or ")}`;
  answer.showNumber(doubt || describeNumber(reading), isOpen, because);
}

/** What was read can be put right, once the pen has been lifted and there is enough to read. */
function offerCorrections({ status }) {
  if (board.isDrawing || readers.isBehind || status === "blank") return;
  const { digit, unsure } = findPart(digits.chosen);
  corrections.open(division.length ? placePart(digits.chosen, listParts(reading)) : null);
  corrections.settle(unsure ? digit : null);
}

function showConfirmed() {
  const label = confirmed.find(findConfirmable());
  if (label === null) corrections.forget();
  else corrections.showKept(label);
}

/** What is kept: the chosen digit's strokes, or all, also those beside the board. */
function findConfirmable() {
  return division[digits.chosen] ?? board.strokes;
}

function confirm(label) {
  change((strokes, drawing) => confirmed.keep(strokes, drawing, label));
}

function takeBack() {
  change((strokes, drawing) => confirmed.undo(strokes, drawing));
}

/** Changes what is kept of this drawing, tells how that went, and reads the drawing again. */
async function change(store) {
  const strokes = findConfirmable(); // now: another drawing may follow
  const drawing = takeConfirmable();
  const isChosen = () => JSON.stringify(findConfirmable()) === JSON.stringify(strokes);
  const waiting = setTimeout(() => isChosen() && corrections.showWaiting(), PATIENCE);
  try {
    await store(strokes, await drawing);
    if (hasComplained) notice.hide();
    hasComplained = false;
    showConfirmed();
  } catch (error) {
    hasComplained = true;
    showConfirmed();
    if (isChosen() && confirmed.find(strokes) === null) corrections.showNotKept();
    notice.say(`That was not stored. ${error.message} ${STILL_HERE}`);
  } finally {
    clearTimeout(waiting);
  }
  if (!board.isEmpty) readDrawing();
}

/** Promises what is stored of it: of one digit of a number its strokes, else the picture, too. */
async function takeConfirmable() {
  const { model } = picker;
  if (division.length) return { strokes: takeStrokes(), model };
  const strokes = clip(board.strokes, board.size);
  return { strokes, ...(await readOut.take()), model };
}

function hearServer({ memory_problem: problem = "" }) {
  token.renew();
  tellMemoryProblem(problem);
}

/** Once, and again only after it was all right in between. */
function tellMemoryProblem(words) {
  if (words && words !== memoryProblem) notice.say(words);
  if (!words && memoryProblem) notice.hide();
  memoryProblem = words;
}

function readAnyway() {
  isInsisted = true;
  show(answered);
  canvas.focus({ preventScroll: true }); // the button that had the focus is hidden now
}
