"""From the pen's lifting to the first frame with the new bars, in a real browser and server."""

import statistics

from playwright.sync_api import sync_playwright

from tests.benchmarks.serving import run_server
from tests.browser.chromium import launch_chromium
from tests.browser.drawing import draw_stroke, get_button
from tests.shapes import DIGITS

STROKES = 100
LONGEST = 5000  # ms
# The bars are set again by each answer; what counts is the answer to the first request that is
# sent after the pen was lifted, and the frame that shows it.
WATCH = """() => {
  const { fetch } = window;
  const bars = document.querySelector('[data-part="bars"]');
  let lifted = null, isDue = false;
  window.delays = [];
  addEventListener("pointerup", ({ target }) => {
    if (target.matches("canvas")) lifted = performance.now();
  }, true);
  window.fetch = async (...request) => {
    const isLast = lifted !== null;
    const response = await fetch(...request);
    isDue ||= isLast;
    return response;
  };
  new MutationObserver(() => {
    if (!isDue) return;
    const start = lifted;
    [lifted, isDue] = [null, false];
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => window.delays.push(performance.now() - start);
      port2.postMessage(null);  // handled when the frame has been made
    });
  }).observe(bars, { subtree: true, attributes: true, attributeFilter: ["aria-valuenow"] });
}"""


def measure() -> dict[str, float]:
    """Return the median, the 90th percentile and the longest of 100 strokes, in ms."""
    with run_server() as (_, port), sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"http://127.0.0.1:{port}")
        page.evaluate(WATCH)
        strokes = [stroke for digit in range(10) for stroke in DIGITS[digit]]
        for number in range(STROKES):
            stroke = strokes[number % len(strokes)]
            draw_stroke(page, [*stroke[:-1:2], stroke[-1]])  # each point takes a frame
            page.wait_for_function("count => delays.length > count", arg=number, timeout=LONGEST)
            get_button(page, "Clear").click()
        delays = sorted(page.evaluate("delays"))
        browser.close()
    return {
        "p50_ms": round(statistics.median(delays), 1),
        "p90_ms": round(delays[STROKES * 9 // 10 - 1], 1),
        "longest_ms": round(delays[-1], 1),
    }
