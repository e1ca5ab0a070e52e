"""`<digit-board>` in anybody's page: the exported folder on any host, under a strict policy."""

import json

import pytest
from playwright.sync_api import Locator, Page, expect

import run
from ml.commands.web.export import GUIDE
from ml.networks.card import WEIGHTS_DIR
from tests.browser.axe import check_axe
from tests.browser.board_server import ROOT
from tests.browser.drawing import LONG_ENOUGH
from tests.file_server import serve_files
from tests.shapes import DIGITS

POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'"
STRICT = {"Content-Security-Policy": f"{POLICY}; worker-src 'self'"}
WITHOUT_WORKER = {"Content-Security-Policy": f"{POLICY}; worker-src 'none'"}
SCRIPT = '<script type="module" src="digit-board.js"></script>'
BOARD = "<digit-board></digit-board>"
FIELD = "Your answer, required"  # as a screen reader hears it
FORM = """<form><label for="answer">Your answer</label>
<digit-board id="answer" name="answer" required></digit-board>
<button>Send</button> <button type="reset">Again</button></form>"""
RECORD = """() => {
  window.heard = [];
  for (const type of ["input", "change"]) {
    document.addEventListener(type, ({ target }) => heard.push([type, target.value]));
  }
}"""
NO_INTERNALS = """
delete HTMLElement.prototype.attachInternals;
delete window.ElementInternals;
"""
NO_SHEETS = """
delete Document.prototype.adoptedStyleSheets;
delete ShadowRoot.prototype.adoptedStyleSheets;
delete window.CSSStyleSheet;
"""
ENDLESS_PAUSES = """{
  const wait = window.setTimeout;
  window.setTimeout = (step, time) => (time < 1000 ? wait(step, time) : 0);
}"""
WHITE = """
CanvasRenderingContext2D.prototype.getImageData = (x, y, width, height) => {
  const image = new ImageData(width, height);
  image.data.fill(255);
  return image;
};
"""


@pytest.fixture(scope="session")
def exported(tmp_path_factory) -> dict[str, bytes]:
    """The files of the exported folder."""
    folder = tmp_path_factory.mktemp("host") / "digit-board"
    assert run.main(["--export", "web", "--weights", str(WEIGHTS_DIR), "--out", str(folder)]) == 0
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def files(exported) -> dict[str, bytes]:
    """What the host serves; a test may add to it, and take from it."""
    return dict(exported)


@pytest.fixture
def open_host(open_page, files):
    """Return a function that opens a page with this body on the host, when its script has run."""
    hosts = []

    def open_body(body: str, script: str = SCRIPT, before: str = "", **options) -> Page:
        files["page.html"] = write_page(script, body)
        host = serve_files(files, headers=STRICT)
        hosts.append(host)
        page = open_page(f"{host.__enter__()}index.css", **options)  # nothing of ours has run
        if before:
            page.add_init_script(before)
        page.goto(f"{page.url.removesuffix('index.css')}page.html")
        page.evaluate(RECORD)
        return page

    yield open_body
    for host in hosts:
        host.__exit__(None, None, None)


def write_page(script: str, body: str) -> bytes:
    head = f'<meta charset="utf-8"><title>A page</title>{script}'
    return f'<!DOCTYPE html><html lang="en"><head>{head}</head><body>{body}</body></html>'.encode()


def get_sheet(page: Page, name: str = "Drawing board") -> Locator:
    return page.get_by_role("application", name=name, exact=True)


def draw(sheet: Locator, digit: int, lift: bool = True) -> None:
    """Draw a digit with the mouse, every second point of it."""
    box, mouse = sheet.bounding_box(), sheet.page.mouse
    for stroke in DIGITS[digit]:
        points = [*stroke[:-1:2], stroke[-1]]
        for index, (x, y) in enumerate(points):
            mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
            if index == 0:
                mouse.down()
        if lift or stroke is not DIGITS[digit][-1]:
            mouse.up()


def ask(page: Page, expression: str, selector: str = "digit-board"):
    """Return what an expression about the element is."""
    return page.locator(selector).first.evaluate(f"board => {expression}")


def wait_until(page: Page, expression: str) -> None:
    """Wait for what the page says; Playwright's own way would need 'unsafe-eval'."""
    for _ in range(300):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{expression} does not become true")


def expect_value(page: Page, value: str, selector: str = "digit-board") -> None:
    """Wait until the element has a value, and until it is that of all that is drawn."""
    element = page.locator(selector).first
    expect(element).to_have_js_property("value", value)
    if value:
        expect(element).to_have_js_property("validationMessage", "")
        expect(element).to_have_js_property("value", value)


def list_strokes(digit: int) -> list[list[list[float]]]:
    return [[[280 * x, 280 * y] for x, y in stroke] for stroke in DIGITS[digit]]


# A field that is drawn on.


@pytest.mark.quick
def test_a_drawn_digit_becomes_the_value_and_the_reading(open_host):
    page = open_host(BOARD)
    assert ask(page, "[board.value, board.reading, board.strokes]") == ["", None, []]
    draw(get_sheet(page), 7)
    expect_value(page, "7")
    expect(page.locator("digit-board")).to_contain_text("seven")
    reading = ask(page, "board.reading")
    fields = {"status", "digit", "probabilities", "model", "seen", "unsure", "no_digit"}
    assert fields <= reading.keys()
    assert (reading["status"], reading["digit"], reading["model"]) == ("digit", 7, "board_cnn")
    assert sum(reading["probabilities"]) == pytest.approx(1)
    assert len(reading["seen"]) == 784
    assert len(ask(page, "board.strokes")) == 1


def test_input_comes_with_each_reading_and_change_once_the_pen_is_up(open_host):
    page = open_host(BOARD)
    draw(get_sheet(page), 7, lift=False)
    expect_value(page, "7")
    assert {kind for kind, _ in page.evaluate("heard")} == {"input"}
    page.mouse.up()
    wait_until(page, "heard.some(([kind]) => kind === 'change')")
    assert page.evaluate("heard")[-2:] == [["input", "7"], ["change", "7"]]
    page.evaluate("heard.length = 0")
    page.get_by_role("button", name="Undo").click()
    assert page.evaluate("heard") == [["input", ""], ["change", ""]]
    assert ask(page, "board.reading") is None
    page.get_by_role("button", name="Redo").click()
    expect_value(page, "7")


def test_a_page_that_has_nothing_to_redo_takes_no_change_away(open_host):
    page = open_host(BOARD)
    draw(get_sheet(page), 7, lift=False)
    count = ask(page, "(board.redo(), board.strokes[0].length)")
    box, (x, y) = get_sheet(page).bounding_box(), DIGITS[7][-1][-1]
    page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"] + 4)
    page.mouse.up()
    assert ask(page, "board.strokes[0].length") > count  # the stroke went on
    press = """["undo", "redo"].forEach((action) =>
      board.shadowRoot.querySelector(`[part~=${action}]`).click())"""
    page.evaluate("heard.length = 0")
    ask(page, f"({press}, board.redo())")  # at once, before anything is read
    wait_until(page, "heard.some(([kind, value]) => kind === 'change' && value === '7')")


def test_strokes_can_be_set_and_are_refused_if_they_are_none(open_host):
    page = open_host(BOARD)
    strokes = list_strokes(4)
    page.locator("digit-board").evaluate(
        "(board, strokes) => { board.strokes = strokes; }", strokes
    )
    expect_value(page, "4")
    assert len(ask(page, "board.strokes")) == len(strokes)
    assert page.evaluate("heard") == [["input", "4"]]  # nobody has drawn, so nothing was changed
    for wrong in ("7", "[7]", "[[]]", "[[[1]]]", "[[[1, NaN]]]", "[[['1', '2']]]", "null"):
        assert ask(
            page, f"{{ try {{ board.strokes = {wrong}; }} catch (e) {{ return e.name; }} }}"
        ) == ("TypeError")
    assert len(ask(page, "board.strokes")) == len(strokes)
    ask(page, "board.undo()")
    assert len(ask(page, "board.strokes")) == len(strokes) - 1
    ask(page, "board.clear()")
    assert ask(page, "[board.value, board.reading]") == ["", None]
    ask(page, "(board.strokes = [[[140, 40], [140, 600]]])")
    assert ask(page, "board.strokes") == [[[140, 40], [140, 280]]]  # no more than is seen and read


def test_what_is_set_while_the_network_loads_or_reads_is_read_in_the_end(open_host):
    page = open_host("")
    strokes = json.dumps([list_strokes(digit) for digit in (1, 4, 7)])
    page.evaluate(f"""async () => {{
      const board = document.body.appendChild(document.createElement("digit-board"));
      for (let turn = 0; turn < 30; turn += 1) {{
        board.strokes = {strokes}[turn % 3];
        await new Promise((resume) => setTimeout(resume, 10 * (turn % 7)));
      }}
    }}""")
    expect_value(page, "7")


def test_what_a_page_sets_before_the_script_has_come_counts(open_host, files):
    files["early.js"] = f"""
    const board = document.querySelector("digit-board");
    board.strokes = {json.dumps(list_strokes(4))};
    board.name = "early";
    board.value = ""; // as frameworks do
    board.reading = null;
    import("./digit-board.js");""".encode()
    body = f'<form>{BOARD}</form><script type="module" src="early.js"></script>'
    page = open_host(body, script="")
    expect_value(page, "4")
    assert ask(page, "[...new FormData(board.form)].join()") == "early,4"
    assert ask(page, "board.reading.digit") == 4


def test_the_keyboard_draws_and_only_its_own_board_hears_it(open_host):
    page = open_host('<digit-board aria-label="One"></digit-board><digit-board></digit-board>')
    page.keyboard.press("Tab")
    expect(get_sheet(page, "One")).to_be_focused()
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Space")
    for _ in range(8):
        page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Space")
    expect_value(page, "1")
    assert page.evaluate("document.querySelectorAll('digit-board')[1].strokes") == []
    page.keyboard.press("Control+z")
    expect_value(page, "")
    page.keyboard.press("Control+y")
    expect_value(page, "1")
    page.keyboard.press("Escape")
    expect_value(page, "")


def test_escape_clears_the_board_and_then_closes_the_dialog_around_it(open_host, files):
    files["dialog.js"] = b"document.querySelector('dialog').showModal();"
    page = open_host(f'<dialog>{BOARD}</dialog><script type="module" src="dialog.js"></script>')
    draw(get_sheet(page), 7)
    page.keyboard.press("Escape")
    assert ask(page, "board.strokes") == []
    expect(get_sheet(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_what_is_said_is_said_once_the_pen_is_up(open_host):
    page = open_host(BOARD)
    draw(get_sheet(page), 7)
    live = page.locator("digit-board [aria-live][aria-atomic]")
    expect(live).to_have_text("7")
    page.get_by_role("button", name="Clear").click()
    expect(live).to_have_text("The board is empty")
    expect(get_sheet(page)).to_be_focused()  # not lost with the button


def test_a_page_may_show_the_answer_itself_and_name_the_tools(open_host):
    words = '<span slot="undo">Zurück</span><span slot="hint">Male eine Ziffer</span>'
    page = open_host(
        f"<digit-board no-answer>{words}</digit-board><digit-board no-tools></digit-board>"
    )
    draw(get_sheet(page).first, 7)
    expect_value(page, "7")
    assert page.get_by_text("seven").first.is_hidden()
    expect(page.get_by_role("button", name="Zurück")).to_be_visible()
    assert page.get_by_role("button", name="Undo").count() == 0


# A field of a form.


@pytest.mark.quick
def test_a_form_sends_the_digit(open_host):
    page = open_host(FORM)
    draw(get_sheet(page, FIELD), 7)
    expect_value(page, "7")
    assert ask(page, "[...new FormData(board.form)].join()") == "answer,7"
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/page.html?answer=7")


@pytest.mark.quick
def test_a_required_digit_must_be_drawn_and_be_one(open_host):
    page = open_host(FORM)
    page.get_by_role("button", name="Send").click()
    assert "?" not in page.url
    assert ask(
        page, "[board.validity.valueMissing, board.validationMessage, board.matches(':invalid')]"
    ) == [
        True,
        "Draw a digit.",
        True,
    ]
    expect(get_sheet(page, FIELD)).to_be_focused()
    box = get_sheet(page, FIELD).bounding_box()
    page.mouse.click(box["x"] + 140, box["y"] + 140)
    wait_until(
        page, "document.querySelector('digit-board').validationMessage === 'Draw the digit larger.'"
    )
    assert ask(page, "[board.validity.badInput, board.value]") == [True, ""]
    set_strokes = f"board.strokes = {json.dumps(list_strokes(7))}"
    assert ask(page, f"({set_strokes}, board.validity.badInput)")  # it is not read yet
    expect_value(page, "7")
    assert ask(page, "board.reportValidity()")
    ask(page, "board.setCustomValidity('Not this one.')")
    assert ask(page, "[board.validity.customError, board.validationMessage]") == [
        True,
        "Not this one.",
    ]


def test_a_reset_empties_the_board_for_good(open_host):
    page = open_host(FORM)
    draw(get_sheet(page, FIELD), 7)
    expect_value(page, "7")
    page.get_by_role("button", name="Again").click()
    assert ask(page, "[board.value, board.strokes.length]") == ["", 0]
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()


@pytest.mark.parametrize("around", ["<fieldset disabled>{}</fieldset>", "{}"])
def test_a_disabled_board_is_not_drawn_on_and_not_sent(open_host, around):
    attribute = "" if "fieldset" in around else " disabled"
    page = open_host(
        f"<form>{around.format(f'<digit-board name=a{attribute}></digit-board>')}</form>"
    )
    draw(get_sheet(page), 7)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.wait_for_timeout(LONG_ENOUGH)
    assert ask(page, "[board.strokes.length, [...new FormData(board.form)].length]") == [0, 0]
    assert ask(page, "board.willValidate") is False
    page.evaluate("for (const e of document.querySelectorAll('[disabled]')) e.disabled = false")
    draw(get_sheet(page), 7)
    expect_value(page, "7")
    assert ask(page, "[...new FormData(board.form)].join()") == "a,7"


def test_a_board_that_is_disabled_in_the_middle_of_a_stroke_ends_it(open_host):
    page = open_host(BOARD)
    draw(get_sheet(page), 7, lift=False)
    count = ask(page, "(board.disabled = true, board.strokes[0].length)")
    page.mouse.move(5, 5)
    page.mouse.up()
    assert ask(page, "board.strokes[0].length") == count


def test_a_disabled_board_keeps_what_is_drawn_from_keys_too(open_host):
    page = open_host(BOARD)
    draw(get_sheet(page), 7)
    expect_value(page, "7")
    ask(page, "(board.disabled = true)")
    get_sheet(page).click(force=True)
    for key in ("Escape", "Control+z"):
        page.keyboard.press(key)
    assert ask(page, "board.strokes.length") == 1


def test_a_board_that_leaves_the_page_ends_the_stroke_and_is_drawn_on_again(open_host):
    page = open_host(f"<main>{BOARD}</main>")
    draw(get_sheet(page), 7, lift=False)
    page.evaluate("{ window.board = document.querySelector('digit-board'); board.remove(); }")
    page.mouse.up()
    page.evaluate("document.querySelector('main').append(board)")
    expect_value(page, "7")
    page.get_by_role("button", name="Clear").click()
    draw(get_sheet(page), 2)
    expect_value(page, "2")


def test_a_label_names_the_board_and_leads_to_it(open_host):
    page = open_host(FORM)
    page.get_by_text("Your answer").click()
    expect(get_sheet(page, FIELD)).to_be_focused()
    assert ask(page, "board.labels.length") == 1


@pytest.mark.parametrize("before", ["", NO_INTERNALS])
def test_a_label_that_comes_later_names_the_board_when_it_gets_the_focus(open_host, before):
    page = open_host('<digit-board id="late"></digit-board>', before=before)
    page.evaluate("""() => {
      const label = document.createElement("label");
      label.htmlFor = "late";
      label.append("Late");
      document.body.append(label);
    }""")
    page.keyboard.press("Tab")
    expect(page.locator("canvas")).to_have_accessible_name("Late")


@pytest.mark.quick
def test_that_a_digit_is_required_is_said_with_the_name(open_host):
    page = open_host(FORM)
    expect(page.locator("canvas")).to_have_accessible_name("Your answer, required")
    ask(page, "board.required = false")
    expect(page.locator("canvas")).to_have_accessible_name("Your answer")


def test_several_boards_are_each_for_itself_and_fetch_the_network_once(open_host):
    fetched = []
    page = open_host("<form></form>")
    page.on("request", lambda request: fetched.append(request.url.rpartition("/")[2]))
    page.evaluate("""() => {
      for (const name of ["a", "b", "c"]) {
        const board = document.createElement("digit-board");
        board.name = name;
        board.setAttribute("aria-label", name);
        document.querySelector("form").append(board);
      }
    }""")
    for name, digit in zip("abc", (7, 1, 4), strict=True):
        draw(get_sheet(page, name), digit)
        expect_value(page, str(digit), f"digit-board[name={name}]")
    assert page.evaluate("new URLSearchParams(new FormData(document.forms[0])).toString()") == (
        "a=7&b=1&c=4"
    )
    assert fetched.count("digit-board.bin") == 1


@pytest.mark.parametrize("before", ["", NO_INTERNALS])
def test_it_is_sent_once_by_the_form_that_it_belongs_to(open_host, before):
    page = open_host(
        f"<form id=one>{BOARD}</form><form id=two><fieldset></fieldset></form>", before=before
    )
    page.evaluate(f"""() => {{
      window.board = document.querySelector("digit-board");
      window.copy = null;
      window.fieldset = document.querySelector("fieldset");
      window.send = () => [...document.forms].map((form) =>
        new URLSearchParams(new FormData(form)).toString());
      board.name = "early";
      board.strokes = {json.dumps(list_strokes(7))};
    }}""")
    expect_value(page, "7")
    assert page.evaluate("(board.name = 'a', send())") == ["a=7", ""]
    for change, sent in (
        ("board.after(window.copy = board.cloneNode(true))", ["a=7&a=", ""]),
        ("copy.name = 'b'", ["a=7&b=", ""]),
        ("fieldset.append(board)", ["b=", "a=7"]),
        ("fieldset.disabled = true", ["b=", ""]),
        ("fieldset.disabled = false", ["b=", "a=7"]),
        ("board.setAttribute('form', 'one')", ["b=&a=7", ""]),
        ("copy.remove()", ["a=7", ""]),
        ("board.removeAttribute('name')", ["", ""]),
    ):
        assert page.evaluate(f"({change}, send())") == sent, change
    assert page.evaluate("board.form.id") == "one"
    page.evaluate("document.forms[1].reset()")
    page.evaluate("new Promise((resume) => setTimeout(resume))")
    assert page.evaluate("board.value") == "7"
    page.evaluate("board.form.reset()")
    expect_value(page, "")


@pytest.mark.parametrize("before", ["", NO_INTERNALS])
def test_it_works_in_a_shadow_root_and_in_a_form_there(open_host, files, before):
    files["inner.js"] = f"""
    const root = document.querySelector("main").attachShadow({{ mode: "open" }});
    const parts = new DOMParser().parseFromString({json.dumps(FORM)}, "text/html").body.children;
    root.append(...parts);""".encode()
    body = '<main></main><script type="module" src="inner.js"></script>'
    page = open_host(body, before=before)
    draw(get_sheet(page, FIELD), 7)
    expect_value(page, "7")
    assert ask(page, "[...new FormData(board.form)].join()") == "answer,7"
    assert page.evaluate("heard.some(([kind]) => kind === 'input')")  # it leaves the shadow root
    page.get_by_role("button", name="Again").click()
    assert ask(page, "board.strokes.length") == 0


def test_what_was_drawn_is_there_again_after_going_back(open_host):
    page = open_host(FORM)
    draw(get_sheet(page, FIELD), 7)
    expect_value(page, "7")
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/page.html?answer=7")
    page.go_back()
    expect_value(page, "7")
    assert ask(page, "board.strokes.length") == 1


# Browsers that have less.


def test_without_internals_a_hidden_input_is_sent(open_host):
    page = open_host(FORM, before=NO_INTERNALS)
    assert page.evaluate("typeof ElementInternals") == "undefined"
    page.evaluate("document.forms[0].addEventListener('submit', () => { window.isSent = true; })")
    page.get_by_role("button", name="Send").click()
    assert "?" not in page.url
    assert page.evaluate("window.isSent") is None  # as with internals, no listener hears of it
    expect(get_sheet(page, FIELD)).to_be_focused()
    draw(get_sheet(page, FIELD), 7)
    expect_value(page, "7")
    assert page.locator("input[type=hidden]").get_attribute("name") == "answer"
    assert ask(page, "[[...new FormData(board.form)].join(), board.labels.length]") == [
        "answer,7",
        1,
    ]
    page.get_by_role("button", name="Again").click()
    expect_value(page, "")
    ask(page, "(board.disabled = true)")
    assert ask(page, "[...new FormData(board.form)].length") == 0
    draw(get_sheet(page, FIELD), 7)
    assert ask(page, "board.strokes.length") == 0
    ask(page, "(board.disabled = false)")
    page.get_by_text("Your answer").click()
    expect(get_sheet(page, FIELD)).to_be_focused()
    ask(page, "(board.innerHTML = '<span slot=hint>Here</span>')")  # which takes the input away
    draw(get_sheet(page, FIELD), 7)
    expect_value(page, "7")
    ask(page, "(board.innerHTML = '')")
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/page.html?answer=7")


def test_without_constructed_style_sheets_the_file_beside_the_script_styles_it(open_host):
    page = open_host(BOARD, before=NO_SHEETS)
    styled = open_host(BOARD)
    expect(get_sheet(page)).to_be_visible()
    for each in (page, styled):
        draw(get_sheet(each), 7)
        expect_value(each, "7")
    assert get_sheet(page).bounding_box() == get_sheet(styled).bounding_box()


def test_a_board_that_moves_into_a_frame_and_back_keeps_its_style(open_host):
    page = open_host(f"<main>{BOARD}</main><iframe></iframe>")
    page.evaluate("window.board = document.querySelector('digit-board')")
    for home in ("frames[0].document.body", "document.querySelector('main')"):
        page.evaluate(f"{home}.append(board)")
        canvas = "board.shadowRoot.querySelector('canvas')"
        assert page.evaluate(f"getComputedStyle({canvas}).cursor") == "crosshair", home


def test_a_canvas_that_is_hidden_from_the_page_is_read_by_its_strokes(open_host):
    page = open_host(BOARD, before=WHITE)
    draw(get_sheet(page), 7)
    expect_value(page, "7")


def test_a_policy_without_workers_lets_the_page_read(browser, files):
    files["page.html"] = write_page(SCRIPT, BOARD)
    context = browser.new_context()  # its console says what the policy refused
    with serve_files(files, headers=WITHOUT_WORKER) as url:
        page = context.new_page()
        page.goto(f"{url}page.html")
        draw(get_sheet(page), 7)
        expect_value(page, "7")
        context.close()


def test_a_script_of_another_origin_reads_in_the_page(browser, files):
    page_files = {}
    context = browser.new_context()
    with (
        serve_files(files, headers={"Access-Control-Allow-Origin": "*"}) as other,
        serve_files(page_files) as own,
    ):
        script = SCRIPT.replace("digit-board.js", f"{other}digit-board.js")
        page_files["page.html"] = write_page(script, BOARD)
        page = context.new_page()
        page.goto(f"{own}page.html")
        draw(get_sheet(page), 7)
        expect_value(page, "7")
        assert page.workers == []
        context.close()


# Where it lies, and what is missing there.


@pytest.mark.quick
def test_it_reads_offline_once_it_is_loaded(open_host):
    page = open_host(BOARD)
    draw(get_sheet(page), 1)
    expect_value(page, "1")
    page.context.set_offline(True)
    page.get_by_role("button", name="Clear").click()
    draw(get_sheet(page), 7)
    expect_value(page, "7")
    another = """document.body.append(document.createElement("digit-board"))"""
    page.evaluate(another)
    draw(get_sheet(page).nth(1), 4)
    expect_value(page, "4", "digit-board:nth-of-type(2)")
    page.context.set_offline(False)


def test_everything_is_found_beside_the_script(open_host, files):
    for name in ("digit-board.js", "digit-board.bin", "digit-board.css"):
        files[f"some/where/{name}"] = files.pop(name)
    page = open_host(BOARD, SCRIPT.replace("digit-board.js", "some/where/digit-board.js?v=2"))
    draw(get_sheet(page), 7)
    expect_value(page, "7")


def test_other_weights_are_found_from_the_page(open_host, files):
    files["nets/mine.bin"] = files.pop("digit-board.bin")
    page = open_host('<digit-board weights="nets/mine.bin"></digit-board>')
    draw(get_sheet(page), 7)
    expect_value(page, "7")
    assert ask(page, "board.weights").endswith("/nets/mine.bin")


@pytest.mark.failed_requests
def test_weights_that_are_changed_while_others_load_read_in_the_end(open_host, files):
    files["other.bin"] = files["digit-board.bin"]
    page = open_host("<form></form>")
    asked = []
    page.context.on("request", lambda request: asked.append(request.url.split("/")[-1]))
    strokes = json.dumps(list_strokes(7))
    page.evaluate(
        f"""{{
          const board = document.createElement("digit-board");
          document.querySelector("form").append(board);
          board.strokes = {strokes};
          board.weights = "http://[";  // no address at all
          board.weights = "other.bin";
        }}"""
    )
    expect_value(page, "7")
    assert "other.bin" in asked


def test_other_weights_read_anew_and_the_last_board_that_leaves_a_network_ends_it(open_host, files):
    files["other.bin"] = files["digit-board.bin"]
    page = open_host(f'{BOARD}<digit-board id="second"></digit-board>')
    draw(get_sheet(page).first, 7)
    expect_value(page, "7")
    page.evaluate("heard.length = 0")
    asked = []
    page.context.on("request", lambda request: asked.append(request.url.split("/")[-1]))
    state = "board.value, board.reading, board.validity.badInput"
    assert ask(page, f"(board.weights = 'other.bin', [{state}])") == ["", None, True]
    expect_value(page, "7")
    assert page.evaluate("heard") == [["input", ""], ["input", "7"]]
    assert ask(page, "(board.weights = 'other.bin', board.value)") == "7"  # the same weights again
    ask(page, f"(board.strokes = {json.dumps(list_strokes(4))})", "#second")
    expect_value(page, "4", "#second")
    assert asked == ["digit-board.js", "other.bin"]  # what the second board needs has stayed
    assert len(page.workers) == 2
    with page.workers[0].expect_event("close"):
        ask(page, "(board.weights = 'other.bin')", "#second")
    expect_value(page, "4", "#second")
    assert len(asked) == 2


@pytest.mark.failed_requests
def test_other_weights_do_not_wait_for_those_that_failed(open_host, files):
    files["good.bin"] = files["digit-board.bin"]
    page = open_host('<digit-board weights="bad.bin"></digit-board>', before=ENDLESS_PAUSES)
    draw(get_sheet(page), 7)
    expect(page.locator("digit-board")).to_contain_text("The network could not be loaded")
    ask(page, "(board.weights = 'good.bin')")
    expect_value(page, "7")


@pytest.mark.failed_requests
def test_a_network_that_does_not_load_is_said_and_the_drawing_kept(open_host, files, complaints):
    weights = files.pop("digit-board.bin")
    page = open_host(FORM)
    expect(page.locator("digit-board")).to_contain_text("The network could not be loaded.")
    expect(page.locator("digit-board")).not_to_contain_text("kept")  # nothing is drawn
    page.evaluate("""() => {
      window.errors = [];
      const board = document.querySelector("digit-board");
      board.addEventListener("error", ({ message }) => errors.push(message));
      board.weights = "digit-board.bin";
    }""")
    draw(get_sheet(page, FIELD), 7)
    expect(page.locator("digit-board")).to_contain_text("Your drawing is kept.")
    wait_until(page, "errors.length === 1")
    said = [line for line in complaints if "digit-board.bin answers 404" in line]
    assert len(said) == 2  # of each loading that began anew, however often it was tried
    assert ask(page, "[board.value, board.strokes.length, board.validity.badInput]") == [
        "",
        1,
        True,
    ]
    files["digit-board.bin"] = weights
    expect_value(page, "7")
    assert page.evaluate("errors.length") == 1


@pytest.mark.failed_requests
def test_weights_that_are_damaged_are_not_taken(open_host, files):
    weights = bytearray(files["digit-board.bin"])
    weights[1000] ^= 1
    files["digit-board.bin"] = bytes(weights)
    page = open_host(BOARD)
    draw(get_sheet(page), 7)
    expect(page.locator("digit-board")).to_contain_text("The network could not be loaded")


def test_the_modules_read_as_the_component_does(open_host, files):
    for path in (ROOT / "static" / "js").rglob("*.js"):
        files[path.relative_to(ROOT).as_posix()] = path.read_bytes()
    files["digit-board.weights"] = files["digit-board.bin"]
    board = '<digit-board weights="digit-board.bin"></digit-board>'
    readings = []
    for script in ("digit-board.js", "static/js/element/start.js"):
        page = open_host(board, SCRIPT.replace("digit-board.js", script))
        for digit in (2, 5, 8):
            ask(page, f"(board.strokes = {json.dumps(list_strokes(digit))})")
            expect_value(page, str(digit))
            readings.append(ask(page, "Object.assign({}, board.reading, { milliseconds: null })"))
    assert readings[:3] == readings[3:]


# How it looks.


def read_first_example(script: str) -> str:
    """The guide's first page, with its board twice and another script."""
    example = GUIDE.read_text(encoding="utf-8").partition("```html\n")[2].partition("```")[0]
    label = next(line for line in example.splitlines() if "<label>" in line)
    return example.replace(label, label * 2).replace("digit-board/digit-board.js", script)


def test_the_guides_first_example_fits_a_phone_and_says_where_a_board_is_missing(open_page, files):
    files["page.html"] = write_page("", read_first_example("digit-board.js"))
    files["lost.html"] = write_page("", read_first_example("index.js"))  # as from file:
    with serve_files(files) as url:
        page = open_page(f"{url}page.html", viewport={"width": 390, "height": 1200})
        boards = page.locator("digit-board")
        first, second = (boards.nth(index).bounding_box() for index in (0, 1))
        assert second["y"] > first["y"] + first["height"] + 8
        assert first["x"] < 20  # its words are above it
        page.goto(f"{url}lost.html")
        words = "getComputedStyle(board, '::before').content"
        assert ask(page, words) == '"The drawing board has not been loaded."'
        assert boards.first.bounding_box()["height"] > 10
        page.close()


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_the_example_is_accessible_and_fits(open_page, files, width, scheme):
    with serve_files(files, headers=STRICT) as url:
        size = {"width": width, "height": 800}
        page = open_page(f"{url}index.html", viewport=size, color_scheme=scheme)
        draw(get_sheet(page, "3 + 4 is, required"), 7)
        draw(get_sheet(page, "9 − 4 is, required"), 5)
        expect_value(page, "7", "#first")
        expect_value(page, "5", "#second")
        check_axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.get_by_role("button", name="Check").click()
        expect(page.get_by_text("Both are right.")).to_be_visible()
        page.close()


def test_a_page_styles_parts_and_colours(open_host, files):
    files["own.css"] = b"""
    digit-board { --digit-board-size: 200px; --digit-board-ink: rgb(0, 0, 255); }
    digit-board::part(answer) { background: rgb(255, 255, 0); }"""
    page = open_host(BOARD, f'<link rel="stylesheet" href="own.css">{SCRIPT}')
    colours = """[getComputedStyle(board.shadowRoot.querySelector("[part=ink]")).stroke,
      getComputedStyle(board.shadowRoot.querySelector("[part=answer]")).backgroundColor]"""
    assert ask(page, colours) == ["rgb(0, 0, 255)", "rgb(255, 255, 0)"]
    assert get_sheet(page).bounding_box()["width"] == pytest.approx(200, abs=2)


def test_it_follows_the_page_and_not_the_system(open_host, files):
    paper = 'getComputedStyle(board.shadowRoot.querySelector("[part=frame]")).backgroundColor'
    page = open_host(BOARD, color_scheme="dark")  # a page without a dark side
    light = ask(page, paper)
    page.evaluate("document.documentElement.style.colorScheme = 'light dark'")
    assert ask(page, paper) != light


def test_ink_is_seen_in_forced_colours(open_host):
    page = open_host(BOARD, forced_colors="active")
    draw(get_sheet(page), 7)
    expect_value(page, "7")
    assert ask(
        page, """getComputedStyle(board.shadowRoot.querySelector("[part=ink]")).stroke"""
    ) == (
        page.evaluate("""() => {
          const probe = document.body.appendChild(document.createElement("p"));
          probe.style.color = "CanvasText";
          return getComputedStyle(probe).color;
        }""")
    )
