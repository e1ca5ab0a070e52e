"""Make the README's two pictures from the running page: `python -m tests.browser.make_screenshots`.

A hurried four is drawn, so that the picture shows a network that weighs more than one digit.
"""

from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.board_server import serve_app
from tests.browser.chromium import launch_chromium
from tests.browser.drawing import draw_stroke
from tests.shapes import draw_curve
from webapp import create_app

DOCS = Path(__file__).parents[2] / "docs"
SIZE = {"width": 1280, "height": 800}
FOUR = [
    draw_curve(
        (0.46, 0.21), (0.37, 0.30), (0.31, 0.43), (0.40, 0.51), (0.56, 0.47), (0.64, 0.38), steps=9
    ),
    draw_curve((0.63, 0.22), (0.62, 0.42), (0.58, 0.62), (0.56, 0.81), steps=9),
]


def take_picture(browser: Browser, url: str, scheme: str) -> Path:
    """Draw on the page at `url` in a colour scheme, light or dark, and save what it looks like."""
    context = browser.new_context(viewport=SIZE, color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    page.goto(url)
    for stroke in FOUR:
        draw_stroke(page, stroke)
    expect(page.get_by_role("status")).to_have_text("4")
    page.wait_for_load_state("networkidle")
    path = DOCS / f"screenshot-{scheme}.png"
    page.screenshot(path=path)
    context.close()
    return path


def main() -> None:
    """Serve the board, take both pictures and name them."""
    DOCS.mkdir(exist_ok=True)
    with serve_app(create_app()) as url, sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        for scheme in ("light", "dark"):
            print(take_picture(browser, url, scheme).relative_to(DOCS.parent))
        browser.close()


if __name__ == "__main__":
    main()
