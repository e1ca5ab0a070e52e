import { BoxKeys } from "./box_keys.js";
import { BoxPointer } from "./box_pointer.js";
import { BoxReader, takeReading } from "./box_reader.js";
import { Confirmed } from "./confirmed.js";
import { Corrections } from "./corrections.js";
import { Drawings } from "./drawings.js";
import { Notice } from "./notice.js";
import { Photo } from "./photo.js";
import { fitBox } from "./photo_box.js";
import { PhotoBoxes } from "./photo_boxes.js";
import { PhotoClient } from "./photo_client.js";
import { PhotoDigit } from "./photo_digit.js";
import { takePhotoOver } from "./photo_handover.js";
import { listNumbers } from "./photo_lines.js";
import { PhotoReadings } from "./photo_readings.js";
import { PhotoSheet } from "./photo_sheet.js";
import { PhotoSource } from "./photo_source.js";
import { PhotoText, writeTable } from "./photo_text.js";
import { PhotoView } from "./photo_view.js";
import { describeBox, findKind, listPlaces } from "./photo_words.js";
import { saveFile } from "./save_file.js";
import { Server } from "./server.js";
import { SheetKeeping } from "./sheet_keeping.js";
import { Speech } from "./speech.js";
import { Token } from "./token.js";
import { Toolbar } from "./toolbar.js";

const part = (name) => document.querySelector(`[data-part="${name}"]`);
const action = (name) => document.querySelector(`[data-action="${name}"]`);

const PATIENCE = 400; // ms without a word while a digit is stored
const READING = "Reading the photo…";
const NONE_FOUND =
  "No digit was found. Drag over one on the photo, or press Add a box, and it is read.";
const SEVERAL_FILES = "One photo at a time: the first one is read.";
const WAITING = {
  busy: "The server is reading another photo. This one is sent again by itself.",
  unreachable: "The server cannot be reached. The photo is kept here and sent again by itself.",
};
const CHOOSE = { reading: "Reading…", read: "Press a box", none: "Drag over a digit" };

const token = new Token();
const boxes = new PhotoBoxes();
const readings = new PhotoReadings();
const view = new PhotoView(part("paper"));
const pointer = new BoxPointer(view, boxes);
const keys = new BoxKeys(view, boxes);
const source = new PhotoSource(part("photo"), [action("choose"), action("take")]);
const client = new PhotoClient(new Server(token));
const reader = new BoxReader(boxes, readings, client);
const digitView = new PhotoDigit(part);
const text = new PhotoText(part("lines"));
const sheet = new PhotoSheet(part("score-sheet"));
const corrections = new Corrections(part("corrections"), action("confirm-right"));
const confirmed = new Confirmed(new Drawings(token));
const keeping = new SheetKeeping(confirmed);
const speech = new Speech(part("speech"));
const notice = new Notice(part("notice"));
const write = (digit) => readings.write(digit);

let photo = null; // the one that is shown
let model = null; // that read it
let given = 0; // photos so far
let begun = 0; // which of them is shown

new Toolbar(boxes, view.surface, part("tools"));
source.addEventListener("photo", ({ detail }) => open(detail));
client.addEventListener("wait", ({ detail }) => say(WAITING[detail]));
boxes.addEventListener("change", show);
reader.addEventListener("read", ({ detail }) => tellRead(detail));
view.addEventListener("choose", showChosen);
pointer.addEventListener("add", ({ detail }) => addBox(detail));
keys.addEventListener("delete", ({ detail }) => remove(detail));
keys.addEventListener("leave", () => part("digit").focus());
document.addEventListener("keydown", ({ key }) => key === "Escape" && stopAdding());
part("invite").addEventListener("click", () => action("choose").click());
action("add").addEventListener("click", ({ detail }) => startAdding(detail > 0));
action("delete").addEventListener("click", () => remove(view.chosen));
action("zoom-in").addEventListener("click", () => zoom(1));
action("zoom-out").addEventListener("click", () => zoom(-1));
action("copy").addEventListener("click", copy);
action("download").addEventListener("click", download);
corrections.addEventListener("confirm", ({ detail }) => correct(detail));
corrections.addEventListener("undo", takeBack);
sheet.addEventListener("keep", keepSheet);
sheet.addEventListener("stop", () => keeping.stop());
keeping.addEventListener("step", ({ detail }) => sheet.showKeeping(detail));
keeping.addEventListener("end", ({ detail }) => endKeeping(detail));

part("photo").toggleAttribute("data-touch", matchMedia("(pointer: coarse)").matches);
takePhotoOver().then((blob) => blob && open({ blob, isOne: true }));

function say(words, state = part("photo").dataset.state) {
  part("photo").dataset.state = state;
  if (part("photo-said").textContent !== words) part("photo-said").textContent = words;
}

/** Shows a photo and has it read. What was shown before stays until the new one can be opened. */
async function open({ blob, isOne }) {
  given += 1;
  const turn = given;
  if (isOne) notice.hide();
  else notice.say(SEVERAL_FILES);
  try {
    const opened = await Photo.open(blob);
    if (turn < begun) return opened.close();
    begun = turn;
    begin(opened);
    const answer = await client.read(opened.blob); // null once another photo has begun
    if (answer) receive(answer);
  } catch (error) {
    if (turn === begun) giveUp(error.message);
    else if (turn > begun) refuse(error.message);
  }
}

/** It cannot be opened. The photo that is shown stays, and is read to the end if it is being read. */
function refuse(words) {
  say(words);
  if (photo) notice.say(words); // what is said of the other photo comes in its place
}

/** The photo that is shown is not read; each box on it still is. */
function giveUp(words) {
  say(words, "trouble");
  reader.photo = photo;
  showChosen();
}

function begin(opened) {
  client.forget();
  keeping.forget();
  photo?.close();
  photo = opened;
  reader.photo = null; // the whole photo comes first
  readings.clear();
  view.show(photo);
  showZoom();
  stopAdding();
  sheet.begin(null);
  part("text-said").textContent = "";
  say(READING, "reading");
  boxes.load([], photo.size);
}

function receive(answer) {
  model = answer.model ?? answer.digits[0]?.model;
  const digits = answer.digits.map((digit) => ({ ...digit, box: fit(digit.box, answer.width) }));
  for (const digit of digits) readings.put(digit.box, takeReading(digit));
  sheet.begin(answer.sheet ?? null);
  boxes.receive(digits);
  reader.photo = photo;
  say(describeFound(), "read");
  show();
  if (view.chosen === null) view.choose(boxes.list[0]?.id ?? null);
}

/** A box in the photo's pixels. @param width of the photo as the server saw it, px */
function fit(box, width) {
  const share = photo.size[0] / width;
  return fitBox(
    box.map((number) => share * number),
    photo.size,
  );
}

function describeFound() {
  const { length } = boxes.list;
  if (!length) return NONE_FOUND;
  const numbers = listNumbers(boxes.list).length;
  const digits = `${length} ${length === 1 ? "digit" : "digits"}`;
  return numbers === length ? `${digits} found.` : `${digits} found, in ${count(numbers, "number")}.`;
}

function count(amount, noun) {
  return `${amount} ${noun}${amount === 1 ? "" : "s"}`;
}

/** What the page knows of a box. */
function describe(digit, places) {
  return {
    digit,
    found: readings.find(digit.box),
    label: readings.labelOf(digit),
    isRight: readings.find(digit.box) ? readings.isRight(digit) : null,
    place: places.get(digit.id),
  };
}

function show() {
  const { list } = boxes;
  const places = listPlaces(list, write);
  const shown = list.map((digit) => {
    const entry = describe(digit, places);
    const expected = entry.isRight === false ? digit.expected : null;
    const kind = findKind(entry);
    const words = describeBox(entry);
    return { ...digit, text: write(digit) || "–", kind, words, expected };
  });
  const numbers = listNumbers(list).filter(({ digits }) => digits.length > 1);
  const frames = numbers.map(({ box, digits }) => ({ box, text: digits.map(write).join("") }));
  view.render(shown, frames);
  pointer.show();
  showChosen();
  showScore();
}

function showChosen() {
  const { list } = boxes;
  const digit = boxes.find(view.chosen);
  action("delete").disabled = digit === null;
  text.show(list, write, view.chosen);
  for (const name of ["copy", "download"]) action(name).disabled = text.isEmpty;
  if (!digit) {
    digitView.clear(findInvitation());
    return corrections.rest();
  }
  const entry = describe(digit, listPlaces(list, write));
  digitView.show(entry);
  offerCorrections(entry);
}

/** What to do while no box is chosen. */
function findInvitation() {
  if (part("photo").dataset.state === "reading") return CHOOSE.reading;
  return boxes.isEmpty ? CHOOSE.none : CHOOSE.read;
}

/** Whatever has ink can be put right. */
function offerCorrections({ found, label }) {
  if (!found?.ink || found.reading.status === "blank") return corrections.rest();
  const { digit, unsure } = found.reading;
  corrections.open();
  corrections.settle(unsure && label === null ? digit : null);
  const kept = confirmed.find(found.ink);
  if (kept === null) corrections.forget();
  else corrections.showKept(kept);
}

function showScore() {
  const asked = boxes.list.filter(({ expected }) => expected !== null);
  sheet.show(
    asked.map((digit) => {
      return { expected: digit.expected, written: write(digit), isRight: readings.isRight(digit) };
    }),
  );
}

function tellRead(box) {
  say(describeFound()); // it may have said that it waits
  show();
  const digit = boxes.list.find((other) => String(other.box) === String(box));
  if (digit) speech.say(`Read: ${write(digit) || "not a digit"}`);
}

/** @param hasPointer whether a pointer pressed the button, which can then show the place */
function startAdding(hasPointer) {
  if (!hasPointer) return addAtMiddle();
  pointer.isAdding = !pointer.isAdding;
  showAdding();
}

function stopAdding() {
  pointer.cancel();
  pointer.isAdding = false;
  showAdding();
}

function showAdding() {
  action("add").setAttribute("aria-pressed", String(pointer.isAdding));
  view.surface.toggleAttribute("data-adding", pointer.isAdding);
}

function addAtMiddle() {
  addBox([...view.findMiddle(), 0, 0]);
}

/** @param box where to add one; without a size, its middle */
function addBox(box) {
  stopAdding();
  const [x, y, width, height] = box;
  if (width || height) return choose(boxes.add(box));
  const [usualWidth, usualHeight] = findUsualSize();
  choose(boxes.add([x - usualWidth / 2, y - usualHeight / 2, usualWidth, usualHeight]));
}

/** The size of the box in the middle, by height; without boxes, what a finger can hold. */
function findUsualSize() {
  const sizes = boxes.list.map(({ box: [, , width, height] }) => [width, height]);
  sizes.sort((one, other) => one[1] - other[1]);
  return sizes[Math.floor(sizes.length / 2)] ?? [40 * view.scale, 56 * view.scale];
}

function choose(id) {
  view.focus(id);
  speech.say("Box added");
}

/** The keyboard goes on with the next box. */
function remove(id) {
  const index = boxes.list.findIndex((digit) => digit.id === id);
  if (index < 0) return;
  const isFocused = view.findId(document.activeElement) === id;
  boxes.remove(id);
  speech.say("Box deleted");
  const next = boxes.list[Math.min(index, boxes.list.length - 1)];
  if (!next) action("add").focus();
  else if (isFocused) view.focus(next.id);
  else view.choose(next.id);
}

function zoom(step) {
  view.zoom(step);
  showZoom();
}

/** A button that goes out keeps the keyboard's focus nearby. */
function showZoom() {
  const focused = document.activeElement;
  action("zoom-in").disabled = !view.canZoomIn;
  action("zoom-out").disabled = !view.canZoomOut;
  if (focused.disabled) action(view.canZoomIn ? "zoom-in" : "zoom-out").focus();
}

async function copy() {
  const isCopied = await text.copy();
  part("text-said").textContent = isCopied ? "Copied." : "Press Ctrl+C to copy the marked text.";
}

function download() {
  const table = writeTable(boxes.list, write, (digit) => readings.rate(digit));
  saveFile(new Blob([table], { type: "text/csv" }), "photo.csv");
  part("text-said").textContent = "Downloaded: photo.csv.";
}

/** Says what is in the chosen box: the text follows at once, and the digit is kept. */
function correct(label) {
  const { ink } = readings.find(boxes.find(view.chosen).box);
  readings.correct(ink, label);
  show();
  change(ink, () => confirmed.keep(ink, { image: ink, model }, label));
}

function takeBack() {
  const { ink } = readings.find(boxes.find(view.chosen).box);
  change(ink, async () => {
    await confirmed.undo(ink, { image: ink, model });
    readings.correct(ink, confirmed.find(ink));
  });
}

/** Changes what is kept of a digit, and tells how that went; beside it, if it is still chosen. */
async function change(ink, store) {
  const waiting = setTimeout(() => isChosen(ink) && corrections.showWaiting(), PATIENCE);
  try {
    await store();
    notice.hide();
    show();
  } catch (error) {
    show();
    if (isChosen(ink) && confirmed.find(ink) === null) corrections.showNotKept();
    notice.say(`That was not stored. ${error.message} The text is put right all the same.`);
  } finally {
    clearTimeout(waiting);
  }
}

function isChosen(ink) {
  const digit = boxes.find(view.chosen);
  return digit !== null && readings.find(digit.box)?.ink === ink;
}

function keepSheet() {
  const digits = boxes.list.filter((digit) => digit.expected !== null && hasInk(digit));
  const given = digits.map(({ box, expected }) => ({ ink: readings.find(box).ink, expected }));
  keeping.start(given, model);
}

function endKeeping(words) {
  sheet.endKeeping();
  sheet.tell(words);
  show();
}

function hasInk({ box }) {
  const { ink, reading } = readings.find(box) ?? {};
  return Boolean(ink) && reading.status !== "blank";
}
