"""--examples: choose the training images that are shown beside a drawing."""

import argparse
from pathlib import Path

import numpy as np

from ml.commands.data import load_examples
from ml.data.examples import split
from ml.explain.batches import run_batches
from ml.explain.examples import FILE
from ml.files import from_here, write_atomically
from ml.networks.card import read_card
from ml.networks.classifier import Classifier, load_onnx

MODEL = "board_cnn"  # chosen by what this network sees; they are shown for every network
VALIDATION = 5_000  # images that it did not learn from: those are left out
CANDIDATES = 1_500  # of each digit
USUAL, UNUSUAL = 30, 10  # of each digit
ROUNDS = 20  # of moving medoids; they stay where they are after about ten


def run(flags: argparse.Namespace) -> None:
    """Write the examples to the folder --out, or to where the server looks for them."""
    classifier = load_onnx(flags.weights, read_card(flags.weights, MODEL))
    training, _ = split(load_examples(flags, train=True), VALIDATION)
    images, labels = training.images.numpy(), training.labels.numpy().astype(np.uint8)
    rng = np.random.default_rng(flags.seed or 0)
    chosen = np.concatenate([choose(classifier, images, labels, digit, rng) for digit in range(10)])
    path = (flags.out or from_here(FILE.parent)) / FILE.name
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, lambda place: _save(place, images[chosen], labels[chosen]))
    print(f"{path}: {len(chosen)} training images")


def _save(path: Path, images: np.ndarray, labels: np.ndarray) -> None:
    with path.open("wb") as file:  # given a name, NumPy would add .npz to it
        np.savez_compressed(file, images=images, labels=labels)


def choose(
    classifier: Classifier,
    images: np.ndarray,
    labels: np.ndarray,
    digit: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return the indices of the examples of one digit, the most usual first.

    Images are uint8 (N, 28, 28). Of those that the network reads as they are labelled (others may
    be labelled wrongly), CANDIDATES are drawn at random. USUAL of them are k-medoids of their
    features: each stands for a group of similar images, the largest group first. UNUSUAL are
    k-centres: each is the one farthest from all that are chosen already.
    """
    some = rng.permutation(np.flatnonzero(labels == digit))[:CANDIDATES]
    logits, features = run_batches(classifier, images[some])
    is_read = classifier.calibration.answers(logits) == digit
    some, features = some[is_read], features[is_read]
    features /= np.linalg.norm(features, axis=1, keepdims=True)
    distances = (1 - features @ features.T).clip(0)
    return some[add_centres(distances, find_medoids(distances, USUAL, rng), UNUSUAL)]


def find_medoids(distances: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return the indices of `count` medoids, or of all; the one with the most images first.

    `distances` is (N, N). Each image belongs to the nearest medoid, and the medoid of a group is
    the image with the least sum of distances to the rest of it (H.-S. Park and C.-H. Jun, A simple
    and fast algorithm for K-medoids clustering, 2009).
    """
    medoids = rng.permutation(len(distances))[:count]
    for _ in range(ROUNDS):
        groups = distances[:, medoids].argmin(axis=1)
        members = [np.flatnonzero(groups == number) for number in range(len(medoids))]
        moved = np.array(
            [
                some[distances[np.ix_(some, some)].sum(axis=0).argmin()]
                for some in members
                if len(some)
            ]
        )
        if np.array_equal(moved, medoids):
            break
        medoids = moved
    sizes = np.bincount(distances[:, medoids].argmin(axis=1), minlength=len(medoids))
    return medoids[np.argsort(-sizes, kind="stable")]


def add_centres(distances: np.ndarray, chosen: np.ndarray, count: int) -> np.ndarray:
    """Return the chosen indices and `count` more, each the farthest from all before it."""
    chosen, nearest = list(chosen), distances[:, chosen].min(axis=1)
    for _ in range(min(count, len(distances) - len(chosen))):
        farthest = int(nearest.argmax())
        chosen.append(farthest)
        nearest = np.minimum(nearest, distances[farthest])
        nearest[chosen] = -1  # images that are equal are not chosen twice
    return np.array(chosen)
