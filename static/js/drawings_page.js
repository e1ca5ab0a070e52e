import { Drawings } from "./drawings.js";
import { FineTuning } from "./fine_tuning.js";
import { LABELS } from "./labels.js";
import { Message } from "./message.js";
import { Runs } from "./runs.js";
import { saveFile } from "./save_file.js";
import { Server } from "./server.js";
import { Thumbnails } from "./thumbnails.js";
import { Token } from "./token.js";

const part = (name) => document.querySelector(`[data-part="${name}"]`);
const action = (name) => document.querySelector(`[data-action="${name}"]`);

const UNDO = 60_000; // ms in which deleting all can be undone
const LARGEST = 64; // MiB of a ZIP
const CORRECTIONS = 10; // after which learning is offered
const NO_TORCH =
  "Learning needs PyTorch, which is not installed. The page Train says how to install it. " +
  "Until then memory works as before.";
const NONE = "No drawings yet. Draw a digit on the board and press what it is.";

const token = new Token();
const drawings = new Drawings(token);
const message = new Message(part("message"));
const server = new Server(token);
const tuning = new FineTuning(part("tuning"), new Runs(server));
const shelf = part("shelf");
const limit = Number(shelf.dataset.limit);
const templates = { section: part("section"), thumbnail: part("thumbnail") };
let sections = []; // of the labels there are
let areAllHands = false;

action("download").addEventListener("click", () => attempt("Not downloaded.", download));
action("load").addEventListener("change", () => attempt("Not loaded.", load));
action("delete-all").addEventListener("click", askToDeleteAll);
action("next-hand")?.addEventListener("click", askForNextHand);
action("all-hands")?.addEventListener("click", toggleAllHands);
action("learn").addEventListener("click", learn);
if (action("all-hands")) action("all-hands").hidden = !token.isGiven;
if (action("next-hand")) action("next-hand").hidden = token.isGiven;
part("tuning").hidden = !token.isKnown;
show();
if (token.isKnown) tuning.find();

/** Lists the drawings anew. Without token and cookie there are none, and nobody need be asked. */
async function show() {
  if (!token.isKnown && shelf.dataset.hand === "no") return list({});
  try {
    const { counts, corrections } = await drawings.list(query({ label: "0" }));
    list(counts);
    if (token.isKnown) offerLearning(corrections);
  } catch (error) {
    part("tally").textContent = `Your drawings cannot be shown. ${error.message}`;
  }
}

/** From ten corrections on, where PyTorch is installed. */
async function offerLearning(corrections) {
  if (corrections < CORRECTIONS) {
    const so = corrections === 1 ? "1 so far" : `${corrections.toLocaleString("en")} so far`;
    return tuning.offer(`Offered after ${CORRECTIONS} corrections; there are ${so}.`);
  }
  const data = await server.ask("GET", "api/data").then((answer) => answer.json(), () => null);
  tuning.offer(data?.torch === false ? NO_TORCH : null);
}

async function learn() {
  if (action("learn").getAttribute("aria-disabled") === "true") return;
  await tuning.start(areAllHands ? "all" : null);
}

function query(wanted = {}) {
  return areAllHands ? { ...wanted, hands: "all" } : wanted;
}

function list(counts) {
  sections = LABELS.filter((label) => counts[label]).map((label) => {
    const load = (page) => loadPage(label, page);
    const section = new Thumbnails(templates, label, counts[label], load);
    section.addEventListener("delete", ({ detail }) => {
      attempt("Not deleted.", () => deleteOne(section, detail));
    });
    return section;
  });
  part("labels").replaceChildren(...sections.map(({ element }) => element));
  tell();
}

async function loadPage(label, page) {
  try {
    return (await drawings.list(query({ label, page }))).drawings;
  } catch (error) {
    message.say(`Some drawings cannot be shown. ${error.message}`);
    return [];
  }
}

/** How many there are, and what can be done with them. */
function tell() {
  const total = count();
  const most = limit.toLocaleString("en");
  const room = areAllHands ? "of all hands" : `of at most ${most}`;
  const words = `${total.toLocaleString("en")} ${total === 1 ? "drawing" : "drawings"} ${room}`;
  part("tally").textContent = total || areAllHands ? `${words}.` : NONE;
  shelf.toggleAttribute("data-all-hands", areAllHands);
  action("download").disabled = total === 0;
  action("delete-all").disabled = total === 0 || areAllHands;
  action("load").disabled = areAllHands;
}

function count() {
  return sections.reduce((sum, { total }) => sum + total, 0);
}

/** Does something that may fail; then the page says what was not done, and why. */
async function attempt(failure, job) {
  try {
    await job();
  } catch (error) {
    message.say(`${failure} ${error.message}`);
  }
}

async function deleteOne(section, id) {
  const isFocused = section.element.contains(document.activeElement);
  await drawings.remove(id).catch((error) => {
    if (error.status !== 404) throw error; // deleted elsewhere: that was wanted, too
  });
  section.remove(id, { isFocused });
  message.say("Deleted.");
  if (section.total > 0) return tell();
  sections = sections.filter((other) => other !== section);
  section.element.remove();
  tell();
  if (isFocused) part("labels").querySelector("h2")?.focus();
}

function askToDeleteAll() {
  const total = count();
  message.ask(`Delete all ${total.toLocaleString("en")} drawings?`, {
    yes: "Delete them",
    no: "Keep them",
    agree: () => attempt("Not deleted.", () => deleteAll(total)),
    decline: () => action("delete-all").focus(),
  });
}

async function deleteAll(total) {
  await drawings.removeAll();
  list({});
  message.offer(`Deleted: ${total.toLocaleString("en")}. This can be undone for a minute.`, {
    yes: "Undo",
    agree: () => attempt("Not brought back.", restore),
    milliseconds: UNDO,
  });
}

async function restore() {
  const restored = await drawings.restore();
  await show();
  message.say(`Brought back: ${restored.toLocaleString("en")}.`);
}

async function download() {
  message.say("Packing…");
  saveFile(await drawings.download(query()), "my-drawings.zip");
  message.say("Downloaded: my-drawings.zip.");
}

async function load() {
  const field = action("load");
  const [file] = field.files;
  field.value = ""; // or the same file could not be chosen again
  if (!file) return;
  if (file.size > LARGEST * 2 ** 20) {
    message.say(`Not loaded. A ZIP of drawings must be at most ${LARGEST} MiB.`);
    return;
  }
  message.say("Loading…");
  const { added, known } = await drawings.load(file);
  shelf.dataset.hand = "yes";
  await show();
  message.say(`Loaded: ${added.toLocaleString("en")} new, ${known.toLocaleString("en")} known.`);
}

function askForNextHand() {
  const words = "The drawings so far stay on the server, but this browser cannot show them again.";
  message.ask(`Begin a new hand? ${words}`, {
    yes: "Begin",
    no: "Go on as before",
    agree: () => attempt("No new hand was begun.", beginHand),
    decline: () => action("next-hand").focus(),
  });
}

async function beginHand() {
  await drawings.beginHand();
  list({});
  message.say("Whoever draws now has a hand of their own.");
}

function toggleAllHands() {
  areAllHands = !areAllHands;
  action("all-hands").setAttribute("aria-pressed", String(areAllHands));
  message.say("");
  show();
}
