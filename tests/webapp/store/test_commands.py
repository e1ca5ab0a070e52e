"""Export and import as the command line does them: this machine's drawings, a file."""

import pytest

from tests.webapp.store.made import make_drawing, tell
from webapp.store.commands import export_drawings, import_drawings, list_confirmed
from webapp.store.drawings import Imported
from webapp.store.errors import ArchiveError, HandFullError


@pytest.fixture
def store(open_store):
    store = open_store()
    store.put_all(store.machine_hand(), map(make_drawing, range(3)))
    store.put(store.begin_hand()[0], make_drawing(9))
    return store


def test_another_instance_has_the_machines_drawings_afterwards(store, open_store, tmp_path):
    path = tmp_path / "drawings.zip"
    assert export_drawings(store, path) == 3
    other = open_store(instance=tmp_path / "other")
    assert import_drawings(other, path) == Imported(added=3, known=0)
    assert import_drawings(other, path) == Imported(added=0, known=3)
    assert [tell(drawing) for drawing in other.each(None)] == [
        tell(drawing) for drawing in store.each(store.machine_hand())
    ]


def test_an_export_that_fails_leaves_the_old_file(store, tmp_path):
    with pytest.raises(OSError, match="No such file"):
        export_drawings(store, tmp_path / "nowhere" / "drawings.zip")
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError, match="taken"):
        export_drawings(store, tmp_path / "taken")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["instance", "taken"]


def test_an_import_that_fails_adds_nothing(store, open_store, tmp_path):
    path = tmp_path / "drawings.zip"
    export_drawings(store, path)
    small = open_store(instance=tmp_path / "small", limit=2)
    with pytest.raises(HandFullError):
        import_drawings(small, path)
    assert small.page(None).total == 0
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ArchiveError):
        import_drawings(store, path)
    with pytest.raises(FileNotFoundError):
        import_drawings(store, tmp_path / "nothing.zip")


def test_training_is_given_the_machines_drawings_or_those_of_all_hands(store):
    seen, labels, strokes = list_confirmed(store, all_hands=False)
    assert [len(seen), labels, len(strokes)] == [3, [7, 7, 7], 3]
    assert seen[0] == make_drawing(0).seen
    assert strokes[0] == make_drawing(0).strokes
    assert len(list_confirmed(store, all_hands=True)[0]) == 4
