import { writeShare } from "./numbers.js";

const NAMES = {
  test_accuracy: "the test images",
  drawings: "the drawings",
  mnist: "MNIST",
  generated: "generated digits",
};
const KINDS = { trained: "trained", drawings: "learned from drawings", imported: "brought along" };

/** A model's versions, the served one marked, each with a button to serve it. Emits `serve`. */
export class VersionList extends EventTarget {
  #element;
  #list;
  #template;
  #shown = "";

  constructor(element, template) {
    super();
    this.#element = element;
    this.#list = element.querySelector("ol");
    this.#template = template;
    this.#list.addEventListener("click", ({ target }) => {
      const button = target.closest("button");
      if (button) this.#press(button);
    });
  }

  /** @param entries as the server lists them; the newest comes first @param title the model's */
  show(title, entries) {
    const key = JSON.stringify([title, entries]);
    if (key === this.#shown) return;
    this.#shown = key;
    this.#element.hidden = entries.length === 0;
    this.#element.querySelector("h2").textContent = `Versions of ${title}`;
    const hadFocus = this.#list.contains(document.activeElement);
    const served = entries.find((entry) => entry.served)?.version ?? 0;
    this.#list.replaceChildren(...entries.map((entry) => this.#make(entry, served)));
    if (hadFocus) this.#element.querySelector("h2").focus();
  }

  #make(entry, served) {
    const row = this.#template.content.firstElementChild.cloneNode(true);
    const put = (name, words) => (row.querySelector(`[data-part="${name}"]`).textContent = words);
    const button = row.querySelector("button");
    put("number", `Version ${entry.version}`);
    put("about", describeOrigin(entry));
    put("change", describeChange(entry));
    put("served", entry.served ? "reads now" : "");
    row.classList.toggle("version--served", entry.served);
    const verb = entry.version < served ? "Go back to" : "Serve";
    button.textContent = `${verb} version ${entry.version}`;
    button.hidden = entry.served;
    button.dataset.version = entry.version;
    return row;
  }

  #press({ dataset }) {
    this.dispatchEvent(new CustomEvent("serve", { detail: Number(dataset.version) }));
  }
}

function describeOrigin({ version, origin, date, data, test_accuracy: accuracy }) {
  if (version === 0) return `as it came, ${writeShare(accuracy)} of the test images`;
  const words = [KINDS[origin?.kind] ?? "trained"];
  const name = data?.name ?? data;
  if (name) words.push(`on ${name}`);
  const day = date ? new Date(date) : null;
  if (day && !Number.isNaN(day.getTime())) {
    words.push(day.toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" }));
  }
  return `${words.join(" ")}, ${writeShare(accuracy)} of the test images`;
}

/** What it read rightly before and reads now; on the test images, only what changed is new. */
function describeChange({ origin }) {
  const { before, after, reason } = origin ?? {};
  const isNews = (name) => name !== "test_accuracy" || (before?.[name] ?? null) !== null;
  const known = Object.keys(after ?? {}).filter((name) => after[name] !== null && isNews(name));
  const changes = known.map((name) => {
    const from = before?.[name] ?? null;
    const words = from === null ? "" : `${writeShare(from)} before, `;
    return `${NAMES[name] ?? name}: ${words}${writeShare(after[name])} ${from === null ? "" : "now"}`.trim();
  });
  return [changes.join("; "), reason].filter(Boolean).join(". ");
}
