import { chooseEpochs, chooseTicks, makeScale } from "./axis.js";
import { makeShape } from "./markup.js";

const NEAR = 0.5; // px: points nearer than this to the last one change nothing to be seen
const REM = { left: 3.25, right: 0.75, top: 1.75, bottom: 1.5, mark: 1, tick: 4, dot: 0.25 };

/**
 * The curves of one quantity over the epochs, drawn in CSS pixels so that words stay as large as
 * they are set. One run's marks stand above: the answers to a drawing, where they changed.
 */
export class RunChart {
  #svg;
  #write;
  #name;
  #shown = null;

  /** @param write a value as its axis writes it */
  constructor(svg, { name, write }) {
    this.#svg = svg;
    this.#name = name;
    this.#write = write;
    new ResizeObserver(() => this.#draw()).observe(svg);
  }

  /**
   * @param lines [{ words, slot, points, dots, isDiverged }]: dots are those of validation
   * @param epochs where the axis ends @param range [low, high] of the values
   * @param flips [{ done, value, digit }]
   */
  show({ lines, epochs, range, flips = [] }) {
    this.#shown = { lines, epochs, range, flips };
    this.#draw();
  }

  #draw() {
    const { clientWidth: width, clientHeight: height } = this.#svg;
    if (!this.#shown || !width || !height) return;
    const plot = measure(width, height);
    const { lines, epochs, range, flips } = this.#shown;
    const ticks = chooseTicks(...range, Math.max(3, Math.floor(plot.height / (plot.rem * 2.25))));
    const x = makeScale([0, epochs], [plot.left, plot.right]);
    const y = makeScale(range, [plot.bottom, plot.top]);
    const clamp = (value) => Math.min(Math.max(y(value), plot.top), plot.bottom);
    this.#svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.#svg.setAttribute("aria-label", describe(this.#name, this.#shown, this.#write));
    this.#svg.replaceChildren(
      ...ticks.flatMap((tick) => drawTick(plot, y(tick), this.#write(tick))),
      ...drawEpochs(plot, x, epochs),
      ...lines.flatMap((line) => drawLine(plot, line, x, clamp)),
      ...drawFlips(plot, flips, x, clamp),
    );
  }
}

/** The plot's edges in pixels, inside a picture of this size. */
function measure(width, height) {
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const [left, right] = [rem * REM.left, width - rem * REM.right];
  const [top, bottom] = [rem * REM.top, height - rem * REM.bottom];
  return { rem, left, right, top, bottom, width: right - left, height: bottom - top };
}

function drawTick({ left, right, rem }, y, words) {
  return [
    makeShape("path", { class: "plot__grid", d: `M${left} ${y}H${right}` }),
    write("plot__text plot__text--y", left - rem / 2, y + rem * 0.27, words),
  ];
}

function drawEpochs({ bottom, left, rem, width }, x, epochs) {
  const base = bottom + rem * 1.25;
  const numbers = chooseEpochs(epochs, width / (rem * REM.tick));
  const words = numbers.map((epoch) => write("plot__text plot__text--x", x(epoch), base, String(epoch)));
  return [...words, write("plot__text plot__text--y", left - rem / 2, base, "epoch")];
}

function drawLine(plot, { slot, points, dots, isDiverged }, x, y) {
  const name = `curve curve--${slot}`;
  const placed = points.map(([done, value]) => [x(done), y(value)]);
  const parts = [makeShape("path", { class: `${name} curve__line`, d: trace(thin(placed)) })];
  for (const [epoch, value] of dots) {
    const circle = { cx: x(epoch), cy: y(value), r: plot.rem * REM.dot };
    parts.push(makeShape("circle", { class: `${name} curve__dot`, ...circle }));
  }
  return isDiverged && placed.length ? [...parts, ...drawEnd(plot, name, placed)] : parts;
}

/** A cross where the loss stopped being a number, and the word for it. */
function drawEnd({ rem, right }, name, placed) {
  const [endX, endY] = placed[placed.length - 1];
  const arm = rem * 0.35;
  const [from, to] = [`M${endX - arm} ${endY - arm}`, `M${endX - arm} ${endY + arm}`];
  const cross = `${from}l${2 * arm} ${2 * arm}${to}l${2 * arm} ${-2 * arm}`;
  const isRight = endX > right - rem * 5;
  const words = write("plot__text plot__end", endX + (isRight ? -rem : rem) * 0.6, endY + rem, "diverged");
  if (isRight) words.classList.add("plot__text--y");
  return [makeShape("path", { class: `${name} curve__cross`, d: cross }), words];
}

/** The answers to the drawing, above the plot; those that would touch a later one have no words. */
function drawFlips({ rem, top }, flips, x, y) {
  const parts = [];
  let free = Infinity;
  for (const { done, value, digit } of [...flips].reverse()) {
    const [atX, atY] = [x(done), y(value)];
    parts.push(makeShape("circle", { class: "flip__dot", cx: atX, cy: atY, r: rem * REM.dot }));
    if (atX > free - rem * REM.mark) continue;
    free = atX;
    parts.push(makeShape("path", { class: "flip__line", d: `M${atX} ${top - rem * 0.25}V${atY}` }));
    parts.push(write("flip__digit", atX, top - rem * 0.5, digit === null ? "–" : String(digit)));
  }
  return parts;
}

/** Leaves out what lies on the point before; the last one stays. */
function thin(points) {
  let last = null;
  return points.filter(([x, y], index) => {
    const isKept =
      !last ||
      index === points.length - 1 ||
      Math.abs(x - last[0]) >= NEAR ||
      Math.abs(y - last[1]) >= 20 * NEAR;
    if (isKept) last = [x, y];
    return isKept;
  });
}

function trace(points) {
  const words = points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`);
  // A path of one point draws nothing; a very short line with round caps draws a dot.
  return words.length ? `M${words.join("L")}${words.length === 1 ? "h0.01" : ""}` : "";
}

/** The picture in words. */
function describe(name, { lines, epochs, flips }, put) {
  const told = lines
    .filter(({ points }) => points.length)
    .map(({ words, points, isDiverged }) => {
      const [from, to] = [points[0][1], points[points.length - 1][1]].map(put);
      return `${words} from ${from} to ${to}${isDiverged ? ", then it diverged" : ""}`;
    });
  const read = flips.map(({ done, digit }) => `${digit ?? "no digit"} at epoch ${done.toFixed(1)}`);
  const answers = read.length ? ` The drawing is read as ${read.join(", then as ")}.` : "";
  const over = `${name} over ${epochs} epoch${epochs === 1 ? "" : "s"}`;
  return told.length ? `${over}: ${told.join("; ")}.${answers}` : `${name}: nothing yet.`;
}

function write(name, x, y, words) {
  const text = makeShape("text", { class: name, x, y });
  text.textContent = words;
  return text;
}

/** A short line as a run's curve is drawn, for a legend. */
export function drawSample(slot) {
  const svg = makeShape("svg", { class: "sample", viewBox: "0 0 32 8", "aria-hidden": "true" });
  svg.append(makeShape("path", { class: `curve curve--${slot} curve__line`, d: "M1 4H31" }));
  return svg;
}
