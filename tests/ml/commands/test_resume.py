"""`--train --resume`: a run goes on as if never stopped, or one line says why it can't."""

import os
from pathlib import Path

import pytest

from ml.networks.card import read_card


def set_age(folder, seconds):
    """Let a run look as if it was last written this long after 1970."""
    os.utime(Path(folder) / "history.jsonl", (seconds, seconds))


@pytest.mark.slow
def test_a_resumed_run_keeps_its_recipe_and_ends_as_if_never_stopped(train, copy_run, tmp_path):
    folder = copy_run(tmp_path / "run")
    assert train("--sessions", "1,1", "--resume", "--no-refresh")[0] == 0
    card, whole = read_card(folder, "linear"), tmp_path / "whole"
    assert (card.seed, card.epochs) == (4, 2)
    assert train("--sessions", "1,1", "--seed", "4", "--no-refresh", out=whole)[0] == 0
    assert read_card(whole, "linear").weights == card.weights


def test_resuming_nothing_at_all_fails_in_one_line(train):
    code, text = train("--resume")
    assert code == 1
    assert "there is no checkpoint" in text


def test_resuming_with_another_seed_fails_in_one_line(train, copy_run, tmp_path):
    copy_run(tmp_path / "run")
    code, text = train("--resume", "--seed", "5")
    assert code == 1
    assert "another recipe" in text.splitlines()[-1]


@pytest.mark.slow
def test_the_newest_run_is_resumed_wherever_it_lies_and_of_the_model_that_is_asked_for(
    train, copy_run, runs_dir
):
    mine = runs_dir / "mine"
    assert train("--model", "mlp", "--sessions", "1", "--no-refresh", out=mine)[0] == 0
    copy_run(runs_dir / "linear-1")
    set_age(mine, 1)
    resume = ("--resume", "--sessions", "1,1", "--no-refresh")
    assert "--model linear" in train(*resume, out=None)[1]
    code, text = train(*resume, "--model", "mlp", out=None)
    assert code == 0
    assert str(mine) in text
    assert train(*resume, "--model", "quick_cnn", out=None)[0] == 1


def test_a_run_without_an_epoch_is_not_passed_over_for_an_older_one(train, copy_run, runs_dir):
    copy_run(runs_dir / "old")
    set_age(runs_dir / "old", 1)
    (runs_dir / "linear-2").mkdir()
    (runs_dir / "linear-2" / "history.jsonl").touch()  # what a run that is killed early leaves
    for model in ([], ["--model", "linear"]):
        code, text = train("--resume", "--sessions", "1,1", *model, out=None)
        assert code == 1
        assert str(runs_dir / "linear-2") in text.splitlines()[-1]


def test_a_finished_run_is_not_served_again_by_resuming_the_newest(
    train, copy_run, runs_dir, tmp_path
):
    copy_run(runs_dir / "linear-1")
    code, text = train("--resume", out=None)
    assert code == 1
    assert "is finished" in text.splitlines()[-1]
    assert not (tmp_path / "instance" / "models").exists()
