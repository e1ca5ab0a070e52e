"""Imports run one way through all rooms, without a cycle, and serving loads only what it needs."""

import ast
import os
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.blocking import write_block

ROOT = Path(__file__).resolve().parents[2]
# Every room with the rooms that it may import from; what is left out may not be imported.
FOUNDATIONS = {
    *(
        "ml.errors",
        "ml.files",
        "ml.ink",
        "ml.installation",
        "ml.mnist_files",
        "ml.pictures",
        "ml.preprocess",
        "ml.strokes",
    ),
}
ROOMS = {
    "ml.errors": {"ml.installation"},
    "ml.files": set(),
    "ml.ink": {"ml.errors"},
    "ml.installation": {"ml.files"},
    "ml.mnist_files": {"ml.files"},
    "ml.pictures": {"ml.errors", "ml.ink"},
    "ml.preprocess": {"ml.errors"},
    "ml.strokes": {"ml.errors"},
    "ml.networks": FOUNDATIONS,
    "ml.runs": FOUNDATIONS,
    "ml.data": FOUNDATIONS,
    "ml.tracing": FOUNDATIONS,
    "ml.adaptation": FOUNDATIONS | {"ml.networks"},
    "ml.predict": FOUNDATIONS | {"ml.networks", "ml.adaptation"},
    "ml.explain": FOUNDATIONS | {"ml.networks", "ml.predict"},
    "ml.segmentation": FOUNDATIONS | {"ml.networks", "ml.tracing", "ml.predict"},
    "ml.versions": FOUNDATIONS | {"ml.networks"},
    "ml.synthetic": FOUNDATIONS | {"ml.data", "ml.tracing"},
    "ml.evaluation": FOUNDATIONS | {"ml.data", "ml.networks", "ml.synthetic"},
    "ml.training": FOUNDATIONS
    | {"ml.networks", "ml.data", "ml.tracing", "ml.synthetic", "ml.evaluation", "ml.runs"},
    "ml.commands": FOUNDATIONS
    | {"ml.networks", "ml.data", "ml.synthetic", "ml.evaluation", "ml.training", "ml.predict"}
    | {"ml.runs", "ml.versions", "ml.explain", "ml.segmentation"},
    "webapp": FOUNDATIONS
    | {"ml.predict", "ml.networks", "ml.adaptation", "ml.tracing", "ml.runs", "ml.versions"}
    | {"ml.explain", "ml.segmentation"},
    "run": {"ml.errors", "ml.files", "ml.networks", "ml.runs", "ml.versions", "webapp"},
}
NOT_FOR_SERVING = (
    *("torch", "torchvision", "matplotlib", "safetensors", "onnx", "onnxscript", "tqdm", "cv2"),
    *("ml.data", "ml.synthetic", "ml.evaluation", "ml.training", "ml.commands"),
)
FILES = sorted([*(ROOT / "ml").rglob("*.py"), *(ROOT / "webapp").rglob("*.py"), ROOT / "run.py"])


def name_module(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_module(path): path for path in FILES}


def find_room(module):
    """The room that a module lies in, None for another package's."""
    return next((room for room in ROOMS if f"{module}.".startswith(f"{room}.")), None)


def imported_by(path):
    """Every module that a file imports, functions' own imports included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path} imports relative to itself"
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in MODULES else node.module for name in whole)


def ours(modules):
    return {
        module for module in modules if module.split(".")[0] in ("ml", "webapp", "run", "tests")
    }


@pytest.mark.parametrize("path", FILES, ids=name_module)
def test_nothing_is_imported_against_the_direction(path):
    room = find_room(name_module(path))
    if room is None:
        assert name_module(path) == "ml"
        return
    for module in ours(imported_by(path)):
        assert find_room(module) in ROOMS[room] | {room}, f"{path} imports {module}"


@pytest.mark.parametrize("room", ["ml", "webapp"])
def test_only_webapp_knows_http(room):
    used = {m.split(".")[0] for p in (ROOT / room).rglob("*.py") for m in imported_by(p)}
    assert bool(used & {"flask", "waitress", "werkzeug"}) == (room == "webapp")


def test_rooms_and_modules_import_each_other_without_a_cycle():
    graph = {name: ours(imported_by(path)) - {name} for name, path in MODULES.items()}
    assert len(list(TopologicalSorter(graph).static_order())) >= len(MODULES)
    assert len(list(TopologicalSorter(ROOMS).static_order())) == len(ROOMS)


def test_no_room_is_crowded():
    for folder in {path.parent for path in FILES}:
        count = sum(path.parent == folder for path in FILES)
        assert count <= 16, f"{folder} holds {count} files"


READ = """
import sys
{block}
import webapp
client = webapp.create_app().test_client()
assert client.get("/").status_code == client.get("/models").status_code == 200
assert client.get("/api/health").get_json()["status"] == "ok"
print(*[name for name in {names} if name in sys.modules])
"""
BLOCK = write_block("torch", "torchvision", "matplotlib", "safetensors", "onnx")


@pytest.mark.parametrize("block", ["", BLOCK], ids=["installed", "not importable"])
def test_serving_loads_and_needs_neither_torch_nor_the_trainer(block):
    done = subprocess.run(
        [sys.executable, "-c", READ.format(block=block, names=NOT_FOR_SERVING)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""


def test_the_serving_requirements_are_part_of_all_requirements():
    serving, everything = (
        (ROOT / name).read_text().splitlines()
        for name in ("requirements-serve.txt", "requirements.txt")
    )
    assert "-r requirements-serve.txt" in everything
    assert not any("torch" in line or "matplotlib" in line for line in serving)


def test_a_server_multiplies_matrices_on_one_thread():
    code = """
import webapp
from threadpoolctl import threadpool_info
webapp.create_app()
print({pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"})
"""
    environment = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**environment, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "2"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "{1}"
