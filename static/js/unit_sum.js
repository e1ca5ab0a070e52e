import { add, bracket, chooseDecimals, write, writeSum } from "./arithmetic.js";
import { levelsOf, paintLevels } from "./grey.js";
import { makeCanvas } from "./make_canvas.js";
import { make } from "./markup.js";
import { setFrame } from "./place_picker.js";

const MOST = 5; // rows and columns of numbers that can still be read; more are shown as a picture

/**
 * What one input map adds to a sum: the map with the patch that is looked at, and the patch times
 * the kernel, number by number.
 *
 * @param part channel, sum, patch, kernel and products as the server gives them
 * @param input the map: its levels, its size, and its name
 * @param box top, left, height and width of the patch in it
 */
export function makeUnitSum(part, input, box) {
  return make(
    "figure",
    { class: "product" },
    make("figcaption", {}, input.name),
    makeInput(input, box),
    makeGrid("Patch", part.patch),
    makeSign("×"),
    makeGrid("Kernel", part.kernel),
    makeSign("="),
    makeGrid("Products", part.products, chooseOf(part)),
    make("p", { class: "product__sum", "data-sum": "" }, describe(part)),
  );
}

function makeInput({ levels, size }, box) {
  const picture = makeCanvas(size);
  paintLevels(picture, levels, size);
  const frame = make("span", { class: "frame" });
  setFrame(frame, box, size);
  return make("div", { class: "product__input" }, picture, frame);
}

function makeSign(sign) {
  return make("span", { class: "product__sign", "aria-hidden": "true" }, sign);
}

/** Numbers in rows and columns, under a picture of them: grey is 0. */
function makeGrid(title, rows, decimals = 3) {
  const size = [rows.length, rows[0].length];
  const picture = makeCanvas(size);
  paintLevels(picture, levelsOf(rows.flat()), size);
  const block = make("div", { class: "grid" }, make("p", { class: "grid__title" }, title), picture);
  if (size[0] > MOST) return block;
  const cells = (row) => row.map((number) => make("td", {}, write(number, decimals)));
  const body = make("tbody", {}, ...rows.map((row) => make("tr", {}, ...cells(row))));
  block.append(make("table", { class: "grid__numbers", "aria-label": title }, body));
  return block;
}

function chooseOf({ products }) {
  return chooseDecimals(products.flat(), add);
}

function describe({ patch, kernel, products, sum }) {
  const count = products.flat().length;
  const words = `${count === 1 ? "The product" : `The ${count} products`} added up: ${write(sum)}`;
  const at = findStrongest(products.flat());
  const [ink, weight] = [patch.flat()[at], kernel.flat()[at]];
  const decimals = chooseDecimals([ink, weight], ([a, b]) => a * b, 4);
  const product = write(ink * weight, 4);
  const operands = `${write(ink, decimals)} × ${bracket(write(weight, decimals))}`;
  return `${words}. The strongest of them: ${operands} = ${product}.`;
}

function findStrongest(numbers) {
  const sizes = numbers.map(Math.abs);
  return sizes.indexOf(Math.max(...sizes));
}

/** The steps after the products, one line each: what is shown adds up to the last digit shown. */
export function listSteps(unit) {
  let value = null;
  return unit.steps.map((step) => {
    const words = LINES[step.operation](step, value, unit);
    value = step.value;
    return { operation: step.operation, words };
  });
}

const LINES = {
  convolution: describeSum,
  linear: describeSum,
  bias: (step, value) => `${adding(value, step.add)} = ${write(step.value)}`,
  pooling: (step) => {
    const compared = step.of.map((number) => write(number)).join(", ");
    return `the largest of ${compared} is kept: ${write(step.value)}`;
  },
  "batch normalization": (step, value) => {
    const operands = [value, step.scale, step.shift];
    const decimals = chooseDecimals(operands, ([x, scale, shift]) => x * scale + shift);
    const [x, scale, shift] = operands.map((number) => write(number, decimals));
    const shifted = shift.startsWith("−") ? `− ${shift.slice(1)}` : `+ ${shift}`;
    return `${x} × ${bracket(scale)} ${shifted} = ${write(step.value)}`;
  },
  "residual connection": (step, value) =>
    `${adding(value, step.add)} (what stood here before) = ${write(step.value)}`,
  ReLU: (step, value) =>
    value > 0
      ? `${write(value)} is above 0 and stays: ${write(step.value)}`
      : `${write(value)} is not above 0 and becomes ${write(step.value)}`,
};

function describeSum(step, _, { partial_sums: sums, strongest, rest }) {
  if (sums.length === 1) return `the products of the one input map: ${write(step.value)}`;
  const others = sums.length - strongest.length;
  const terms = [...strongest.map(({ sum }) => sum), ...(others ? [rest] : [])];
  const decimals = chooseDecimals(terms, add);
  const named = others ? ` (the last: all ${others} other input maps)` : "";
  return `${writeSum(terms, decimals)}${named} = ${write(step.value)}`;
}

function adding(value, more) {
  const decimals = chooseDecimals([value, more], add);
  return writeSum([value, more], decimals);
}
