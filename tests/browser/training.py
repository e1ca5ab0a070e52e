"""A person on the page Train: what they press there, and what they find."""

from playwright.sync_api import Locator, Page, expect

from tests.browser.drawing import get_button


def get_network(page: Page) -> Locator:
    """Return the choice of the network to train."""
    return page.get_by_label("Network", exact=True)


def get_setting(page: Page, name: str) -> Locator:
    """Return the field of a setting by its label."""
    return page.get_by_label(name, exact=True)


def get_source(page: Page, name: str) -> Locator:
    """Return the choice of what is learned from."""
    return page.get_by_role("radio", name=name, exact=True)


def get_chart(page: Page, name: str) -> Locator:
    """Return the picture of the curves: "Accuracy" or "Loss"."""
    return page.get_by_role("img", name=name)


def get_number(page: Page, name: str) -> Locator:
    """Return a figure above the curves by its name, such as "time left"."""
    term = page.get_by_role("term").get_by_text(name, exact=True)
    return page.locator("dl > div").filter(has=term).get_by_role("definition")


def get_state(page: Page) -> Locator:
    """Return what is said of the run that is looked at."""
    return page.locator('[data-part="run-state"]')


def get_runs(page: Page) -> Locator:
    """Return the rows of all runs."""
    return page.get_by_role("region", name="Runs").get_by_role("listitem")


def get_versions(page: Page) -> Locator:
    """Return the rows of a network's versions."""
    return page.get_by_role("region", name="Versions of").get_by_role("listitem")


def get_legend(page: Page) -> Locator:
    """Return the names of the curves."""
    return page.get_by_role("list", name="Curves").get_by_role("listitem")


def get_flips(page: Page) -> list[str]:
    """Return the answers that are marked above the curve."""
    return page.locator(".flip__digit").all_text_contents()[::-1]


def start(page: Page) -> None:
    """Start the run that is set, and wait until it is looked at."""
    get_button(page, "Start").click()
    expect(get_button(page, "Pause")).to_be_enabled()


def measure_curve(page: Page, name: str = "Accuracy") -> float:
    """Return how far the curve reaches to the right, in pixels."""
    return get_chart(page, name).evaluate(
        "picture => picture.querySelector('.curve__line').getBBox().width"
    )
