"""A person who asks why: the panel, and a server of the test's own that answers."""

from playwright.sync_api import Locator, Page, expect

from tests.browser.drawing import answer_all, draw_stroke, get_button, make_reading

EXPLAIN = "**/api/explain"
TWO_STROKES = [[(0.4, 0.2), (0.3, 0.5), (0.7, 0.5)], [(0.6, 0.25), (0.6, 0.8)]]
PROBABILITIES = [0.0, 0.0, 0.0, 0.01, 0.9, 0.0, 0.0, 0.02, 0.0, 0.07]
SENTENCE = "The top left speaks most for 4: without it the network would say 9."
TOP, BOTTOM = 5 * 28 + 10, 20 * 28 + 10  # two pixels of the evidence: (row 5, column 10), …


def make_picture(*pixels: int, level: float = 255) -> list[float]:
    """Return 784 pixels, these at `level` and all others 0."""
    return [level if index in pixels else 0 for index in range(784)]


def read_four() -> dict:
    """Return a reading as a four, with ink in two pixels."""
    return make_reading(4) | {"probabilities": PROBABILITIES, "seen": make_picture(TOP, BOTTOM)}


def make_explanation(**changes) -> dict:
    """Return what the server explains of a four that two strokes make; 9 is its rival."""
    strength = make_picture(TOP, level=1)
    strength[BOTTOM] = -0.25
    neighbour = {"image": make_picture(TOP), "distance": 1.5, "shared": make_picture(TOP, level=1)}
    return {
        "reading": read_four(),
        "evidence": {"for": 4, "against": 9, "map": strength, "place": "top left", "without": 9},
        "strokes": [
            {"left_out": 0, **make_reading(1)},
            {"left_out": 1, **make_reading(4)},
        ],
        "nearest": [{"label": label, **neighbour} for label in (4, 4, 9, 4, 4)],
        "nearest_rival": {"label": 9, **neighbour},
        "counterfactual": {"digit": 9, "image": make_picture(TOP), "changed": 17},
    } | changes


def play_explainer(page: Page, **changes) -> list[dict]:
    """Play a server that explains each drawing; return a list that fills with what it is asked."""
    asked: list[dict] = []

    def answer(route):
        question = route.request.post_data_json
        asked.append(question)
        explanation = make_explanation(**changes)
        if len(question.get("strokes", [])) < 2:
            explanation["strokes"] = []
        route.fulfill(json=explanation)

    page.unroute(EXPLAIN)
    page.route(EXPLAIN, answer)
    return asked


def draw_four(page: Page, **changes) -> None:
    """Draw two strokes that the test's own server reads as a four."""
    answer_all(page, json=read_four() | changes)
    page.evaluate("scrollTo(0, 0)")
    for stroke in TWO_STROKES:
        draw_stroke(page, stroke)
    expect(page.get_by_role("status")).to_have_text("4")


def get_why(page: Page) -> Locator:
    """Return the panel that says why."""
    return page.get_by_role("region", name="Why")


def open_why(page: Page) -> Locator:
    """Open the panel and return it."""
    get_button(page, "Why?").click()
    page.mouse.move(0, 0)  # the page has scrolled: the pointer may lie on a stroke's button
    return get_why(page)


def get_evidence(page: Page) -> Locator:
    """Return the picture of the evidence."""
    return page.get_by_label("Evidence, pixel by pixel")
