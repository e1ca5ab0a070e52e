"""The page Photo, with a server that the tests play: what it shows, and what it does by itself."""

import csv
import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.axe import check_axe
from tests.browser.drawing import DOWN, draw_stroke, get_bar, get_board, get_button, has_ink
from tests.browser.keeping import confirm, expect_drawings, get_kind, get_thumbnails, get_undo
from tests.browser.photos import (
    READ_PHOTO,
    drop,
    get_boxes,
    get_text,
    make_answer,
    make_digit,
    paste,
    write_on_paper,
)
from tests.browser.screens import SCREENS, WIDTHS

WRITTEN = write_on_paper("407 12", "83")
LOSE_CANVAS = "HTMLCanvasElement.prototype.getContext = () => null;"


class PlayedServer:
    """Answers a photo as it was written, and each box as the digit that the test says."""

    def __init__(self, written=WRITTEN, **more):
        self.written = written
        self.photos = [{"json": make_answer(written, **more)}]  # the last one is repeated
        self.digit = 5
        self.uploads = []  # of each request: box, and the picture's size

    def answer(self, route):
        assert route.request.headers["x-board"] == "1"
        self.uploads.append(read_form(route.request.post_data_buffer))
        answer = self.answer_box() if self.uploads[-1][0] else self.answer_photo()
        if answer:
            route.fulfill(**answer)
        else:
            route.abort()

    def answer_photo(self):
        return self.photos.pop(0) if len(self.photos) > 1 else self.photos[0]

    def answer_box(self):
        one = make_digit(self.written, self.written.digits[0]["box"], self.digit)
        return {"json": make_answer(self.written, digits=[one])}

    @property
    def boxes(self):
        """The boxes that were asked for, each with the size of what was sent."""
        return [(box, size) for box, size in self.uploads if box]


def read_form(body: bytes) -> tuple[list[int] | None, tuple[int, int]]:
    """Return the box in a form, if there is one, and the size of its picture."""
    found = re.search(rb'name="box"\r\n\r\n\[(.+?)\]\r\n', body)
    box = [int(number) for number in found[1].split(b",")] if found else None
    picture = body.split(b"\r\n\r\n", 1)[1]
    return box, Image.open(io.BytesIO(picture)).size


@pytest.fixture
def open_photo(open_page, board_url):
    """Return a function that opens the page with a played server."""

    def open_played(server, url=board_url, **options):
        page = open_page(f"{url}/photo", **options)
        page.route(READ_PHOTO, server.answer)
        return page

    return open_played


def name_box(digit):
    """Return what a screen reader says at the box of a digit, up to its place."""
    return re.compile(rf"^{digit}, ")


def drag(page, box, way, at=(0.5, 0.5)):
    """Drag a place of a box, as a share of its sides, by a way in px of the window."""
    place = box.bounding_box()
    x, y = place["x"] + at[0] * place["width"], place["y"] + at[1] * place["height"]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + way[0] / 2, y + way[1] / 2)
    page.mouse.move(x + way[0], y + way[1])
    page.mouse.up()


@pytest.mark.quick
def test_a_pasted_photo_is_read_and_its_boxes_are_changed_by_mouse(open_photo):
    server = PlayedServer()
    page = open_photo(server)
    paste(page, WRITTEN.encode())
    expect(get_text(page)).to_have_text("407 12\n83")
    expect(page.get_by_role("status")).to_have_text("7 digits found, in 3 numbers.")
    boxes = get_boxes(page)
    expect(boxes).to_have_count(7)
    expect(boxes.nth(1)).to_have_accessible_name("0, 91.0%, line 1, digit 2 of 407")
    assert server.uploads == [(None, WRITTEN.image.size)]

    boxes.nth(3).click()
    expect(boxes.nth(3)).to_be_focused()
    expect(get_bar(page, 1)).to_have_attribute("aria-valuenow", "91.0")
    expect(page.get_by_text("Line 1, digit 1 of 12")).to_be_visible()

    drag(page, boxes.nth(3), (9, 4))
    expect(get_text(page)).to_have_text("407 52\n83")
    (x, y, width, height), size = server.boxes[0]
    written = WRITTEN.digits[3]["box"]
    assert (width, height) == tuple(written[2:])
    assert size == (width + 2 * x, height + 2 * y)
    assert x == y == pytest.approx(height / 2, abs=1)

    server.digit = 6
    drag(page, page.get_by_role("button", name=name_box(5)), (14, 10), at=(1, 1))
    expect(get_text(page)).to_have_text("407 62\n83")
    assert server.boxes[1][0][2] > width

    get_button(page, "Undo").click()
    get_button(page, "Undo").click()
    expect(get_text(page)).to_have_text("407 12\n83")  # what was read once is remembered
    assert len(server.boxes) == 2

    server.digit = 9
    surface = page.get_by_role("application", name="Boxes on the photo")
    eight = boxes.nth(5).bounding_box()
    drag(page, surface, (0, 0), at=(0.02, 0.97))
    page.mouse.move(eight["x"] - 60, eight["y"])
    page.mouse.down()
    page.mouse.move(eight["x"] - 20, eight["y"] + eight["height"])
    page.mouse.up()
    expect(get_text(page)).to_have_text("407 12\n983")
    expect(boxes.nth(5)).to_be_focused()

    page.keyboard.press("Delete")
    expect(get_text(page)).to_have_text("407 12\n83")
    expect(boxes.nth(5)).to_be_focused()
    page.keyboard.press("Control+z")
    expect(get_text(page)).to_have_text("407 12\n983")
    assert len(server.boxes) == 3

    with page.expect_download() as download:
        get_button(page, "Download CSV").click()
    assert download.value.suggested_filename == "photo.csv"
    rows = list(csv.DictReader(download.value.path().read_text().splitlines()))
    assert [row["digits"] for row in rows] == ["407", "12", "983"]
    assert [(row["line"], row["number"]) for row in rows] == [("1", "1"), ("1", "2"), ("2", "1")]
    assert float(rows[1]["probability"]) == pytest.approx(0.91**2, abs=1e-4)

    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    get_button(page, "Copy").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "407 12\n983"


@pytest.mark.failed_requests
def test_a_dropped_photo_waits_for_a_busy_server_and_for_one_that_is_away(open_photo):
    server = PlayedServer()
    [answer] = server.photos
    busy = {"status": 503, "headers": {"Retry-After": "1"}, "json": {"detail": "Busy."}}
    server.photos = [busy, {}, answer]
    page = open_photo(server)
    drop(page, WRITTEN.encode("PNG"), "scan.png", "image/png")
    expect(page.get_by_role("status")).to_contain_text("reading another photo")
    expect(page.get_by_role("status")).to_contain_text("cannot be reached")
    expect(page.get_by_role("img", name="Your photo")).to_be_visible()
    expect(get_text(page)).to_have_text("407 12\n83")


@pytest.mark.failed_requests
def test_what_cannot_be_read_is_said_in_words(open_photo):
    server = PlayedServer(digits=[])
    page = open_photo(server)
    said = page.get_by_role("status")
    heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
    for data, name, kind, words in (
        (heic, "IMG_1.heic", "", "HEIC photo, which cannot be read here. Save it as JPEG"),
        (b"%PDF-1.7", "scan.pdf", "application/pdf", "This is a PDF"),
        (b"GIF89a", "cat.gif", "image/gif", "Choose a PNG, JPEG or WebP picture"),
        (b"", "empty.png", "image/png", "This file is empty"),
        (WRITTEN.encode()[:200], "broken.jpg", "image/jpeg", "damaged or cut off"),
    ):
        drop(page, data, name, kind)
        expect(said).to_contain_text(words)
    assert server.uploads == []
    paste(page, WRITTEN.encode())
    expect(said).to_contain_text("No digit was found. Drag over one on the photo")
    expect(get_button(page, "Download CSV")).to_be_disabled()
    refusal = "The photo must show something."
    server.photos = [{"status": 400, "json": {"detail": refusal}}]
    paste(page, WRITTEN.encode())
    expect(said).to_have_text(refusal)


def test_a_photo_is_read_on_while_a_box_is_added_and_another_file_is_refused(open_photo):
    server = PlayedServer()
    page = open_photo(server)
    held = []
    page.unroute(READ_PHOTO)
    page.route(READ_PHOTO, lambda route: held.append(route))
    with page.expect_request(READ_PHOTO):
        paste(page, WRITTEN.encode())
    expect(page.get_by_role("status")).to_have_text("Reading the photo…")
    drop(page, b"\0\0\0\x18ftypheic", "IMG_1.heic", "")
    expect(page.get_by_text("This is a HEIC photo").last).to_be_visible()
    surface = page.get_by_role("application", name="Boxes on the photo")
    drag(page, surface, (40, 50), at=(0.8, 0.62))
    expect(get_boxes(page)).to_have_count(1)
    page.route(READ_PHOTO, server.answer)  # this one comes first from now on
    held[0].fulfill(json=make_answer(WRITTEN))
    expect(get_text(page)).to_have_text("407 12\n83\n5")
    expect(get_boxes(page).nth(7)).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("This is a HEIC photo")).to_be_visible()


def test_a_photo_that_is_too_large_is_made_smaller_before_it_is_sent(open_photo):
    large = io.BytesIO()
    Image.new("L", (5000, 4000), 255).save(large, "PNG")
    server = PlayedServer(digits=[], width=3952, height=3162)
    page = open_photo(server)
    page.get_by_label("Choose a photo").set_input_files(
        {"name": "large.png", "mimeType": "image/png", "buffer": large.getvalue()}
    )
    expect(page.get_by_role("status")).to_contain_text("No digit was found")
    [(_, (width, height))] = server.uploads
    assert 12_000_000 < width * height <= 12_500_000
    assert width / height == pytest.approx(1.25, abs=0.001)


def test_where_the_browser_hides_its_canvases_the_whole_photo_is_sent_for_a_box(open_photo):
    server = PlayedServer()
    page = open_photo(server)
    paste(page, WRITTEN.encode())
    expect(get_text(page)).to_have_text("407 12\n83")
    page.evaluate(LOSE_CANVAS)
    get_boxes(page).nth(3).press("ArrowRight")
    expect(get_text(page)).to_have_text("407 52\n83")
    [(box, size)] = server.boxes
    assert size == WRITTEN.image.size
    assert box[1:] == WRITTEN.digits[3]["box"][1:]


def test_boxes_are_changed_by_keyboard_alone(open_photo):
    server = PlayedServer()
    server.digit = 6
    page = open_photo(server)
    paste(page, WRITTEN.encode())
    boxes = get_boxes(page)
    expect(boxes).to_have_count(7)
    page.get_by_role("link", name="Print a sheet").focus()
    page.keyboard.press("Tab")
    expect(boxes.nth(0)).to_be_focused()
    page.keyboard.press("Tab")
    expect(boxes.nth(1)).to_be_focused()
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    expect(get_text(page)).to_have_text("467 12\n83")
    server.digit = 5
    page.keyboard.press("Shift+ArrowRight")
    expect(get_text(page)).to_have_text("457 12\n83")
    (*_, before, after) = (box for box, _ in server.boxes)
    assert after[2] > before[2] and after[3] == before[3]
    page.keyboard.press("Control+z")
    expect(get_text(page)).to_have_text("467 12\n83")
    page.keyboard.press("Control+z")
    expect(get_text(page)).to_have_text("407 12\n83")
    page.keyboard.press("Delete")
    expect(get_text(page)).to_have_text("47 12\n83")
    expect(boxes.nth(1)).to_be_focused()
    chosen = page.get_by_role("region", name="The chosen box")
    page.keyboard.press("Escape")
    expect(chosen).to_be_focused()
    page.get_by_role("application", name="Boxes on the photo").focus()
    page.keyboard.press("Escape")
    expect(chosen).to_be_focused()
    server.digit = 9
    get_button(page, "Add a box").press("Enter")
    expect(page.get_by_role("button", name=name_box(9))).to_be_focused()
    expect(boxes).to_have_count(7)


def test_a_dragged_box_stays_with_the_mouse_until_its_button_is_released(open_photo):
    server = PlayedServer()
    page = open_photo(server)
    paste(page, WRITTEN.encode())
    boxes = get_boxes(page)
    expect(boxes).to_have_count(7)
    place = boxes.nth(6).bounding_box()
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    boxes.nth(1).press("ArrowDown")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y)
    expect(get_text(page)).to_have_text("457 12\n83")  # the reading of another box has come
    assert boxes.nth(6).bounding_box()["x"] == pytest.approx(place["x"] + 20, abs=2)
    released = {"clientX": x + 20, "clientY": y, "buttons": 0, "pointerId": 1}
    boxes.nth(6).dispatch_event("pointermove", released | {"pointerType": "mouse", "bubbles": True})
    page.mouse.move(x + 60, y)
    expect(get_text(page)).to_have_text("457 12\n85")
    assert boxes.nth(6).bounding_box()["x"] == pytest.approx(place["x"] + 20, abs=2)


def test_on_a_phone_a_finger_chooses_moves_and_adds(open_photo):
    server = PlayedServer()
    page = open_photo(
        server, viewport={"width": 390, "height": 664}, has_touch=True, is_mobile=True
    )
    expect(page.get_by_label("Take a photo")).to_have_attribute("capture", "environment")
    page.get_by_label("Take a photo").set_input_files(
        {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": WRITTEN.encode()}
    )
    boxes = get_boxes(page)
    expect(boxes).to_have_count(7)
    touch_drag(page, boxes.nth(3), (6, 0))  # not the chosen one: the page would scroll
    expect(get_text(page)).to_have_text("407 12\n83")
    boxes.nth(3).tap()
    expect(boxes.nth(3)).to_have_attribute("aria-pressed", "true")
    touch_drag(page, boxes.nth(3), (6, 0))
    expect(get_text(page)).to_have_text("407 52\n83")
    server.digit = 6
    get_button(page, "Add a box").tap()
    expect(get_button(page, "Add a box")).to_have_attribute("aria-pressed", "true")
    place = boxes.nth(6).bounding_box()
    page.touchscreen.tap(place["x"] + 2.2 * place["width"], place["y"] + place["height"] / 2)
    expect(get_text(page)).to_have_text("407 52\n836")
    expect(get_button(page, "Add a box")).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def touch_drag(page, box, way):
    """Drag a box with a finger, as the page hears of it."""
    place = box.bounding_box()
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    steps = [("pointerdown", 0), ("pointermove", 0.5), ("pointermove", 1), ("pointerup", 1)]
    for name, share in steps:
        at = {"clientX": x + share * way[0], "clientY": y + share * way[1]}
        init = at | {"pointerId": 1, "pointerType": "touch", "bubbles": True, "cancelable": True}
        box.dispatch_event(name, init)


def test_a_digit_that_was_read_wrongly_is_put_right_and_kept(open_photo, own_url):
    page = open_photo(PlayedServer(model="board_cnn"), own_url)
    paste(page, WRITTEN.encode())
    get_boxes(page).nth(2).click()
    confirm(page, 1)
    expect(get_text(page)).to_have_text("401 12\n83")
    expect(page.get_by_text("Read as 7 before you put it right.")).to_be_visible()
    get_boxes(page).nth(6).click()
    confirm(page, "not a digit")
    expect(get_text(page)).to_have_text("401 12\n8")
    get_undo(page).click()
    expect(get_text(page)).to_have_text("401 12\n83")
    page.goto(f"{own_url}/drawings")
    expect_drawings(page, 1)
    expect(get_thumbnails(page, "1")).to_have_count(1)


@pytest.mark.failed_requests
def test_a_correction_that_is_not_stored_still_changes_the_text(open_photo):
    page = open_photo(PlayedServer())
    held = []
    page.route("**/api/drawings", lambda route: held.append(route))
    paste(page, WRITTEN.encode())
    get_boxes(page).nth(2).click()
    get_button(page, "It’s a 1").click()
    expect(page.get_by_text("Keeping…")).to_be_visible()
    get_boxes(page).nth(3).click()  # of which nothing is said
    expect(page.get_by_text("Keeping…")).to_be_hidden()
    held[0].abort()
    expect(page.get_by_text("The text is put right all the same.")).to_be_visible()
    expect(page.get_by_text("Not kept.")).to_be_hidden()
    expect(get_text(page)).to_have_text("401 12\n83")


@pytest.mark.quick
@pytest.mark.failed_requests
def test_a_sheet_says_how_many_are_right_and_keeps_them_all(open_photo, own_url):
    sheet = {"layout": "A4", "right": 6, "of": 9, "empty": 2}
    answer = make_answer(WRITTEN, sheet=sheet, model="board_cnn")
    for digit, expected in zip(answer["digits"], (4, 0, 1, 1, 2, 8, 3), strict=True):
        digit["expected"] = expected
    server = PlayedServer()
    server.photos = [{"json": answer}]
    page = open_photo(server, own_url)
    paste(page, WRITTEN.encode())
    expect(page.get_by_text("6 of 9 right, 2 left empty")).to_be_visible()
    expect(page.get_by_text("Wrong: a 1 read as 7.")).to_be_visible()
    wrong = page.get_by_role("button", name=re.compile("^7, 91.0%, should be a 1"))
    wrong.click()
    expect(page.get_by_text("It should be a 1.")).to_be_visible()

    stored = []

    def store_three(route):
        stored.append(route.request.post_data_json["label"])
        if len(stored) > 3:
            return route.abort()
        return route.continue_()

    page.route("**/api/drawings", store_three)
    get_button(page, "Keep all 7 in My drawings").click()
    expect(page.get_by_text("3 of 7 are kept in My drawings. The server cannot")).to_be_visible()
    page.unroute("**/api/drawings")
    get_button(page, "Keep all 7 in My drawings").click()
    expect(page.get_by_text("All 7 are kept in My drawings.")).to_be_visible()
    assert stored == [4, 0, 1, 1]

    confirm(page, 7)  # it was written wrongly
    expect(page.get_by_text("6 of 9 right")).to_be_visible()
    page.goto(f"{own_url}/drawings")
    expect_drawings(page, 7)
    expect(get_kind(page, "1").get_by_role("heading")).to_have_text("1, one drawing")


def test_a_photo_that_is_pasted_on_the_board_is_read_on_the_page_photo(open_page, board_url):
    server = PlayedServer()
    page = open_page(board_url)
    page.context.route(READ_PHOTO, server.answer)
    draw_stroke(page, DOWN)
    paste(page, WRITTEN.encode())
    page.wait_for_url("**/photo")
    expect(get_text(page)).to_have_text("407 12\n83")
    page.reload()
    expect(page.get_by_text("Paste a photo, drop one here, or choose one")).to_be_visible()
    page.go_back()
    assert has_ink(page, DOWN[2])  # the drawing was not lost
    page.evaluate("void (indexedDB.open = () => { throw new Error() })")
    drop(page, WRITTEN.encode())
    expect(page.get_by_text("Photos are read on the page Photo.")).to_be_visible()
    expect(get_board(page)).to_be_visible()


@pytest.mark.parametrize(("scheme", "width"), SCREENS)
def test_axe_finds_nothing(open_photo, scheme, width):
    answer = make_answer(WRITTEN, sheet={"layout": "A4", "right": 6, "of": 9, "empty": 2})
    answer["digits"][1] |= {"status": "not_a_digit", "digit": None}
    answer["digits"][2] |= {"unsure": [7, 1]}
    answer["digits"][3]["expected"] = 7
    server = PlayedServer()
    server.photos = [{"json": answer}]
    size = {"width": width, "height": WIDTHS[width]}
    page = open_photo(server, viewport=size, color_scheme=scheme, reduced_motion="reduce")
    check_axe(page)
    paste(page, WRITTEN.encode())
    for index in (1, 2):
        get_boxes(page).nth(index).click()
        check_axe(page)
    get_button(page, "Larger").click()
    check_axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width
