const TICK = 1000; // ms between two questions about the run
const LONGEST = 8000; // ms until a server that does not answer is asked again
const LIVE = ["running", "paused"];
const FIGURES = ["drawings", "mnist", "generated"];
const TRAINING = 0.4; // of the bar: the rest is for judging

/**
 * A network learns a hand's drawings: starts the run, follows it, and says how it ended. It asks
 * once a second while the run is under way, and not at all while the page is hidden.
 */
export class FineTuning {
  #element;
  #runs;
  #network;
  #start;
  #said;
  #bar;
  #result;
  #link;
  #id = null;
  #next = 0;
  #failures = 0;
  #timer = null;
  #isBusy = false;
  #isPossible = false;

  /**
   * @param element the section of the page
   * @param runs the training runs on the server
   */
  constructor(element, runs) {
    this.#element = element;
    this.#runs = runs;
    const part = (name) => element.querySelector(`[data-part="tuning-${name}"]`);
    this.#network = element.querySelector("select");
    this.#start = element.querySelector('[data-action="learn"]');
    this.#said = part("said");
    this.#bar = element.querySelector("progress");
    this.#result = part("result");
    this.#link = part("link");
    document.addEventListener("visibilitychange", () => this.#schedule(0));
  }

  /** Offers it, or says why not. @param reason in words; null where it can be done */
  offer(reason) {
    this.#isPossible = reason === null;
    this.#enable();
    if (!this.#isBusy && this.#id === null) this.#say(reason ?? "");
  }

  /** Starts a run. @param hands "all" for the drawings of all hands together */
  async start(hands) {
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#enable();
    this.#clear();
    this.#say("Starting…");
    const question = { model: this.#network.value, data: "drawings", start: "served" };
    try {
      this.#follow(await this.#runs.start(hands ? { ...question, hands } : question));
    } catch (error) {
      this.#isBusy = false;
      this.#enable();
      this.#say(`Not started. ${error.message}`);
    }
  }

  /** Goes on with a run that is under way, however it was started. */
  async find() {
    const { runs } = await this.#runs.list().catch(() => ({ runs: [] }));
    const run = runs.find(({ kind, state }) => kind === "hand" && LIVE.includes(state));
    if (run && !this.#isBusy) this.#follow(run);
  }

  #follow({ id, model }) {
    this.#isBusy = true;
    this.#id = id;
    this.#next = 0;
    this.#network.value = model;
    this.#link.href = `train#${id}`;
    this.#enable();
    this.#clear();
    this.#element.toggleAttribute("data-begun", true); // all that comes has its place from now on
    this.#say("Learning…");
    this.#schedule(0);
  }

  #schedule(milliseconds) {
    clearTimeout(this.#timer);
    if (this.#isBusy && !document.hidden) this.#timer = setTimeout(() => this.#ask(), milliseconds);
  }

  async #ask() {
    const id = this.#id;
    try {
      const run = await this.#runs.find(id, this.#next, null);
      if (id !== this.#id) return;
      this.#failures = 0;
      this.#take(run);
    } catch (error) {
      this.#failures += 1;
      if (error.status === 404) return this.#end("The run is gone: it was deleted.");
      this.#say(error.message);
    }
    this.#schedule(Math.min(TICK * 2 ** this.#failures, LONGEST));
  }

  #take(run) {
    this.#next = run.next ?? this.#next;
    for (const event of run.events ?? []) this.#show(event, run);
    if (run.state === "paused") this.#say("Paused. The page Train goes on with it.");
    if (!LIVE.includes(run.state)) this.#finish(run);
  }

  #show(event, run) {
    if (event.type === "point") {
      this.#advance((TRAINING * event.done) / (run.epochs || 1));
      this.#say("Learning…");
    }
    if (event.type === "judging") {
      this.#advance(TRAINING + ((1 - TRAINING) * event.fold) / event.folds);
      this.#say(`Judging: ${event.fold} of ${event.folds}…`);
    }
    if (event.type === "finished") this.#judge(event);
  }

  #advance(share) {
    this.#bar.value = Math.max(this.#bar.value, Math.min(share, 1));
  }

  #judge({ judged, version }) {
    if (!judged) return;
    for (const name of FIGURES) {
      const row = this.#result.querySelector(`[data-figure="${name}"]`);
      const cells = row.querySelectorAll("td");
      cells[0].textContent = writeShare(judged.before?.[name]);
      cells[1].textContent = writeShare(judged.after?.[name]);
    }
    const kept = version === null ? "" : ` It is kept as version ${version}.`;
    const verdict = judged.served
      ? `Served from now on, as version ${version}.`
      : `Not served: what read before still does.${kept}`;
    this.#end(`${verdict} ${judged.reason}`);
  }

  /** A run that has ended without a judgement says why. */
  #finish({ state, reason }) {
    if (!this.#isBusy) return;
    if (state === "finished") return this.#end("Finished.");
    this.#end(state === "stopped" ? "Stopped. Nothing has changed." : `It failed. ${reason ?? ""}`);
  }

  #end(words) {
    this.#isBusy = false;
    this.#bar.value = 1;
    this.#enable();
    this.#say(words);
  }

  #clear() {
    this.#bar.value = 0;
    for (const cell of this.#result.querySelectorAll("td")) cell.textContent = "–";
  }

  #enable() {
    const isOff = this.#isBusy || !this.#isPossible;
    // Not `disabled`: a button that is pressed would lose the keyboard.
    this.#start.setAttribute("aria-disabled", String(isOff));
    this.#network.disabled = this.#isBusy;
  }

  #say(words) {
    if (this.#said.textContent !== words) this.#said.textContent = words;
  }
}

function writeShare(share) {
  return typeof share === "number" ? `${(100 * share).toFixed(1)}%` : "–";
}
