import { Board } from "./board.js";
import { percent } from "./bars.js";
import { decode } from "./bytes.js";
import { cutMaps } from "./grey.js";
import { InsideClient } from "./inside_client.js";
import { KeptDrawing } from "./kept_drawing.js";
import { KeyboardPen } from "./keyboard_pen.js";
import { Layers } from "./layers.js";
import { Picker } from "./picker.js";
import { PointerPen } from "./pointer_pen.js";
import { Preparation } from "./preparation.js";
import { ReadOut } from "./read_out.js";
import { Scores } from "./scores.js";
import { Server } from "./server.js";
import { Softmax } from "./softmax.js";
import { Token } from "./token.js";
import { Toolbar } from "./toolbar.js";
import { UnitView } from "./unit_view.js";
import { Way } from "./way.js";

const part = (name) => document.querySelector(`[data-part="${name}"]`);
const findWords = (kind) => document.querySelector(`[data-words="${kind}"]`);
const copyWords = (kind) => findWords(kind).content.cloneNode(true);

const SIDE = 28;
const INVITATION = "Draw a digit.";
const TOO_LITTLE = "Too little to read. Draw it larger.";

const server = new Server(new Token());
const sheet = part("board");
const canvas = part("canvas");
const board = new Board(canvas, part("ink"));
const readOut = new ReadOut(board);
const picker = new Picker(part("model"));
const client = new InsideClient(server, takeQuestion);
const preparation = new Preparation(part);
const way = new Way(part("way"));
const layers = new Layers(part("layers"), copyWords);
const scores = new Scores(part("score-table"), {
  gathered: part("gathered"),
  refusal: part("refusal"),
});
const softmax = new Softmax({
  slider: part("temperature"),
  value: part("temperature-value"),
  reset: document.querySelector('[data-action="reset-temperature"]'),
  words: part("temperature-words"),
  table: part("probability-table"),
});
const view = new UnitView(part("unit"));
const templates = new Map(); // what the units of a model weigh, by its name

let members = []; // of the last answer
let unit = null; // the chosen one: member, layer, channel, row and column

new PointerPen(board, canvas);
new KeyboardPen(board, canvas, {
  stage: part("stage"),
  cursor: part("cursor"),
  voice: part("pen-state"),
});
new Toolbar(board, canvas, part("tools"));

board.addEventListener("change", () => {
  sheet.toggleAttribute("data-empty", board.isEmpty);
  if (board.isEmpty) empty(INVITATION);
  else client.ask("layers", "unit");
});
picker.addEventListener("change", changeModel);
client.addEventListener("answer", ({ detail }) => receive(detail));
client.addEventListener("refusal", ({ detail }) => say(detail));
client.addEventListener("trouble", ({ detail }) => say(`${detail} Trying again…`));
for (const chooser of [layers, scores]) {
  chooser.addEventListener("choose", ({ detail }) => choose(detail));
}
view.addEventListener("pick", ({ detail }) => {
  unit = { ...unit, ...detail };
  client.ask("unit");
});
view.addEventListener("close", close);

takeModelFromAddress();
showModel();
part("inside").hidden = false;
empty(INVITATION);
new KeptDrawing(board, { isForOne: true }); // last: it may change the board, and everything above must hear of it

async function takeQuestion(methods) {
  if (board.isEmpty) return null;
  const asked = unit ? methods : methods.filter((method) => method !== "unit");
  if (!asked.length) return null;
  const { isDrawing } = board;
  const model = picker.model;
  const [drawing] = await Promise.all([readOut.take(), loadTemplates(model)]);
  return { ...drawing, model, methods: asked, isDrawing, ...(unit ? { unit } : {}) };
}

/** The pictures of a model's weights; without them, the page shows the rest. */
async function loadTemplates(model) {
  if (templates.has(model)) return;
  try {
    const response = await server.ask("GET", `api/models/${encodeURIComponent(model)}/pictures`);
    templates.set(model, await response.json());
  } catch {
    // The next question asks for them again.
  }
}

function receive(answer) {
  const { reading } = answer;
  if (reading.model !== picker.model || board.isEmpty) return;
  if (reading.status === "blank") return empty(TOO_LITTLE);
  if (answer.layers) showLayers(answer);
  if (answer.unit && unit && isSame(answer.unit, unit)) showUnit(answer.unit);
}

function showLayers({ reading, layers: shown, taught }) {
  members = shown.members;
  tell(reading);
  part("whole").hidden = false;
  preparation.show(board.strokes, part("ink").getAttribute("d"), board.size, reading.seen);
  layers.show(members, templates.get(reading.model) ?? null);
  scores.show(shown);
  softmax.show(shown.answer);
  part("taught").hidden = !taught;
  way.show({
    prepared: preparation.copy(),
    members,
    scores: shown.answer.logits.slice(0, 10),
    probabilities: shown.answer.probabilities,
  });
  placeUnit();
}

function tell({ status, digit, probabilities }) {
  const most = probabilities.indexOf(Math.max(...probabilities));
  part("digit").textContent = status === "digit" ? digit : "–";
  say(
    status === "digit"
      ? `Read as ${digit}, ${percent(probabilities[digit])}.`
      : `Not a digit. If it had to be one: ${most}.`,
  );
}

function say(words) {
  const said = part("said");
  if (said.textContent !== words) said.textContent = words;
}

function empty(words) {
  client.forget();
  part("digit").textContent = "";
  part("whole").hidden = true;
  say(words);
}

function changeModel() {
  client.forget();
  close();
  softmax.reset();
  showModel();
  if (!board.isEmpty) client.ask("layers");
}

function showModel() {
  part("about").hash = picker.model;
}

/** "Look inside" on a model's card opens the page with that model: inside?model=its-name */
function takeModelFromAddress() {
  const model = new URLSearchParams(location.search).get("model");
  if (!model || !picker.models.includes(model)) return;
  part("model").value = model;
  part("model").dispatchEvent(new Event("change"));
}

/** A unit was pressed: it is looked at where its map is brightest. Pressed again, it closes. */
function choose(chosen) {
  unit = { ...chosen, ...findBrightest(chosen) };
  view.open(nameUnit(chosen));
  placeUnit();
  client.ask("unit");
}

function close() {
  const closed = unit;
  unit = null;
  view.element.remove();
  layers.mark(null);
  if (closed) for (const chooser of [layers, scores]) chooser.focus(closed);
}

/** Puts the unit's part of the page behind its maps, or behind the scores. */
function placeUnit() {
  const place = layers.mark(unit) ?? part("score-unit");
  if (unit && view.element.previousElementSibling !== place) place.after(view.element);
}

function showUnit(shown) {
  const member = members[shown.member];
  const at = member.layers.findIndex(({ name }) => name === shown.layer);
  const layer = at < 0 ? null : member.layers[at];
  const before = at < 0 ? member.layers[member.layers.length - 1] : member.layers[at - 1];
  const map = layer ? cutMaps(decode(layer.maps), layer.shape)[shown.channel] : null;
  view.show(shown, map, before ? listInputs(before) : [listImage(member)]);
}

function listInputs(layer) {
  const size = [layer.shape[1] ?? 1, layer.shape[2] ?? 1];
  return cutMaps(decode(layer.maps), layer.shape).map((levels, channel) => ({
    name: `${size[0] > 1 ? "Map" : "Unit"} ${channel + 1} of ${layer.name}`,
    levels,
    size,
  }));
}

function listImage({ image }) {
  return { name: "The image", levels: image, size: [SIDE, SIDE] };
}

function findBrightest({ member, layer, channel }) {
  const found = members[member].layers.find(({ name }) => name === layer);
  if (!found?.shape[1]) return { row: 0, column: 0 };
  const map = cutMaps(decode(found.maps), found.shape)[channel];
  const at = map.indexOf(Math.max(...map));
  return { row: Math.floor(at / found.shape[2]), column: at % found.shape[2] };
}

function nameUnit({ member, layer, channel }) {
  const { last, layers: shown } = members[member];
  const which = members.length > 1 ? `, network ${member + 1}` : "";
  if (layer === last.name) return `The score of ${channel}${which}`;
  const isMap = shown.find(({ name }) => name === layer).shape.length > 1;
  return `${isMap ? "Map" : "Unit"} ${channel + 1} of ${layer}${which}`;
}

function isSame(one, other) {
  return ["member", "layer", "channel"].every((name) => one[name] === other[name]);
}
