"""The models page lists each model's versions; buttons wait for whoever has the token."""

import re
import shutil

from tests.webapp.people import TOKEN, Person
from tests.webapp.versions.reading import serve

ORIGIN = {
    "kind": "drawings",
    "run": None,
    "before": {"drawings": 0.5, "mnist": 0.9217},
    "after": {"drawings": 0.75, "mnist": 0.9215, "letters": None, "hands": 3},
    "reason": "<b>It reads more of them.</b>",
}


def open_page(person):
    answer = person.ask("GET", "/models")
    assert answer.status_code == 200
    return " ".join(answer.get_data(as_text=True).split())


def tell(page):
    """The words of the page, without what marks them up."""
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def test_without_versions_there_is_no_list(teacher):
    assert 'id="linear-versions"' not in open_page(teacher)


def test_versions_say_what_they_changed_and_which_one_reads(teacher, add_version):
    add_version(by=1, origin={"kind": "imported", "run": None})
    add_version(by=2, origin=ORIGIN, date="2026-11-29")
    serve(teacher, 2)
    words = tell(open_page(teacher))
    assert "Version 2 reads now Learned from drawings, 29 November 2026 75.00%" in words
    assert "75.00% of the drawings, 50.00% before" in words
    assert "92.15% of MNIST, 92.17% before" in words
    assert "3 (hands)" in words
    assert "&lt;b&gt;It reads more of them.&lt;/b&gt;" in words
    assert "Version 1 From another machine, trained on MNIST" in words
    assert "Version 0 As it ships 92.17% of the test images" in words
    assert words.count("reads now") == 1


def test_buttons_are_hidden_until_the_token_shows_them(teacher, add_version):
    add_version()
    page = open_page(teacher)
    buttons = re.findall(r"<button[^>]*>", page)
    assert len(buttons) == 3  # serve 1, download 1, download 0
    assert all(" hidden" in button for button in buttons)
    assert "Serve version 1" in page


def test_the_page_carries_the_token_for_who_is_alone_and_for_nobody_else(start, add_version):
    assert TOKEN in open_page(Person(start(LISTENS_ON_LOOPBACK=True)))
    assert TOKEN not in open_page(Person(start()))


def test_a_version_that_cannot_be_used_says_why(teacher, add_version):
    folder = add_version(by=1).folder
    serve(teacher, 1)
    shutil.rmtree(folder)
    assert "Version 1 cannot be used: its files were deleted" in tell(open_page(teacher))
