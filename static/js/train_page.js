import { Bars } from "./bars.js";
import { CurveTable } from "./curve_table.js";
import { Legend } from "./legend.js";
import { Message } from "./message.js";
import { writeLoss } from "./numbers.js";
import { ProbeBoard } from "./probe_board.js";
import { describe, listCurve, listValidation } from "./run.js";
import { RunChart } from "./run_chart.js";
import { RunClient } from "./run_client.js";
import { RunList } from "./run_list.js";
import { describeState, RunView } from "./run_view.js";
import { Runs } from "./runs.js";
import { Server } from "./server.js";
import { Settings } from "./settings.js";
import { Speech } from "./speech.js";
import { Token } from "./token.js";
import { TrainingData } from "./training_data.js";
import { VersionList } from "./version_list.js";
import { Versions } from "./versions.js";
import { WeightPictures } from "./weight_pictures.js";

const part = (name) => document.querySelector(`[data-part="${name}"]`);
const action = (name) => document.querySelector(`[data-action="${name}"]`);

const HAVE_WEIGHTS = ["linear", "linear_scratch"]; // networks whose weights are ten pictures
const LEAST_TOP = 2.5; // of the loss's axis: one who guesses has 2.3
const MOST_TOP = 5; // of it where a run diverged: what lies above is drawn at the edge
const QUIET = 4000; // ms between two sentences that a screen reader hears

const token = new Token();
const server = new Server(token);
const runs = new Runs(server);
const versions = new Versions(server);
const client = new RunClient(runs);
const data = new TrainingData(server);
const settings = new Settings(part("form"));
const view = new RunView(part("run"));
const charts = {
  accuracy: makeChart("accuracy", "Accuracy", (share) => `${Math.round(100 * share)}%`),
  loss: makeChart("loss", "Loss", writeLoss),
};
const table = new CurveTable(part("table"));
const legend = new Legend(part("legend"));
const weights = new WeightPictures(part("weights"));
const probe = new ProbeBoard(
  {
    sheet: part("board"),
    canvas: part("canvas"),
    ink: part("ink"),
    stage: part("stage"),
    cursor: part("cursor"),
    voice: part("pen-state"),
    tools: part("tools"),
    seen: part("probe-seen"),
  },
  runs,
);
const bars = new Bars(part("bars"));
const list = new RunList(part("runs"), part("past-row"));
const versionList = new VersionList(part("versions"), part("version-row"));
const message = new Message(part("message"));
const speech = new Speech(part("speech"));
const zoom = action("zoom");
let main = null; // the run that is looked at
let followed = null; // the id of the run that trained when last looked: a new one is followed
let served = null; // the number of the version of its network that reads now
let isOpened = false;
let isInTrouble = false;
let lastHeard = ""; // what a screen reader heard last, and when
let heardAt = -Infinity;

client.addEventListener("news", showNews);
client.addEventListener("trouble", ({ detail }) => tellTrouble(detail));
client.addEventListener("fine", () => isInTrouble && message.say(""));
data.addEventListener("change", () => settings.showData(data.found));
settings.addEventListener("start", ({ detail }) => attempt(start(detail)));
settings.addEventListener("download", () => attempt(data.download()));
settings.addEventListener("choose", () => main || showVersions());
view.addEventListener("tell", ({ detail }) => steer(() => runs.tell(main.id, detail)));
view.addEventListener("pace", ({ detail }) => main?.isLive && steer(() => runs.setPace(main.id, detail)));
view.addEventListener("serve", () => attempt(serve(main.version)));
versionList.addEventListener("serve", ({ detail }) => attempt(serve(detail)));
list.addEventListener("compare", choose);
list.addEventListener("delete", ({ detail }) => askToDelete(detail));
probe.addEventListener("refusal", ({ detail }) => message.say(`That drawing is not read. ${detail}`));
zoom.addEventListener("click", toggleZoom);
addEventListener("hashchange", choose);
document.addEventListener("visibilitychange", () => document.hidden || look());

if (token.isGiven) settings.offerAllHands();
look();
client.hurry();

function makeChart(name, title, write) {
  const svg = part(`chart-${name}`).querySelector("svg");
  return new RunChart(svg, { name: title, write });
}

/** What can be learned, and from what: asked once, and again when the page is seen again. */
async function look() {
  try {
    if (!settings.model) settings.offer((await (await server.ask("GET", "api/recipes")).json()).recipes);
    await data.look();
  } catch (error) {
    settings.say(`The settings cannot be shown. ${error.message}`);
  }
}

function showNews() {
  isInTrouble = false;
  const running = client.running;
  if (running && running.id !== followed) follow(running.id);
  followed = running?.id ?? null;
  settings.showRunning(running?.title ?? null);
  choose();
  if (!isOpened) open(running);
}

/** The first time that anything is known: a run that trains comes first, else the settings. */
function open(running) {
  isOpened = true;
  part("setup").open = running === null;
  part("train").hidden = false;
  showOwner();
}

/** Who has no token watches: no buttons, no board to draw on, and a sentence that says why. */
function showOwner() {
  part("train").toggleAttribute("data-watching", !token.isKnown);
  part("watching").hidden = token.isKnown;
  part("canvas").hidden = !token.isKnown;
}

/** A run that has just begun is looked at, whatever was looked at before. */
function follow(id) {
  if (location.hash) history.replaceState(null, "", location.pathname + location.search);
  if (main?.id !== id) message.say("");
  main = client.find(id);
}

/** The run in the address, else the one that was followed, else the newest. */
function choose() {
  const before = main;
  const wanted = client.find(location.hash.slice(1));
  main = wanted ?? (main && client.find(main.id)) ?? client.all[0] ?? null;
  const shown = listShown();
  client.watch(shown.map(({ id }) => id));
  list.show(client.all, shown.map(({ id }) => id), main?.id ?? null);
  part("past").hidden = client.all.length === 0;
  show(shown);
  if (before?.model !== main?.model || main?.version !== versionSeen) showVersions();
}

/** The run that is looked at, and those that are laid over it. */
function listShown() {
  const chosen = list.chosen.map((id) => client.find(id)).filter(Boolean);
  return main && !chosen.includes(main) ? [main, ...chosen].slice(0, 5) : chosen;
}

function show(shown) {
  probe.attach(main?.isLive ? main.id : null);
  view.show(main, served);
  showCurves(shown);
  showProbe();
  weights.show(main?.weights ?? null, HAVE_WEIGHTS.includes(main?.model));
  announce();
}

function showCurves(shown) {
  const lines = shown.map((run) => ({
    run,
    words: describe(run, shown),
    slot: list.findSlot(run.id),
    isDiverged: run.isDiverged,
  }));
  const epochs = Math.max(1, ...shown.map((run) => run.epochs));
  const draw = (quantity, range, flips = []) => {
    const curves = lines.map((line) => ({
      ...line,
      points: listCurve(line.run, quantity),
      dots: listValidation(line.run, quantity),
    }));
    charts[quantity].show({ lines: curves, epochs, range, flips });
  };
  const isZoomed = zoom.getAttribute("aria-pressed") === "true";
  const flips = (main?.flips ?? []).map((flip) => ({ ...flip, value: flip.accuracy }));
  draw("accuracy", [isZoomed ? 0.9 : 0, 1], flips);
  draw("loss", [0, findTop(shown)]);
  legend.show(lines);
  table.show(lines, epochs);
}

/** Where the loss's axis ends: at what is shown, and no higher than tells where a run diverged. */
function findTop(shown) {
  const losses = shown.flatMap((run) => listCurve(run, "loss").map(([, loss]) => loss));
  const most = Math.max(LEAST_TOP, ...losses);
  return shown.some((run) => run.isDiverged) ? Math.min(most, MOST_TOP) : most;
}

function showProbe() {
  const reading = main?.reading ?? null;
  probe.show(main?.probe ?? null);
  if (reading) {
    const isRefused = reading.digit === null;
    bars.show(reading.probabilities, { isRefused, noDigit: reading.no_digit ?? null });
  } else {
    bars.clear();
  }
  part("probe-digit").textContent = reading ? (reading.digit ?? "–") : "";
  part("probe-words").textContent = describeProbe(reading);
}

function describeProbe(reading) {
  if (reading) {
    const { epoch, step, steps } = main.last;
    const not = reading.digit === null ? "Not a digit, " : "Read so ";
    return `${not}at step ${step.toLocaleString("en")} of ${steps.toLocaleString("en")}, epoch ${epoch}.`;
  }
  if (main?.isLive && main.probe) return "It is about to be read.";
  if (!token.isKnown) return "Nothing is drawn.";
  if (main?.isLive) return "Draw a digit: it is read while the network learns.";
  return "What you draw is read as soon as a network learns.";
}

/** One sentence now and then: another state at once, another answer or epoch when it was quiet. */
function announce() {
  if (!main) return;
  const state = `${main.title}: ${describeState(main).replace(/[.…]$/, "")}.`;
  const digit = main.reading?.digit ?? null;
  const read = digit === null ? "" : ` Your drawing is read as ${digit}.`;
  const epoch = main.results.length ? ` ${main.results.length} of ${main.epochs} epochs done.` : "";
  const words = `${state}${epoch}${read}`;
  const isNewState = !lastHeard.startsWith(state);
  if (words === lastHeard || (!isNewState && performance.now() - heardAt < QUIET)) return;
  if (lastHeard) speech.say(words); // the first state was there when the page was opened
  [lastHeard, heardAt] = [words, performance.now()];
}

function toggleZoom() {
  const isZoomed = zoom.getAttribute("aria-pressed") === "true";
  zoom.setAttribute("aria-pressed", String(!isZoomed));
  choose();
}

async function start(question) {
  settings.say("Starting…");
  try {
    const run = await runs.start(question);
    const { rest } = view;
    if (rest > 0) await attempt(runs.setPace(run.id, rest));
    begin({ ...run, rest });
  } catch (error) {
    if (error.status !== 409 || !error.problem?.run) {
      settings.say(`Not started. ${error.message}`);
      return showOwner();
    }
    settings.say(error.message); // another one trains: it is watched
    client.hurry();
  }
}

function begin(run) {
  settings.say("");
  part("setup").open = false;
  client.add(run);
  follow(run.id);
  followed = run.id;
  choose();
  view.focus();
  part("run").scrollIntoView({ block: "start" });
}

/** Tells the server something about the run that is looked at, and looks at once what came of it. */
async function steer(job) {
  await attempt(job());
  client.hurry();
}

async function attempt(job) {
  try {
    await job;
  } catch (error) {
    message.say(error.message);
    if (!token.isKnown) showOwner();
  }
}

function tellTrouble(words) {
  if (!isOpened) open(null);
  if (isInTrouble) return;
  isInTrouble = true;
  message.say(`${words} Trying again…`);
}

let versionSeen = null; // of the run, when its network's versions were listed

async function showVersions() {
  const [model, title] = main ? [main.model, main.title] : [settings.model, settings.title];
  versionSeen = main?.version ?? null;
  if (!model) return;
  try {
    const entries = await versions.list(model);
    if (model !== (main?.model ?? settings.model)) return; // another one is looked at by now
    served = entries.find((entry) => entry.served)?.version ?? null;
    versionList.show(title, entries);
    view.show(main, served);
  } catch (error) {
    versionList.show(title, []);
    if (error.status !== 404) message.say(`Its versions cannot be shown. ${error.message}`);
  }
}

async function serve(version) {
  const [model, title] = main ? [main.model, main.title] : [settings.model, settings.title];
  await versions.serve(model, version);
  await showVersions();
  message.say(`${title}, version ${version}, reads on the board from now on.`);
}

function askToDelete(id) {
  const { title } = client.find(id);
  message.ask(`Delete this run of ${title} and its curves? A version that was kept stays.`, {
    yes: "Delete it",
    no: "Keep it",
    agree: () => attempt(remove(id)),
    decline: () => list.focus(id),
  });
}

async function remove(id) {
  await runs.remove(id);
  message.say("Deleted.");
  client.hurry();
}
