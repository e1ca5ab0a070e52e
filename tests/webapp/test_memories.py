"""What was confirmed counts from the next reading on, for every model, until it is deleted."""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from tests.digits import vary
from tests.shapes import DIGITS
from tests.webapp.fakes import FakeReader
from tests.webapp.people import ADDRESS, TOKEN, Person, make_strokes
from tests.webapp.store.made import make_drawing
from tests.webapp.store.statements import hear_statements
from webapp.hands.memories import AT_ONCE
from webapp.store.drawings import NewDrawing

ROOT = Path(__file__).resolve().parents[2]


def wait_for(condition, seconds=20):
    """Wait until a condition holds; fail if it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def test_the_next_reading_of_the_drawing_is_right_and_says_why(owner):
    assert owner.read()["because"] is None
    kept = owner.keep(1)
    reading = owner.read()
    assert reading["digit"] == 1
    because = reading["because"]
    assert (because["id"], because["label"]) == (kept["id"], 1)
    assert because["seen"] == reading["seen"]


def test_it_counts_for_every_model_at_once(owner):
    owner.keep(1)
    readings = owner.read(models=["first", "second"])["readings"]
    assert [reading["digit"] for reading in readings] == [1, 1]
    assert all(reading["because"] for reading in readings)


def test_a_confirmed_non_digit_is_refused(owner):
    owner.keep("not_a_digit")
    reading = owner.read()
    assert (reading["status"], reading["digit"]) == ("not_a_digit", None)
    assert reading["because"]["label"] == "not_a_digit"


def test_a_deleted_drawing_no_longer_counts(owner):
    kept = owner.keep(1)
    owner.read()
    owner.delete(kept["id"])
    reading = owner.read()
    assert (reading["digit"], reading["because"]) == (7, None)


def test_another_label_counts_from_the_next_reading_on(owner):
    owner.keep(1)
    owner.read()
    owner.keep(4)
    assert owner.read()["digit"] == 4


def test_what_another_process_stores_or_deletes_counts_too(owner, make_app):
    there = Person(make_app(), TOKEN)
    assert there.read()["digit"] == 7
    kept = owner.keep(1)
    assert there.read()["digit"] == 1
    owner.keep(4, 50)
    there.delete(kept["id"])
    assert owner.read()["digit"] != 1


def test_two_processes_that_store_in_turn_see_both_drawings(owner, make_app):
    there = Person(make_app(), TOKEN)
    for number in range(0, 40, 10):
        person, watcher = (owner, there) if number % 20 else (there, owner)
        person.keep(1, number)
        assert watcher.read(number)["digit"] == 1
        assert person.read(number)["digit"] == 1


def test_what_another_process_stores_in_the_same_moment_is_not_missed(shared_app):
    store, memories = (shared_app.extensions[name] for name in ("keeping", "memories"))
    store = store.open()
    hand = store.machine_hand()
    for forget in (False, True):
        mine, _ = store.put(hand, make_drawing(2 * forget))
        memories.recall(hand, ["first"])  # another thread's reading, after mine is stored
        if forget:
            revision = store.delete(hand, mine.id)
            memories.recall(hand, ["first"])
        store.put(hand, make_drawing(2 * forget + 1))  # another process
        if forget:
            memories.unlearn(hand, mine.id, revision)
        else:
            memories.learn(hand, mine)
        assert len(memories.recall(hand, ["first"])["first"]) == store.page(hand).total


def test_a_blank_board_has_no_reason(owner):
    owner.keep(1)
    reading = owner.read(strokes=[])
    assert (reading["status"], reading["because"]) == ("blank", None)


def test_an_unknown_model_is_still_named(owner):
    owner.keep(1)
    answer = owner.ask("POST", "/api/predict", json={"strokes": make_strokes(), "model": "x"})
    assert answer.status_code == 404


def fill_store(app, count, label=1):
    """Store drawings past the API, so that no model has made their features."""
    store = app.extensions["keeping"].open()
    reader = FakeReader()
    kept = []
    for number in range(count):
        strokes = [[[60, 60], [200 - number % 50, 60 + 2 * (number // 50)], [120, 220]]]
        seen = reader.read(draw(strokes)).seen
        kept.append(NewDrawing(strokes, bytes(seen), label, None, None, None))
    store.put_all(store.machine_hand(), kept)
    return [drawing.strokes for drawing in kept]


def draw(strokes):
    from ml.strokes import draw_freely

    return draw_freely([np.array(stroke, np.float32) for stroke in strokes])


def test_after_a_model_has_changed_its_features_are_made_in_the_background(make_app):
    app = make_app()
    person = Person(app, TOKEN)
    drawings = fill_store(app, AT_ONCE + 30)
    assert person.read(strokes=drawings[-1])["digit"] == 1  # the newest count at once
    store = app.extensions["keeping"].open()
    hand, version = store.machine_hand(), FakeReader().weights_version("first")
    wait_for(lambda: all(row[2] is not None for row in store.features(hand, "first", version)))
    wait_for(lambda: person.read(strokes=drawings[0])["digit"] == 1)


def test_features_of_other_weights_are_not_used(make_app):
    class Newer(FakeReader):
        def weights_version(self, name):
            return "fedcba987654"

        def features(self, name, seen):
            return super().features(name, seen)[:, ::3]

    older, newer = Person(make_app(), TOKEN), Person(make_app(READER=Newer()), TOKEN)
    older.keep(1)
    assert newer.read()["digit"] == 1
    assert older.read()["digit"] == 1


def test_reading_opens_no_store_until_something_is_stored(tmp_path):
    code = """
import sys
from pathlib import Path
from tests.webapp.fakes import FakeReader
from tests.webapp.people import TOKEN, Person
from webapp import create_app
folder = Path(sys.argv[1])
app = create_app({"READER": FakeReader(), "INSTANCE_DIR": folder, "TOKEN": TOKEN})
person = Person(app, TOKEN)
person.client.set_cookie("board-hand", "x")
assert person.read()["digit"] == 7
print(*[name for name in ("sqlalchemy", "alembic") if name in sys.modules], folder.exists())
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "instance")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "False"


def board(strokes):
    """Strokes of points in 0..1 as board pixels."""
    return [[[round(280 * x, 2), round(280 * y, 2)] for x, y in stroke] for stroke in strokes]


def test_the_shipped_network_reads_what_it_was_taught(make_app, real_reader):
    """A four that is drawn like a lightning: three of them are enough."""
    person = Person(make_app(READER=real_reader), TOKEN)
    random = np.random.default_rng(4)
    flash = [[(0.65, 0.15), (0.35, 0.5), (0.65, 0.5), (0.35, 0.88)]]
    first, *others = [board(vary(flash, random)) for _ in range(12)]
    assert person.read(strokes=first)["digit"] != 4
    for strokes in (first, *others[:2]):
        answer = person.ask("POST", ADDRESS, json={"strokes": strokes, "label": 4})
        assert answer.get_json()["reading"]["digit"] == 4
    right = [person.read(strokes=strokes)["digit"] == 4 for strokes in others[2:]]
    assert sum(right) >= 0.9 * len(right)
    for digit in range(10):
        assert person.read(strokes=board(DIGITS[digit]))["digit"] == digit


def test_a_correction_counts_without_reading_what_is_remembered_anew(make_app):
    app, reader = make_app(), FakeReader()
    person, store = Person(app, TOKEN), app.extensions["keeping"].open()
    hand, random = store.machine_hand(), np.random.default_rng(0)
    seen = random.integers(0, 256, (200, 784), np.uint8)
    rows = ((n % 11, row.tobytes()) for n, row in enumerate(seen))
    store.put_all(hand, [NewDrawing(None, row, label, None, None, None) for label, row in rows])
    made = reader.features("first", seen)
    ids = [drawing.id for drawing in store.each(hand)]
    features = {id_: row.tobytes() for id_, row in zip(ids, made, strict=True)}
    store.save_features("first", reader.weights_version("first"), features)
    with hear_statements() as heard:
        person.read()
    assert any(is_reading_features(statement) for statement, _ in heard)
    with hear_statements() as heard:
        kept = person.keep(1)
        assert person.read()["digit"] == 1
        person.delete(kept["id"])
        assert person.read()["because"] is None
    assert not any(is_reading_features(statement) for statement, _ in heard)


def is_reading_features(statement):
    return statement.startswith("SELECT") and "vector" in statement
