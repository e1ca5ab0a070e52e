"""Reading in the page, without the server: what the tests and the benchmark give to it."""

from collections.abc import Iterable
from typing import Any

from playwright.sync_api import Page

from ml.networks.card import WEIGHTS_DIR, read_card
from ml.networks.exports.browser_weights import pack_weights
from ml.networks.tensors import read_weights
from tests.board_drawings import BoardDrawing

WEIGHTS = "weights-of-the-test"
# Draws as board.js does, with any pen, and gives the canvas to the reader of the page. What the
# reader is loaded with is kept, so that one network reads all drawings.
READ_ALL = """async ({ drawings, worker, ask }) => {
  const { Stroke } = await import("./static/js/stroke.js");
  const { takeInk } = await import("./static/js/reader/ink.js");
  const { loadReader } = await import("./static/js/reader/reader.js");
  const workerUrl = worker && new URL("static/js/reader/start_worker.js", location.href);
  window.reader ??= await loadReader("weights-of-the-test", { workerUrl });
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [280, 280];
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const readings = [];
  for (const { strokes, pen } of drawings) {
    context.clearRect(0, 0, 280, 280);
    Object.assign(context, { lineWidth: pen, lineCap: "round", lineJoin: "round" });
    for (const points of strokes) context.stroke(new Path2D(Stroke.through(points, 280).path));
    const started = performance.now();
    const ours = await window.reader.read(takeInk(context.getImageData(0, 0, 280, 280)));
    const milliseconds = performance.now() - started;
    let theirs = null;
    if (ask) {
      const image = canvas.toDataURL("image/png");
      const headers = { "Content-Type": "application/json" };
      const body = JSON.stringify({ image, model: ours.model });
      const answer = await fetch("api/predict", { method: "POST", headers, body });
      theirs = await answer.json();
    }
    readings.push({ ours, theirs, milliseconds });
  }
  return readings;
}"""


def serve_weights(page: Page, model: str = "board_cnn") -> None:
    """Let the page fetch a shipped model's weights from `WEIGHTS`."""
    card = read_card(WEIGHTS_DIR, model)
    packed = pack_weights(card, read_weights(WEIGHTS_DIR, card))
    page.route(f"**/{WEIGHTS}", lambda route: route.fulfill(body=packed))


def read_in_page(
    page: Page, drawings: Iterable[BoardDrawing], *, worker: bool = False, ask: bool = True
) -> list[dict[str, Any]]:
    """Return for each drawing the page's own reading, the server's and how long the page's took.

    The two are given the same canvas. `worker` says who reads, and is heeded at the first call.
    """
    given = [{"strokes": each.strokes, "pen": each.pen} for each in drawings]
    return page.evaluate(READ_ALL, {"drawings": given, "worker": worker, "ask": ask})
