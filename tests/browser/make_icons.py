"""Make the icons of the installed board from the favicon: `python -m tests.browser.make_icons`.

A maskable icon has no corners of its own, and what it shows lies within the middle 80%: each system
cuts its own shape out of it.
"""

import io
import re
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import launch_chromium

STATIC = Path(__file__).parents[2] / "static"


def draw(browser: Browser, svg: str, side: int) -> bytes:
    """Return an SVG as a PNG of side × side pixels, transparent where it has nothing."""
    page = browser.new_page(viewport={"width": side, "height": side})
    sized = svg.replace("<svg ", f'<svg width="{side}" height="{side}" style="display: block" ', 1)
    page.set_content(f'<body style="margin: 0">{sized}')
    png = page.screenshot(omit_background=True)
    page.close()
    return png


def make_maskable(svg: str) -> str:
    """Return the favicon's SVG with its ground to the edges, and what it shows a little smaller."""
    square = re.sub(r' rx="\d+"', "", svg)
    return re.sub(
        r"(<path .*?/>)", r'<g transform="translate(3.2 3.2) scale(.8)">\1</g>', square, flags=re.S
    )


def save(png: bytes, path: Path) -> None:
    """Save a picture as small as it gets."""
    Image.open(io.BytesIO(png)).save(path, optimize=True)
    print(path.relative_to(STATIC.parent), path.stat().st_size, "bytes")


def main() -> None:
    """Write the three files."""
    svg = (STATIC / "favicon.svg").read_text()
    icons = {
        "icon-192": (svg, 192),
        "icon-512": (svg, 512),
        "maskable-512": (make_maskable(svg), 512),
    }
    (STATIC / "icons").mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        for name, (drawn, side) in icons.items():
            save(draw(browser, drawn, side), STATIC / "icons" / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
