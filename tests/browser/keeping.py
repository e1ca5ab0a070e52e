"""A person who confirms drawings: what they press on the board, and find in My drawings."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.drawing import draw_digit, get_button


def say_label(label: int | str) -> str:
    """Return a label as the page says it: "a 7", "an 8", or "not a digit"."""
    return label if isinstance(label, str) else f"{'an' if label == 8 else 'a'} {label}"


def get_correction(page: Page, label: int | str) -> Locator:
    """Return the button that says what the drawing is: 0 to 9, or "not a digit"."""
    return get_button(page, f"It’s {say_label(label)}")


def get_undo(page: Page) -> Locator:
    """Return the button that takes the last confirmation back."""
    return get_button(page, "Undo: don’t keep it")


def confirm(page: Page, label: int | str) -> None:
    """Say what the drawing is, and wait until the page says that it is kept."""
    get_correction(page, label).click()
    expect_kept(page, label)


def expect_kept(page: Page, label: int | str) -> None:
    """Wait until the page says that the drawing is kept as this."""
    expect(page.get_by_text(f"Kept as {say_label(label)}.", exact=True)).to_be_visible()
    expect(get_correction(page, label)).to_have_attribute("aria-pressed", "true")


def draw_and_read(page: Page, digit: int) -> None:
    """Draw a digit and wait until it is read as that."""
    draw_digit(page, digit)
    expect(page.get_by_role("status")).to_have_text(str(digit))


def open_my_drawings(page: Page) -> None:
    """Follow the link to My drawings."""
    page.get_by_role("navigation").get_by_role("link", name="My drawings", exact=True).click()
    expect(page.get_by_role("heading", name="My drawings")).to_be_visible()


def expect_drawings(page: Page, count: int) -> None:
    """Wait until My drawings says that it holds so many."""
    words = "No drawings yet" if count == 0 else f"{count:,} drawing"
    expect(page.get_by_text(re.compile(rf"^{words}"))).to_be_visible()


def get_kind(page: Page, name: str) -> Locator:
    """Return the thumbnails of one label: "7", "Not a digit"."""
    heading = page.get_by_role("heading", name=re.compile(rf"^{name}, .+ drawings?$"))
    return page.locator("section").filter(has=heading)


def get_thumbnails(page: Page, name: str) -> Locator:
    """Return the pictures of one label that are loaded."""
    return get_kind(page, name).get_by_role("img", name=re.compile(" of "))
