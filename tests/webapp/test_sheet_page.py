"""The page with the sheet to print: which paper it shows, and what it loads."""

import pytest

from ml.segmentation.sheets.layout import LAYOUTS
from tests.webapp.links import Links


@pytest.mark.parametrize("path", ["/sheet", "/sheet?paper=Letter"])
def test_the_page_loads_only_what_is_served_here_and_nothing_inline(client, path):
    links = Links(client.get(path).get_data(as_text=True))
    assert links.blocked == []
    for address in links.loaded:
        assert address.startswith("/static/")
        assert client.get(address, buffered=True).status_code == 200


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_the_sheet_has_the_papers_size_and_all_its_boxes(client, layout):
    page = client.get(f"/sheet?paper={layout.name}").get_data(as_text=True)
    assert f'viewBox="0 0 {layout.width} {layout.height}"' in page
    assert page.count('width="15.0" height="15.0"') == len(layout.boxes) == 100


@pytest.mark.parametrize(
    ("languages", "paper"),
    [
        (None, "A4"),
        ("de-DE,de;q=0.9,en-US;q=0.8", "A4"),
        ("en-GB", "A4"),
        ("en", "A4"),
        ("en-US,en;q=0.9", "Letter"),
        ("fr-CA,fr;q=0.5", "Letter"),
        ("es-MX", "Letter"),
        ("*", "A4"),
        (";;q=,", "A4"),
    ],
)
def test_the_first_paper_is_the_usual_one_where_the_browser_is(client, languages, paper):
    headers = {"Accept-Language": languages} if languages else {}
    answer = client.get("/sheet", headers=headers)
    assert f"sheet--{paper.lower()}" in answer.get_data(as_text=True)
    assert "Accept-Language" in answer.headers["Vary"]


def test_the_paper_that_is_asked_for_wins(client):
    answer = client.get("/sheet?paper=A4", headers={"Accept-Language": "en-US"})
    assert "sheet--a4" in answer.get_data(as_text=True)


@pytest.mark.parametrize("paper", ["A3", "a4", "A4/../x", "%00", "x" * 500])
def test_a_paper_that_does_not_exist_is_not_found(client, paper):
    assert client.get(f"/sheet?paper={paper}").status_code == 404


def test_the_page_leads_to_both_papers_and_to_the_reading_of_photos(client):
    links = Links(client.get("/sheet").get_data(as_text=True), "/sheet")
    assert {"/sheet?paper=A4", "/sheet?paper=Letter", "/photo"} <= set(links.followed)
