/**
 * A canvas's context for drawing and reading back, or null: a browser or an extension that protects
 * its user from being recognised may give none, or throw.
 */
export function getContext(canvas) {
  try {
    return canvas.getContext("2d", { willReadFrequently: true });
  } catch {
    return null;
  }
}
