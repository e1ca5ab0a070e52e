import { make } from "./markup.js";

/** A canvas of so many pixels, which a screen reader hears as its label, or not at all. */
export function makeCanvas([rows, columns], label = null) {
  const told = label === null ? { "aria-hidden": "true" } : { role: "img", "aria-label": label };
  return make("canvas", { width: columns, height: rows, ...told });
}
