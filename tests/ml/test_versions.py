"""Versions of models: kept whole or not at all, numbered once, found again, and never mixed up."""

import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from ml import versions
from ml.errors import UnknownVersionError, WeightsError
from ml.files import hold_unfinished
from ml.networks.card import WEIGHTS_DIR, ModelCard, card_path, read_card
from ml.networks.logits import Calibration
from ml.versions import Shelf, add_version, find_version, list_damaged, list_versions
from tests.cards import make_card

NAME = "mlp"


@pytest.fixture
def instance(tmp_path):
    return tmp_path / "instance"


@pytest.fixture
def add(instance):
    """Adds a version of the model whose weights and network are this text."""

    def add_one(text="first", **changes):
        content = text.encode()
        return add_version(instance, make_card(NAME, **changes), content, content + b" network")

    return add_one


def numbers(instance):
    return [version.number for version in list_versions(instance, NAME)]


def names_in(folder):
    """What lies in a folder, but for the marks of numbers that were given."""
    return sorted(path.name for path in folder.iterdir() if not path.name.endswith(".taken"))


def test_a_version_is_kept_with_all_that_its_card_says(add, instance):
    parent, origin = {"version": 0, "weights": "0" * 12}, {"kind": "trained", "run": "mlp-1"}
    added = add(parent=parent, origin=origin)
    (found,) = list_versions(instance, NAME)
    assert found == added
    assert (found.model, found.number, found.folder) == (NAME, 1, instance / "models" / NAME / "1")
    assert (found.card.parent, found.card.origin) == (parent, origin)
    assert found.card.weights.read(found.folder) == b"first"
    assert found.card.onnx.read(found.folder) == b"first network"
    assert found.card.weights.name == f"{NAME}-{found.weights}.safetensors"


def test_versions_are_numbered_from_1_in_their_order(add, instance):
    assert [add(text).number for text in ("a", "b", "c")] == [1, 2, 3]
    assert numbers(instance) == [1, 2, 3]
    assert versions.list_models(instance) == [NAME]


def test_the_very_same_model_is_one_version(add, instance):
    assert [add(text).number for text in ("a", "b", "a")] == [1, 2, 1]
    assert add("a", calibration=Calibration(2.0)).number == 3  # reads otherwise
    assert numbers(instance) == [1, 2, 3]


def test_a_number_is_never_given_again(add, instance):
    add("a")
    shutil.rmtree(add("b").folder)
    assert add("c").number == 3
    assert numbers(instance) == [1, 3]


def test_a_version_that_was_copied_into_its_place_keeps_it(add, instance):
    folder = add("a").folder
    shutil.copytree(folder, folder.parent / "7")
    assert add("b").number == 8


def test_versions_that_are_added_at_once_have_a_number_each(add, instance):
    with ThreadPoolExecutor(8) as pool:
        added = list(pool.map(add, map(str, range(24))))
    assert sorted(version.number for version in added) == numbers(instance)
    assert len(numbers(instance)) == 24
    for version in added:
        assert find_version(instance, WEIGHTS_DIR, NAME, version.number) == version


def test_version_0_is_what_ships(add, instance):
    add()
    found = find_version(instance, WEIGHTS_DIR, NAME, 0)
    assert (found.number, found.folder) == (0, WEIGHTS_DIR)
    assert found.card == read_card(WEIGHTS_DIR, NAME)


@pytest.mark.parametrize("model", [NAME, "resnet", "../models", "", "x" * 300, "a\x00b"])
def test_a_version_that_is_not_there_is_refused_with_those_that_are(add, instance, model):
    add()
    with pytest.raises(UnknownVersionError) as refusal:
        find_version(instance, WEIGHTS_DIR, model, 9)
    assert refusal.value.known == ([0, 1] if model == NAME else [])
    assert "\n" not in str(refusal.value)


def test_without_an_instance_there_are_no_versions(instance, tmp_path):
    assert list_versions(instance, NAME) == []
    assert versions.list_models(instance) == []
    with pytest.raises(UnknownVersionError):
        find_version(instance, tmp_path, NAME, 0)
    with pytest.raises(UnknownVersionError):
        find_version(None, WEIGHTS_DIR, NAME, 1)


def lose_card(folder):
    card_path(folder, NAME).unlink()


def lose_weights(folder):
    (folder / read_card(folder, NAME).weights.name).unlink()


def cut_network(folder):
    (folder / read_card(folder, NAME).onnx.name).write_bytes(b"")


def take_the_other_card(folder):
    shutil.copy(card_path(folder.parent / "1", NAME), folder)


def take_another_models_card(folder):
    shutil.copy(WEIGHTS_DIR / "linear.json", card_path(folder, NAME))


def garble_card(folder):
    card_path(folder, NAME).write_text('{"model": ')


@pytest.mark.parametrize(
    "damage",
    [
        *(lose_card, lose_weights, cut_network),
        *(take_the_other_card, take_another_models_card, garble_card),
    ],
)
def test_a_version_whose_files_do_not_belong_together_is_left_out_with_the_reason(
    add, instance, damage
):
    add("a")
    damage(add("b").folder)
    assert numbers(instance) == [1]
    assert list(list_damaged(instance, NAME)) == [2]
    with pytest.raises(WeightsError) as refusal:
        find_version(instance, WEIGHTS_DIR, NAME, 2)
    assert str(refusal.value) == list_damaged(instance, NAME)[2]
    assert "\n" not in str(refusal.value)


def test_other_folders_and_files_are_no_versions(add, instance):
    folder = add().folder.parent
    for name in ("01", "0", "-1", "1 copy", ".7.tmp", "²", "9" * 30):
        (folder / name).mkdir()
    (folder / "5").write_text("a file")
    (folder.parent / "Not A Model").mkdir()
    assert numbers(instance) == [1]
    assert list_damaged(instance, NAME) == {}
    assert versions.list_models(instance) == [NAME]


def test_a_failure_while_writing_leaves_nothing(add, instance, monkeypatch):
    add("a")
    before = names_in(instance / "models" / NAME)
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space left on device") as failure:
        add("b")
    assert failure.value.filename == str(instance / "models" / NAME)
    assert names_in(instance / "models" / NAME) == before
    monkeypatch.undo()
    assert add("b").number == 2


def fail(_):
    raise OSError(28, "No space left on device")


def test_a_disk_that_takes_no_more_leaves_nothing(add, instance):
    resource = pytest.importorskip("resource", reason="only Unix limits the size of files")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    add("a")
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            add("b" * 1000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert numbers(instance) == [1]
    assert names_in(instance / "models" / NAME) == ["1"]


def test_what_a_kill_left_is_cleared_away_and_what_is_being_written_is_not(add, instance):
    folder = add("a").folder.parent
    for name in (".left.tmp", ".held.tmp", ".new.tmp"):
        (folder / name).mkdir()
        (folder / name / "half").write_text("half")
    for name in (".left.tmp", ".held.tmp"):
        os.utime(folder / name, (1, 1))
    with hold_unfinished(folder / ".held.tmp"):
        add("b")
    assert names_in(folder) == [".held.tmp", ".new.tmp", "1", "2"]


def test_what_a_kill_left_is_cleared_away_although_the_clock_was_moved_back(add, instance):
    folder = add("a").folder.parent
    (folder / ".left.tmp").mkdir()
    os.utime(folder / ".left.tmp", (4e9, 4e9))
    add("b")
    assert names_in(folder) == ["1", "2"]


@pytest.mark.parametrize(
    "change",
    [
        {"parent": {"version": -1, "weights": "a"}},
        {"parent": {"version": True, "weights": "a"}},
        {"parent": {"version": 1}},
        {"parent": 3},
        {"origin": "trained"},
        {"origin": {"kind": "found"}},
        {"origin": {"kind": "trained", "run": 7}},
        {"origin": {"kind": "trained", "before": {"mnist": "good"}}},
        {"origin": {"kind": "trained", "after": [0.9]}},
    ],
)
def test_a_card_that_says_nonsense_of_where_it_comes_from_is_damaged(change):
    with pytest.raises(ValueError, match="must be null, or"):
        ModelCard.from_dict(json.loads(json.dumps(make_card(NAME).to_dict())) | change)


def test_a_card_from_before_there_were_versions_has_no_parent():
    values = make_card(NAME).to_dict()
    card = ModelCard.from_dict({k: v for k, v in values.items() if k not in ("parent", "origin")})
    assert (card.parent, card.origin) == (None, None)


def shelve(instance, served, weights_dir=WEIGHTS_DIR):
    return Shelf(weights_dir, instance, ask=lambda: served, serve=None)


def test_a_shelf_knows_what_is_served(add, instance):
    added = add()
    shelf = shelve(instance, {NAME: 1})
    assert shelf.find(NAME) == added
    assert shelf.find("linear").folder == WEIGHTS_DIR
    assert "linear" in shelf.list_models()


def test_a_served_version_that_is_gone_or_damaged_gives_way_to_what_ships(add, instance):
    folder = add().folder
    shelf = shelve(instance, {NAME: 1})
    lose_card(folder)
    assert shelf.find(NAME).number == 0
    shutil.rmtree(folder)
    assert shelf.find(NAME).number == 0


def test_a_model_that_does_not_ship_is_served_from_its_version(add, instance, tmp_path):
    added = add()
    shelf = shelve(instance, {NAME: 1}, weights_dir=tmp_path / "nothing")
    assert shelf.list_models() == [NAME]
    assert shelf.find(NAME) == added
    shutil.rmtree(added.folder)
    with pytest.raises(UnknownVersionError):
        shelf.find(NAME)


def test_a_name_too_long_for_a_folder_is_refused(instance):
    card = replace(make_card(NAME), model="a" * 65)
    with pytest.raises(WeightsError, match="at most 64"):
        add_version(instance, card, b"", b"")
