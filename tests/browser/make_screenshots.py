"""Take the README's two pictures of the running page: `python -m tests.browser.make_screenshots`.

A hurried four is drawn, so that the picture shows a network that weighs more than one digit.
With `--all`, every page on every screen is pictured instead, in tests/artefacts, to be looked at
after a change of style.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.board_server import serve_app
from tests.browser.chromium import launch_chromium
from tests.browser.drawing import compare, draw_stroke
from tests.browser.screens import SCHEMES, WIDTHS
from tests.shapes import draw_curve
from webapp import create_app

ROOT = Path(__file__).parents[2]
DOCS, ARTEFACTS = ROOT / "docs", ROOT / "tests" / "artefacts"
FOUR = [
    draw_curve(
        (0.46, 0.21), (0.37, 0.30), (0.31, 0.43), (0.40, 0.51), (0.56, 0.47), (0.64, 0.38), steps=9
    ),
    draw_curve((0.63, 0.22), (0.62, 0.42), (0.58, 0.62), (0.56, 0.81), steps=9),
]


def open_page(browser: Browser, url: str, width: int, scheme: str) -> Page:
    """Open a page on a screen of `width` px, in a colour scheme, light or dark."""
    size = {"width": width, "height": WIDTHS[width]}
    page = browser.new_page(viewport=size, color_scheme=scheme, reduced_motion="reduce")
    page.goto(url)
    return page


def draw_four(page: Page) -> None:
    """Draw a four and wait for the reading of all its strokes."""
    for stroke in FOUR:
        draw_stroke(page, stroke)
    expect(page.get_by_role("status")).to_have_text("4")
    page.wait_for_load_state("networkidle")


def take_readme_pictures(browser: Browser, url: str) -> Iterator[Path]:
    """Save the board in both colour schemes; yield the files."""
    for scheme in SCHEMES:
        page = open_page(browser, url, 1280, scheme)
        draw_four(page)
        yield save(page, DOCS / f"screenshot-{scheme}.png")
        page.close()


def take_all_pictures(browser: Browser, url: str) -> Iterator[Path]:
    """Save every page at every size in both colour schemes; yield the files."""
    for width in WIDTHS:
        for scheme in SCHEMES:
            page = open_page(browser, url, width, scheme)
            for name in ("board", "comparison", "drawings", "train", "models", "glossary"):
                show(page, url, name)
                yield save(page, ARTEFACTS / f"{name}-{width}-{scheme}.png", full_page=True)
            page.close()


def show(page: Page, url: str, name: str) -> None:
    """Bring a page, or the board in one of its states, onto the screen."""
    if name == "board":
        draw_four(page)
    elif name == "comparison":
        compare(page)
        expect(page.get_by_role("img", name="not read yet")).to_have_count(0)
    else:
        page.goto(f"{url}/{name}")


def save(page: Page, path: Path, **options) -> Path:
    """Save what the page looks like."""
    path.parent.mkdir(exist_ok=True)
    page.screenshot(path=path, **options)
    return path


def main() -> None:
    """Serve the board, take the pictures and name them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="every page, into tests/artefacts")
    take = take_all_pictures if parser.parse_args().all else take_readme_pictures
    with serve_app(create_app()) as url, sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        for path in take(browser, url):
            print(path.relative_to(ROOT))
        browser.close()


if __name__ == "__main__":
    main()
