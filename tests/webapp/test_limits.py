"""Who asks too often for what costs much is told when to ask again; nobody else is held up."""

import pytest

from tests.webapp.people import TOKEN, Person, assert_problem, make_strokes
from webapp.hands.whose import COOKIE
from webapp.serving import limits
from webapp.store import DATABASE_FILE
from webapp.store.errors import StoreGoneError

EXPLAIN = "/api/explain"


@pytest.fixture(autouse=True)
def strict_limits(monkeypatch):
    """Two of everything: the real numbers would take long to reach."""
    strict = {scope: ("2/minute", views) for scope, (_, views) in limits.LIMITS.items()}
    monkeypatch.setattr(limits, "LIMITS", strict)
    monkeypatch.setattr(limits, "HANDS", ("3/hour", limits.HANDS[1]))


def ask_why(person, **options):
    """Ask for an explanation that is refused: a request counts, whatever it asks."""
    return person.ask("POST", EXPLAIN, json={"methods": []}, **options)


def from_address(address):
    return {"environ_overrides": {"REMOTE_ADDR": address}}


def test_who_asks_too_often_is_told_when_to_ask_again(pupil):
    assert [ask_why(pupil).status_code for _ in range(2)] == [400, 400]
    refused = ask_why(pupil)
    assert_problem(refused, 429, "too often", "Ask again in")
    assert 1 <= int(refused.headers["Retry-After"]) <= 61  # up to the next whole second
    assert f"{refused.headers['Retry-After']} seconds" in refused.get_json()["detail"]


def test_photos_explanations_and_stored_things_count_apart_and_readings_not_at_all(pupil):
    for _ in range(3):
        ask_why(pupil)
    photo = pupil.ask("POST", "/api/read-photo", json={}, headers={"X-Board": "1"})
    assert photo.status_code == 400
    assert pupil.confirm(7).status_code == 201
    assert all(pupil.read()["status"] == "digit" for _ in range(5))


def test_storing_and_deleting_count_together(pupil):
    kept = pupil.keep(7)  # begins a hand, which counts apart
    pupil.keep(7, 1)
    assert pupil.delete(kept["id"]) == 204
    assert pupil.delete(kept["id"]) == 429
    assert pupil.list()["total"] == 1


def test_one_hand_does_not_use_up_another_ones_limit_behind_the_same_address(pupil, other):
    for person in (pupil, other):
        assert person.ask("POST", "/api/hands", json={}).status_code == 201
    pupil.keep(1)
    pupil.keep(2, 1)
    assert pupil.confirm(3, 2).status_code == 429
    other.keep(3, 2)


def test_a_made_up_cookie_gives_nobody_a_limit_of_their_own(pupil):
    for number in range(2):
        pupil.client.set_cookie(COOKIE, f"made up {number}")
        assert ask_why(pupil).status_code == 400
    pupil.client.set_cookie(COOKIE, "made up again")
    assert ask_why(pupil).status_code == 429


def test_hands_are_begun_from_one_address_only_so_often(shared_app):
    started = [Person(shared_app).ask("POST", "/api/hands", json={}) for _ in range(2)]
    assert [answer.status_code for answer in started] == [201, 201]
    assert Person(shared_app).confirm(7).status_code == 201  # which begins the third
    assert_problem(Person(shared_app).confirm(7), 429, "too often")
    assert_problem(Person(shared_app).ask("POST", "/api/hands", json={}), 429, "too often")


def test_a_zip_that_begins_a_hand_counts_as_one(make_app, monkeypatch):
    monkeypatch.setitem(limits.LIMITS, "archives", ("9/minute", limits.LIMITS["archives"][1]))
    app = make_app()
    teacher = Person(app, TOKEN)
    teacher.keep(7)
    content = teacher.download()
    assert [Person(app).load(content).status_code for _ in range(3)] == [200] * 3
    assert_problem(Person(app).load(content), 429, "too often")
    assert_problem(Person(app).ask("POST", "/api/hands", json={}), 429, "too often")


def test_who_has_a_hand_begins_none_by_confirming(pupil, shared_app):
    pupil.keep(7)
    for _ in range(2):
        Person(shared_app).ask("POST", "/api/hands", json={})
    assert pupil.confirm(7, 1).status_code == 201


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:1:1::1", "2001:db8:1:1:ffff::2", True),  # one household
        ("2001:db8:1:1::1", "2001:db8:1:2::1", False),
        ("", "", True),
    ],
)
def test_who_has_no_hand_is_known_by_address(pupil, first, second, together):
    for _ in range(2):
        ask_why(pupil, **from_address(first))
    assert ask_why(pupil, **from_address(second)).status_code == (429 if together else 400)


def test_who_uses_the_board_alone_has_no_limit(owner):
    owner.headers = {}
    assert [ask_why(owner).status_code for _ in range(5)] == [400] * 5


def test_who_has_the_token_has_no_limit(teacher):
    assert [ask_why(teacher).status_code for _ in range(5)] == [400] * 5


def test_the_limits_hold_while_the_store_is_broken(pupil, tmp_path):
    (tmp_path / "instance").mkdir()
    (tmp_path / "instance" / DATABASE_FILE).write_bytes(b"not a database" * 100)
    pupil.client.set_cookie(COOKIE, "of somebody")
    assert [ask_why(pupil).status_code for _ in range(3)] == [400, 400, 429]


def test_every_limited_view_exists_and_the_limits_can_be_left_out(make_app):
    app = make_app(LIMITS=False)
    named = {view for _, views in limits.LIMITS.values() for view in views} | set(limits.HANDS[1])
    assert named <= set(app.view_functions)
    person = Person(app)
    body = {"strokes": make_strokes(), "label": 7}
    answers = [person.ask("POST", "/api/drawings", json=body).status_code for _ in range(5)]
    assert answers == [201, 200, 200, 200, 200]


def test_an_ipv4_address_is_itself_on_a_server_of_both_kinds(pupil):
    for _ in range(2):
        ask_why(pupil, **from_address("::ffff:192.0.2.1"))
    assert ask_why(pupil, **from_address("::ffff:192.0.2.2")).status_code == 400
    assert ask_why(pupil, **from_address("192.0.2.1")).status_code == 429


def test_a_class_behind_one_address_confirms_its_first_drawings_at_once(make_app, monkeypatch):
    monkeypatch.setattr(limits, "HANDS", ("30/hour", limits.HANDS[1]))
    app = make_app()
    assert [Person(app).confirm(7).status_code for _ in range(10)] == [201] * 10


def test_with_a_wrong_token_reasons_and_photos_are_answered_and_counted(shared_app):
    person = Person(shared_app, TOKEN + "x")
    assert [ask_why(person).status_code for _ in range(3)] == [400, 400, 429]


def test_a_store_that_does_not_answer_is_asked_once(pupil, shared_app, monkeypatch):
    asked = []

    def fail():
        asked.append(1)
        raise StoreGoneError("The database does not answer.")

    pupil.client.set_cookie(COOKIE, "of somebody")
    monkeypatch.setattr(limits, "find_hand", fail)
    for _ in range(3):
        ask_why(pupil)
    assert len(asked) == 1
