"""Whose hand a request is: the machine's with the token, a browser's own with its cookie."""

import sqlite3
from http.cookies import SimpleCookie

import pytest

from tests.webapp.people import ADDRESS, TOKEN, Person, assert_problem, make_strokes
from webapp.store import DATABASE_FILE

OWN = [
    ("GET", ADDRESS, {}),
    ("GET", f"{ADDRESS}/{'x' * 22}", {}),
    ("DELETE", f"{ADDRESS}/{'x' * 22}", {}),
    ("DELETE", ADDRESS, {}),
    ("POST", f"{ADDRESS}/restore", {"json": {}}),
    ("GET", f"{ADDRESS}/export", {}),
]


def take_cookie(answer):
    """Return the cookie that an answer sets, with its attributes."""
    (header,) = answer.headers.getlist("Set-Cookie")
    (cookie,) = SimpleCookie(header).values()
    return cookie


@pytest.mark.parametrize(("method", "path", "options"), OWN, ids=str)
def test_without_cookie_or_token_nothing_is_handed_out_or_changed(pupil, method, path, options):
    assert_problem(pupil.ask(method, path, **options), 403, "no drawings here", "token")


def test_without_cookie_or_token_one_may_read(pupil, tmp_path):
    assert pupil.read()["digit"] == 7
    assert not (tmp_path / "instance").exists()


def test_a_browser_gets_a_hand_at_its_first_confirmed_drawing(pupil):
    pupil.read()
    assert pupil.client.get_cookie("board-hand") is None
    pupil.keep(1)
    assert pupil.client.get_cookie("board-hand") is not None
    assert pupil.list()["total"] == 1


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(pupil):
    cookie = take_cookie(pupil.confirm(1))
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert cookie["path"] == "/"
    assert int(cookie["max-age"]) == 365 * 24 * 3600
    assert not cookie["secure"]
    assert len(cookie.value) >= 32


def test_under_https_the_cookie_is_secure(pupil):
    body = {"strokes": make_strokes(), "label": 1}
    answer = pupil.client.post(ADDRESS, json=body, base_url="https://localhost")
    assert take_cookie(answer)["secure"]


def test_the_cookie_belongs_to_the_boards_own_path(make_app):
    answer = Person(make_app(PREFIX="/class/board")).ask(
        "POST", f"/class/board{ADDRESS}", json={"strokes": make_strokes(), "label": 1}
    )
    assert take_cookie(answer)["path"] == "/class/board"


def test_behind_a_proxy_the_cookie_follows_what_the_proxy_says(make_app):
    headers = {"X-Forwarded-Prefix": "/board", "X-Forwarded-Proto": "https"}
    body = {"strokes": make_strokes(), "label": 1}
    person = Person(make_app(BEHIND_PROXY=True))
    cookie = take_cookie(person.ask("POST", ADDRESS, json=body, headers=headers))
    assert cookie["path"] == "/board"
    assert cookie["secure"]


def test_the_key_is_stored_hashed(pupil, tmp_path):
    pupil.keep(1)
    key = pupil.client.get_cookie("board-hand").value
    for path in (tmp_path / "instance").iterdir():
        assert key.encode() not in path.read_bytes()


def test_each_browser_has_a_hand_of_its_own(pupil, other):
    pupil.keep(1, 1)
    other.keep(4, 2)
    assert pupil.list()["counts"] == {"1": 1}
    assert other.list()["counts"] == {"4": 1}
    assert other.read(1)["digit"] != 1


def test_another_hands_drawing_is_not_found(pupil, other):
    kept = pupil.keep(1)
    other.keep(4, 2)
    for method in ("GET", "DELETE"):
        answer = other.ask(method, f"{ADDRESS}/{kept['id']}")
        assert_problem(answer, 404, "no drawing with this id")
    assert pupil.list()["total"] == 1


def test_deleting_all_leaves_other_hands_alone(pupil, other):
    pupil.keep(1)
    other.keep(4)
    other.ask("DELETE", ADDRESS)
    assert (pupil.list()["total"], other.list()["total"]) == (1, 0)


def test_somebody_else_draws_now(pupil):
    pupil.keep(1)
    answer = pupil.ask("POST", "/api/hands", json={})
    assert answer.status_code == 201
    assert take_cookie(answer)["httponly"]
    assert pupil.list()["total"] == 0
    assert pupil.read()["digit"] == 7


@pytest.mark.parametrize("key", ["x", "x" * 500, "%00", "é", "' OR 1=1 --"])
def test_a_cookie_that_is_no_hands_is_like_none(pupil, other, key):
    other.keep(1)
    pupil.client.set_cookie("board-hand", key)
    assert_problem(pupil.ask("GET", ADDRESS), 403, "no drawings here")
    assert pupil.read()["because"] is None
    assert pupil.confirm(2).status_code == 201
    assert pupil.list()["total"] == 1


def test_the_token_opens_the_machines_hand(teacher, pupil):
    teacher.keep(1, 1)
    pupil.keep(4, 2)
    assert teacher.list()["counts"] == {"1": 1}
    assert teacher.read(1)["digit"] == 1
    assert teacher.client.get_cookie("board-hand") is None


def test_the_token_opens_all_hands_together(teacher, pupil, other):
    for label, person in enumerate((teacher, pupil, other)):
        person.keep(label, label)
    assert teacher.list(hands="all")["counts"] == {"0": 1, "1": 1, "2": 1}
    assert len(teacher.download(hands="all")) > len(teacher.download())


def test_all_hands_together_need_the_token(pupil):
    pupil.keep(1)
    for path in (ADDRESS, f"{ADDRESS}/export"):
        answer = pupil.ask("GET", path, query_string={"hands": "all"})
        assert_problem(answer, 403, "need the token")


@pytest.mark.parametrize("hands", ["", "All", "mine", "1"])
def test_there_are_no_other_hands_to_ask_for(teacher, hands):
    assert_problem(teacher.ask("GET", ADDRESS, query_string={"hands": hands}), 400, "`hands`")


@pytest.mark.parametrize("token", ["", "x", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "é", "\xff"])
def test_a_wrong_token_is_refused_even_with_a_cookie(pupil, token):
    pupil.keep(1)
    answer = pupil.ask("GET", ADDRESS, headers={"X-Board-Token": token})
    assert_problem(answer, 403, "The token is not this server's")
    assert answer.get_json()["wrong_token"] is True


def test_with_a_wrong_token_a_drawing_is_read_and_the_answer_says_so(pupil):
    pupil.keep(1)
    pupil.headers = {"X-Board-Token": "of the server before"}
    reading = pupil.read()
    assert reading["digit"] == 7
    assert "The token is not this server's" in reading["memory_problem"]


def test_stored_things_need_a_trusted_host(owner):
    owner.keep(1)
    host = {"Host": "rebound.example"}
    for method, path, options in [*OWN, ("POST", "/api/hands", {"json": {}})]:
        answer = owner.ask(method, path, headers=host, **options)
        assert_problem(answer, 403, "--trusted-host")
    answer = owner.ask("POST", ADDRESS, json={"strokes": make_strokes(), "label": 1}, headers=host)
    assert_problem(answer, 403, "--trusted-host")
    reading = owner.ask("POST", "/api/predict", json={"strokes": make_strokes()}, headers=host)
    assert reading.get_json()["because"] is None


def test_a_zip_needs_the_boards_header(owner):
    owner.keep(1)
    content = owner.download()
    assert_problem(owner.load(content, **{"X-Board": "0"}), 403, "X-Board: 1")


def test_other_sites_cannot_change_anything(owner):
    kept = owner.keep(1)
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    for method, path in (("DELETE", f"{ADDRESS}/{kept['id']}"), ("DELETE", ADDRESS)):
        assert_problem(owner.ask(method, path, headers=elsewhere), 403, "other sites")
    assert owner.list()["total"] == 1


def test_a_hand_has_no_name(pupil, tmp_path):
    pupil.keep(1)
    with sqlite3.connect(tmp_path / "instance" / DATABASE_FILE) as database:
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        columns = {
            column[1]
            for (table,) in tables
            for column in database.execute(f"PRAGMA table_info({table})")
        }
    database.close()
    assert not columns & {"name", "address", "ip", "user_agent", "email"}
