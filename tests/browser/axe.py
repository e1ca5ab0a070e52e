"""What axe-core finds on a page, best practice included."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# What runs besides WCAG's own rules; axe leaves out only what it calls experimental.
OPTIONS = {"rules": {"target-size": {"enabled": True}}}


def check_axe(page: Page) -> None:
    """Fail for whatever axe finds on the page as it is now."""
    results = Axe().run(page, options=OPTIONS)
    assert results.response["passes"], "axe looked at nothing"
    assert results.violations_count == 0, results.generate_report()
