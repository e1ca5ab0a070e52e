"""--train --drawings: what is served learns a hand, is judged, and becomes a version."""

import json
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

import run
from ml.networks.card import WEIGHTS_DIR, read_card
from ml.versions import list_versions
from tests.hands import BARS, write_by_hand
from webapp.store.drawings import NewDrawing
from webapp.store.store import Store

ROOT = Path(__file__).parents[3]
# Few steps and long ones: what a test can wait for.
QUICK = ("--sessions", "1", "--batch-size", "32", "--lr", "0.001")


def keep(instance, drawings, hand=None):
    """Store drawings as the machine's hand, or as that of somebody else."""
    with closing(Store(instance)) as store:
        whose = store.machine_hand() if hand is None else store.begin_hand()[0]
        parts = zip(drawings.strokes, drawings.examples.images, drawings.labels, strict=True)
        store.put_all(
            whose,
            (
                NewDrawing(
                    [stroke.tolist() for stroke in strokes],
                    image.numpy().tobytes(),
                    int(label),
                    *(None, None, None),
                )
                for strokes, image, label in parts
            ),
        )


def list_flags(instance, *flags, data=None):
    places = ["--instance", str(instance), "--data", str(data or instance / "no-mnist")]
    model = [] if "--resume" in flags else ["--drawings", "--model", "quick_cnn"]
    return ["--train", *model, *places, "--no-pictures", *flags]


@pytest.fixture
def train(capsys):
    """Returns a function that trains by the command line; it returns code and words."""

    def call(instance, *flags, **options):
        code = run.main(list_flags(instance, *flags, **options))
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return call


def find_served(instance):
    with closing(Store(instance)) as store:
        return store.served().get("quick_cnn", 0)


def read_last_event(folder):
    return json.loads((folder / "events.jsonl").read_text().splitlines()[-1])


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    """An instance whose hand has been learned: 40 drawings, with bars for 2 and 3."""
    instance = tmp_path_factory.mktemp("learned")
    keep(instance, write_by_hand(4, habits=BARS))
    assert run.main(list_flags(instance, *QUICK)) == 0
    return instance


@pytest.mark.slow
def test_a_hand_with_a_habit_that_is_misread_is_learned_and_served(learned):
    (version,) = list_versions(learned, "quick_cnn")
    assert find_served(learned) == version.number == 1
    origin = version.card.origin
    assert origin["kind"] == "drawings"
    assert origin["after"]["drawings"] > origin["before"]["drawings"] + 0.1
    assert origin["before"]["count"] == 40
    assert origin["after"]["replay"] >= origin["before"]["replay"] - 0.002
    assert origin["before"]["mnist"] is None


@pytest.mark.slow
def test_the_version_says_what_it_went_on_from(learned):
    (version,) = list_versions(learned, "quick_cnn")
    shipped = read_card(WEIGHTS_DIR, "quick_cnn")
    assert version.card.parent == {"version": 0, "weights": shipped.weights_version}
    assert version.card.calibration == shipped.calibration
    assert version.card.command.startswith("python run.py --train --drawings --model quick_cnn")


@pytest.mark.slow
def test_the_run_tells_of_the_folds_and_of_the_judgement(learned):
    (folder,) = (learned / "runs").iterdir()
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    folds = [(e["fold"], e["folds"]) for e in events if e["type"] == "judging"]
    assert folds == [(1, 3), (2, 3), (3, 3)]
    assert events[-1]["version"] == 1
    assert events[-1]["judged"]["served"]
    assert json.loads((folder / "run.json").read_text())["kind"] == "hand"


def test_a_finished_run_keeps_no_copy_of_the_drawings(learned):
    (folder,) = (learned / "runs").iterdir()
    names = {path.name for path in folder.iterdir()}
    assert not {"drawings.npz", "before", "before.json"} & names
    assert {"checkpoint.pt", "events.jsonl", "quick_cnn.json"} <= names


@pytest.mark.slow
def test_a_training_that_harms_is_kept_but_not_served_and_says_why(tmp_path, train):
    keep(tmp_path, write_by_hand(4, habits=BARS))
    code, printed = train(tmp_path, "--sessions", "1", "--lr", "0.05")
    assert code == 0
    assert "It does not read more of the drawings rightly" in printed
    assert "because it learned from" not in printed
    assert find_served(tmp_path) == 0
    (version,) = list_versions(tmp_path, "quick_cnn")
    assert version.card.origin["reason"].startswith("It does not read more")
    (folder,) = (tmp_path / "runs").iterdir()
    judged = read_last_event(folder)["judged"]
    assert not judged["served"]
    assert judged["reason"] == version.card.origin["reason"]


@pytest.mark.slow
def test_with_no_refresh_it_is_judged_and_only_kept(tmp_path, train):
    keep(tmp_path, write_by_hand(4, habits=BARS))
    code, printed = train(tmp_path, *QUICK, "--no-refresh")
    assert code == 0
    assert "It reads the drawings better" in printed
    assert find_served(tmp_path) == 0


@pytest.mark.slow
def test_where_mnist_is_it_is_replayed_and_judged(tmp_path, train, made_mnist):
    keep(tmp_path, write_by_hand(4, habits=BARS))
    code, printed = train(tmp_path, *QUICK, data=made_mnist)
    assert code == 0
    assert "MNIST and generated digits to remember" in printed
    (version,) = list_versions(tmp_path, "quick_cnn")
    assert version.card.origin["before"]["mnist"] is not None


@pytest.mark.slow
def test_all_hands_learns_the_drawings_of_everybody(tmp_path, train):
    keep(tmp_path, write_by_hand(2, seed=1, habits=BARS))
    keep(tmp_path, write_by_hand(2, seed=2, habits=BARS), hand="another")
    code, printed = train(tmp_path, *QUICK, "--all-hands")
    assert code == 0
    assert "40 drawings, and" in printed


@pytest.mark.parametrize("count", [0, 9])
def test_too_few_drawings_are_one_clear_line(count, tmp_path, train):
    if count:
        keep(tmp_path, write_by_hand(1)[np.arange(count)])
    code, printed = train(tmp_path)
    assert code == 1
    assert f"at least 10 drawings, and there are {count} that quick_cnn can learn" in printed
    assert not (tmp_path / "runs").exists()


def test_drawings_that_are_no_digits_do_not_count_for_a_network_that_cannot_refuse(tmp_path, train):
    drawings = write_by_hand(1)
    drawings.examples.labels[3] = 10
    keep(tmp_path, drawings)
    code, printed = train(tmp_path)
    assert code == 1
    assert "there are 9 that quick_cnn can learn" in printed


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--ship",), "--ship is for everybody and --drawings for one hand"),
        (("--learn-from", "generated"), "--learn-from begins anew"),
    ],
)
def test_flags_that_do_not_go_together_are_refused(flags, words, tmp_path, train):
    code, printed = train(tmp_path, *flags)
    assert code == 2
    assert words in printed


def test_all_hands_alone_is_refused(capsys):
    assert run.main(["--train", "--all-hands"]) == 2
    assert "--all-hands belongs to --drawings" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_killed_and_resumed_it_ends_as_if_nothing_had_been(tmp_path, train):
    keep(tmp_path, write_by_hand(4, habits=BARS))
    flags = [*QUICK[2:], "--sessions", "3"]
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert train(tmp_path, *flags, "--out", str(whole), "--no-refresh")[0] == 0
    process = subprocess.Popen(
        [sys.executable, "run.py", *list_flags(tmp_path, *flags, "--out", str(killed))],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    while not (killed / "checkpoint.pt").exists() and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    keep(tmp_path, write_by_hand(1, seed=77))  # drawn meanwhile: this run does not learn it
    code, printed = train(tmp_path, "--resume", "--out", str(killed))
    assert code == 0, printed
    cards = [read_card(folder, "quick_cnn") for folder in (whole, killed)]
    assert cards[0].weights == cards[1].weights
    assert cards[0].origin["after"] == cards[1].origin["after"]


def test_drawings_are_a_data_set_of_their_own(tmp_path, capsys):
    keep(tmp_path, write_by_hand(5))
    flags = ["--model", "linear", "--sessions", "1", "--no-pictures", "--instance", str(tmp_path)]
    assert run.main(["--train", "--learn-from", "drawings", *flags]) == 0
    printed = capsys.readouterr().out
    assert "30 images for training, 10 for validation, 10 for testing" in printed
    assert "Not served, because it learned from confirmed drawings" in printed


@pytest.mark.slow
def test_drawings_and_mnist_together_are_one_too(tmp_path, capsys, made_mnist):
    keep(tmp_path, write_by_hand(5))
    flags = ["--model", "linear", "--sessions", "1", "--no-pictures", "--instance", str(tmp_path)]
    data = ["--learn-from", "drawings-and-mnist", "--data", str(made_mnist)]
    assert run.main(["--train", *data, *flags]) == 0
    printed = capsys.readouterr().out
    assert "330 images for training, 10 for validation, 10 for testing" in printed


def test_too_few_drawings_of_a_digit_make_no_data_set(tmp_path, capsys):
    keep(tmp_path, write_by_hand(2))
    flags = ["--model", "linear", "--instance", str(tmp_path), "--learn-from", "drawings"]
    assert run.main(["--train", *flags]) == 1
    assert "at least 3 different drawings of each digit" in capsys.readouterr().err
