"""POST /api/runs on drawings: further from what is served, or from fresh weights."""

import sys
import time

import pytest

from tests.webapp.people import TOKEN, Person, assert_problem

# In place of a training: it prints the flags that it was given, into the run's log.txt.
ECHO = (sys.executable, "-c", "import sys; print(*sys.argv[1:], flush=True)")
HAND = {"model": "linear", "data": "drawings", "start": "served"}


@pytest.fixture
def app(make_app):
    return make_app(TRAIN_COMMAND=ECHO)


@pytest.fixture
def teacher(app):
    return Person(app, TOKEN)


def start(person, **body):
    return person.ask("POST", "/api/runs", json=body)


def read_flags(tmp_path, answer):
    """The flags of the training that was started."""
    assert answer.status_code == 201, answer.get_json()
    log = tmp_path / "instance" / "runs" / answer.get_json()["id"] / "log.txt"
    for _ in range(600):
        if log.exists() and log.read_text().endswith("\n"):
            return log.read_text().split()
        time.sleep(0.05)
    raise AssertionError("the training did not start")


def test_a_hand_is_learned_further_from_what_is_served(teacher, tmp_path):
    answer = start(teacher, **HAND)
    flags = read_flags(tmp_path, answer)
    assert answer.get_json()["kind"] == "hand"
    assert answer.get_json()["data"] == "drawings"
    assert flags[flags.index("--model") + 1] == "linear"
    assert "--drawings" in flags
    assert "--no-refresh" not in flags  # what it makes is judged, and served if it is better
    assert "--all-hands" not in flags


def test_all_hands_together_can_be_learned(teacher, tmp_path):
    assert "--all-hands" in read_flags(tmp_path, start(teacher, **HAND, hands="all"))


def test_mnist_is_looked_for_where_the_server_was_told(make_app, tmp_path):
    app = make_app(TRAIN_COMMAND=ECHO, DATA_DIR=tmp_path / "mnist")
    flags = read_flags(tmp_path, start(Person(app, TOKEN), **HAND))
    assert flags[flags.index("--data") + 1] == str(tmp_path / "mnist")


def test_drawings_are_data_for_fresh_weights_too(teacher, tmp_path):
    answer = start(teacher, model="linear", data="drawings")
    flags = read_flags(tmp_path, answer)
    assert answer.get_json()["kind"] == "train"
    assert flags[flags.index("--learn-from") + 1] == "drawings"
    assert "--no-refresh" in flags
    assert "--drawings" not in flags


def test_nobody_lets_a_network_learn_without_the_token(app, tmp_path):
    assert_problem(start(Person(app), **HAND), 403, "token")
    assert not (tmp_path / "instance" / "runs").exists()


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"data": "mnist"}, "`data` must be"),
        ({"data": "generated"}, "`data` must be"),
        ({"recipe": {"epochs": 3}}, "leave out `recipe`"),
        ({"hands": "mine"}, '`hands` must be "all"'),
        ({"hands": True}, '`hands` must be "all"'),
        ({"start": "somewhere"}, "`start` must be one of scratch, served"),
        ({"start": ["served"]}, "`start` must be one of scratch, served"),
    ],
)
def test_what_cannot_be_is_refused_and_the_field_named(changes, word, teacher, tmp_path):
    assert_problem(start(teacher, **HAND | changes), 400, word)
    assert not (tmp_path / "instance" / "runs").exists()


def test_all_hands_are_not_for_data_without_drawings(teacher):
    body = {"model": "linear", "data": "generated", "hands": "all"}
    assert_problem(start(teacher, **body), 400, '`hands` must be "all", with drawings')


def test_a_model_that_does_not_exist_is_not_found(teacher):
    assert_problem(start(teacher, **HAND | {"model": "abacus"}), 404)
