"""A photo that the test writes, read by the server itself: from the page to OpenCV and back."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.drawing import get_bar, get_button
from tests.browser.photos import get_boxes, get_text, paste, write_on_paper

LINES = ("407 12 9", "83 6150", "2024")


@pytest.mark.quick
def test_a_photo_of_ruled_paper_is_read_and_a_moved_box_is_read_again(open_page, board_url):
    page = open_page(f"{board_url}/photo")
    paste(page, write_on_paper(*LINES).encode())
    expect(get_text(page)).to_have_text("\n".join(LINES), timeout=60_000)
    boxes = get_boxes(page)
    expect(boxes).to_have_count(16)
    expect(get_bar(page, 4)).to_have_attribute("aria-valuetext", re.compile("9"))
    expect(page.get_by_role("img", name="What the network sees")).to_be_visible()

    with page.expect_response("**/api/read-photo") as answered:
        boxes.nth(0).press("Shift+ArrowRight")
    answer = answered.value.json()
    assert len(answer["digits"]) == 1
    expect(get_text(page)).to_have_text("\n".join(LINES), timeout=60_000)

    boxes.nth(0).press("Delete")
    expect(get_text(page)).to_have_text(re.compile("^07 12 9"))
    get_button(page, "Undo").click()
    get_button(page, "Undo").click()
    expect(get_text(page)).to_have_text("\n".join(LINES))
