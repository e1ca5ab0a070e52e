"""The recorder: what a training does is in its folder, and what is asked of it is done."""

import json
import os
import threading
from time import perf_counter, sleep

import pytest
import torch

from ml.data.examples import split
from ml.data.mnist import Digits
from ml.errors import DivergedError, StoppedError, TrainingError
from ml.runs.control import Control, Probe, read_json, write_control, write_probe
from ml.runs.events import EVENTS, read_events, select_course
from ml.training import recorder as recording
from ml.training.events import Finished, StepResult
from ml.training.recipes import find_recipe
from ml.training.recorder import Recorder
from ml.training.sessions import train
from tests.runs import assert_same_weights

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def digits(made_digits):
    return Digits(*split(made_digits[0], 5_000), made_digits[1])


@pytest.fixture(scope="module")
def probe(made_digits):
    return Probe(1, made_digits[1].images[7].numpy().tobytes())


@pytest.fixture
def every_step(monkeypatch):
    """A point at every step, and a look at what is asked before each."""
    monkeypatch.setattr(recording, "BETWEEN_POINTS", 0.0)
    monkeypatch.setattr(recording, "BETWEEN_LOOKS", 0.0)


def make_recipe(model="linear", **changes):
    return find_recipe(model, **({"batch_size": 32, "sessions": (2, 2)} | changes))


def record(folder, digits, recipe, during=None, **options):
    """Train with a recorder to the end; `during` is called with each event. Returns the last."""
    folder.mkdir(exist_ok=True)
    last = None
    with Recorder(folder, recipe) as recorder:
        events = train(recipe, digits, folder, **({"seed": 5, "device": CPU} | options))
        for event in recorder.follow(events, digits):
            last = event
            if during is not None:
                during(event)
        recorder.finish(last.evaluation.accuracy, last.evaluation.loss, version=3)
    return last


def points_of(folder):
    return [event for event in select_course(read_events(folder)) if event["type"] == "point"]


def kinds_of(folder):
    return [event["type"] for event in read_events(folder) if event["type"] != "point"]


def test_a_run_is_told_from_its_start_to_its_result(tmp_path, digits, every_step):
    (tmp_path / "b.png").touch()
    (tmp_path / "a.png").touch()
    finished = record(tmp_path, digits, make_recipe())
    ends = ["epoch"] * 4
    assert kinds_of(tmp_path) == ["start", *ends, "finishing", "finished"]
    events = read_events(tmp_path)
    counts = {"training": 330, "validation": 30, "test": 100}
    assert events[0]["data"] == {"name": digits.name} | counts
    assert (events[0]["epochs"], events[0]["parameters"], events[0]["resumed"]) == (4, 7850, 0)
    assert events[-1]["accuracy"] == finished.evaluation.accuracy
    assert (events[-1]["version"], events[-1]["pictures"]) == (3, ["a.png", "b.png"])
    steps = [event for event in events if event["type"] == "epoch"]
    assert [{k: e[k] for k in finished.history[0]} for e in steps] == finished.history


def test_points_say_how_far_the_run_is_and_how_well_it_reads(tmp_path, digits, every_step):
    record(tmp_path, digits, make_recipe())
    points = points_of(tmp_path)
    assert 40 <= len(points) <= 4 * 11  # a thousandth of the time so far lies between two
    assert [point["done"] for point in points] == sorted(point["done"] for point in points)
    assert (points[0]["step"], points[0]["steps"], points[0]["epoch"]) == (1, 11, 1)
    assert (points[-1]["done"], points[-1]["left"]) == (4, 0)
    assert points[0]["loss"] > points[-1]["loss"] > 0
    assert points[0]["accuracy"] < points[-1]["accuracy"] <= 1
    assert all(point["images_per_second"] > 0 for point in points)
    assert [point["seconds"] for point in points] == sorted(point["seconds"] for point in points)


def test_a_long_run_has_few_points_and_one_at_each_epochs_end(tmp_path, digits, monkeypatch):
    monkeypatch.setattr(recording, "BETWEEN_POINTS", 3600)
    record(tmp_path, digits, make_recipe())
    assert [point["done"] for point in points_of(tmp_path)] == [0.09091, 1, 2, 3, 4]


def test_the_time_left_rests_on_a_second_of_learning_and_not_on_the_first_step(
    tmp_path, digits, every_step, monkeypatch
):
    now = 0.0
    monkeypatch.setattr(recording, "perf_counter", lambda: now)

    def learn(events):
        nonlocal now
        for event in events:
            if isinstance(event, StepResult):
                now += 60 if now == 0 else 0.25
            yield event

    recipe = make_recipe()
    with Recorder(tmp_path, recipe) as recorder:
        events = train(recipe, digits, tmp_path, seed=5, device=CPU)
        for _ in recorder.follow(learn(events), digits):
            pass
    left = [point["left"] for point in points_of(tmp_path)]
    assert left[:4] == [None] * 4
    assert left[4:] == pytest.approx([0.25 * steps for steps in range(39, -1, -1)], abs=0.051)


def test_losses_are_means_over_images_whatever_the_recipe_reduces_them_to(tmp_path, digits):
    means = {}
    for reduction in ("mean", "sum"):
        scale = 32 if reduction == "sum" else 1
        recipe = make_recipe(sessions=(1,), learning_rate=0.01 / scale, loss_reduction=reduction)
        record(tmp_path / reduction, digits, recipe)
        means[reduction] = points_of(tmp_path / reduction)[0]["loss"]
    assert means["sum"] == pytest.approx(means["mean"], rel=1e-3)


def test_the_network_reads_the_probe_as_it_is_at_each_point(tmp_path, digits, probe, every_step):
    tmp_path.joinpath("run").mkdir()
    write_probe(tmp_path / "run", probe)
    record(tmp_path / "run", digits, make_recipe())
    readings = [point["probe"] for point in points_of(tmp_path / "run") if point["probe"]]
    assert len(readings) >= 40
    assert {reading["id"] for reading in readings} == {1}
    assert readings[-1]["digit"] == int(digits.test.labels[7])
    assert readings[-1]["probabilities"][7] > readings[0]["probabilities"][7]
    assert sum(readings[0]["probabilities"]) == pytest.approx(1, abs=1e-3)
    assert readings[0]["no_digit"] is None


def test_a_network_that_can_refuse_says_how_clearly(tmp_path, digits, probe, every_step):
    from ml.networks.registry import build_model

    read = recording.read_with(build_model("board_cnn"), probe)
    assert 0 <= read["no_digit"] <= 1


@pytest.mark.slow
def test_recording_reading_and_pausing_change_no_weight(tmp_path, digits, probe, every_step):
    recipe = make_recipe("small_cnn", learning_rate=0.003)  # with dropout
    plain = list(train(recipe, digits, tmp_path / "plain", seed=5, device=CPU))[-1]
    folder = tmp_path / "run"
    folder.mkdir()
    write_probe(folder, probe)

    def pause(event):
        if isinstance(event, StepResult) and event.step == 4:
            ask_later(folder, "pause", "run")

    recorded = record(folder, digits, recipe, pause)
    assert_same_weights(recorded.model.state_dict(), plain.model.state_dict())


def ask_later(folder, now, later, seconds=0.1):
    """Ask a run for one thing now, and for another one a little later."""
    write_control(folder, Control(now))
    timer = threading.Timer(seconds, write_control, (folder, Control(later)))
    timer.start()


def test_a_paused_run_waits_and_its_clock_with_it(tmp_path, digits, every_step):
    waited = []

    def pause(event):
        if isinstance(event, StepResult) and (event.epoch, event.step) == (1, 5):
            ask_later(tmp_path, "pause", "run", 0.4)
            waited.append(perf_counter())
        elif len(waited) == 1:
            waited.append(perf_counter())

    record(tmp_path, digits, make_recipe(), pause)
    assert waited[1] - waited[0] >= 0.4
    events = read_events(tmp_path)
    paused = next(event for event in events if event["type"] == "paused")
    assert events[paused["n"] + 1]["type"] == "continued"
    before, after = events[paused["n"] - 1], events[paused["n"] + 2]
    assert after["seconds"] - before["seconds"] < after["time"] - before["time"] - 0.2


def test_a_drawing_that_is_new_is_read_at_once_even_while_paused(
    tmp_path, digits, probe, every_step
):
    def draw(event):
        if isinstance(event, StepResult) and (event.epoch, event.step) == (1, 5):
            write_control(tmp_path, Control("pause"))
            threading.Timer(0.1, write_probe, (tmp_path, probe)).start()
            threading.Timer(0.4, write_control, (tmp_path, Control())).start()

    record(tmp_path, digits, make_recipe(), draw)
    kinds = [(event["type"], bool(event.get("probe"))) for event in read_events(tmp_path)]
    at = kinds.index(("paused", False))
    assert kinds[at : at + 3] == [("paused", False), ("point", True), ("continued", False)]


def test_slow_motion_rests_after_each_point(tmp_path, digits):
    write_control(tmp_path, Control(rest=0.1))
    started = perf_counter()
    record(tmp_path, digits, make_recipe(sessions=(1,)))
    assert len(points_of(tmp_path)) >= 10  # of 11 steps, since a rest is as long as between points
    assert perf_counter() - started >= 1


def test_slow_motion_ends_in_the_middle_of_a_rest(tmp_path, digits):
    write_control(tmp_path, Control(rest=2))
    threading.Timer(0.3, write_control, (tmp_path, Control())).start()
    started = perf_counter()
    record(tmp_path, digits, make_recipe(sessions=(1,)))
    assert perf_counter() - started < 2


def test_a_run_that_is_asked_to_stop_keeps_its_checkpoint_and_ends_as_if_never_stopped(
    tmp_path, digits, every_step
):
    recipe = make_recipe("small_cnn", learning_rate=0.003)
    folder = tmp_path / "run"

    def stop(event):
        if isinstance(event, StepResult) and (event.epoch, event.step) == (3, 4):
            write_control(folder, Control("stop"))

    with pytest.raises(StoppedError):
        record(folder, digits, recipe, stop)
    assert read_events(folder)[-1]["type"] == "stopped"
    assert read_events(folder)[-1]["epoch"] == 2
    write_control(folder, Control())
    resumed = record(folder, digits, recipe, resume=True)
    plain = list(train(recipe, digits, tmp_path / "plain", seed=5, device=CPU))[-1]
    assert_same_weights(resumed.model.state_dict(), plain.model.state_dict())
    start = [event for event in read_events(folder) if event["type"] == "start"][-1]
    assert start["resumed"] == 2
    points = points_of(folder)
    assert [point["done"] for point in points] == sorted(point["done"] for point in points)
    assert [point["seconds"] for point in points] == sorted(point["seconds"] for point in points)
    epochs = [e["epoch"] for e in select_course(read_events(folder)) if e["type"] == "epoch"]
    assert epochs == [1, 2, 3, 4]


def test_epochs_whose_events_a_kill_took_are_told_when_the_run_goes_on(tmp_path, digits):
    recipe = make_recipe()

    def stop(event):
        if isinstance(event, StepResult) and event.epoch == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        record(tmp_path, digits, recipe, stop)
    lines = (tmp_path / EVENTS).read_bytes().splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if b'"epoch","n"' in line and b'"epoch":2' in line)
    (tmp_path / EVENTS).write_bytes(b"".join(lines[:at]) + lines[at][:20])
    record(tmp_path, digits, recipe, resume=True)
    course = select_course(read_events(tmp_path))
    assert sorted(e["epoch"] for e in course if e["type"] == "epoch") == [1, 2, 3, 4]


def test_what_a_kill_left_in_the_runs_folder_is_gone_when_the_run_goes_on(tmp_path, digits):
    record(tmp_path, digits, make_recipe())
    left = tmp_path / ".weights.json.01234567.tmp"
    left.write_bytes(b"{")
    os.utime(left, (1, 1))
    record(tmp_path, digits, make_recipe(), resume=True)  # which writes no weights.json again
    assert not left.exists()


def test_a_run_that_is_interrupted_by_its_keyboard_counts_as_stopped(tmp_path, digits):
    def interrupt(event):
        if isinstance(event, StepResult):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        record(tmp_path, digits, make_recipe(), interrupt)
    assert read_events(tmp_path)[-1] == read_events(tmp_path)[-1] | {"type": "stopped", "epoch": 0}


def test_a_run_that_diverges_says_so_and_its_points_stay(tmp_path, digits, probe, every_step):
    write_probe(tmp_path, probe)
    recipe = make_recipe(
        "mlp", optimizer="sgd", learning_rate=1e20, loss_reduction="sum", sessions=(1,)
    )
    with pytest.raises(DivergedError):
        record(tmp_path, digits, recipe)
    last = read_events(tmp_path)[-1]
    assert (last["type"], last["diverged"]) == ("failed", True)
    assert "smaller learning rate" in last["reason"]
    points = points_of(tmp_path)
    assert points
    assert points[-1]["probe"] is None  # the weights are no numbers any more


def test_weights_that_are_no_numbers_have_no_picture(tmp_path, digits):
    from ml.networks.registry import build_model

    model = build_model("linear")
    assert recording.find_weights(model).shape == (10, 784)
    with torch.no_grad():
        model.linear.weight[3, 5] = float("inf")
    assert recording.find_weights(model) is None
    assert recording.find_weights(build_model("mlp")) is None


def test_why_a_run_failed_is_told_without_the_servers_folders(tmp_path, digits):
    def fail(event):
        if isinstance(event, StepResult):
            try:
                raise OSError(28, "No space left on device", str(tmp_path / "checkpoint.pt"))
            except OSError as error:
                raise TrainingError(f"{tmp_path}: go on with {tmp_path}") from error

    with pytest.raises(TrainingError):
        record(tmp_path, digits, make_recipe(), fail)
    last = read_events(tmp_path)[-1]
    assert last["reason"] == "checkpoint.pt could not be written: No space left on device"
    assert last["diverged"] is False
    assert not (tmp_path / recording.RESERVE).exists()


def test_the_ten_weight_pictures_are_there_for_networks_of_one_layer(tmp_path, digits, every_step):
    for model in ("linear", "linear_scratch"):
        record(tmp_path / model, digits, make_recipe(model))
        pictures = read_json(tmp_path / model / "weights.json")
        assert len(pictures["pictures"]) == 10
        last = points_of(tmp_path / model)[-1]
        assert pictures["n"] == last["n"]
    record(tmp_path / "mlp", digits, make_recipe("mlp", sessions=(1,)))
    assert not (tmp_path / "mlp" / "weights.json").exists()


def test_the_time_for_what_is_done_with_a_result_is_not_the_trainings(tmp_path, digits):
    def rest(event):
        if isinstance(event, StepResult):
            sleep(0.05)

    finished = record(tmp_path, digits, make_recipe(sessions=(1,)), rest)
    assert isinstance(finished, Finished)
    assert finished.history[0]["seconds"] < 0.05 * 11
    assert json.loads((tmp_path / "history.jsonl").read_text()) == finished.history[0]
