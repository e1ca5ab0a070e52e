"""Dockerfile and compose.yaml: linted, parsed and held against what the program reads."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.try_steps import Image, list_context, read_steps

ROOT = Path(__file__).resolve().parents[3]
HADOLINT = shutil.which("hadolint", path=f"{Path(sys.executable).parent}") or shutil.which(
    "hadolint"
)
APPS = ("app1", "app2")
NAME = re.compile(r"\"((?:BOARD_[A-Z_]+|DATABASE_URL))\"")


def list_names():
    """The variables that the program reads."""
    files = [*ROOT.glob("webapp/deploy/*.py"), ROOT / "gunicorn.conf.py", ROOT / "deploy/health.py"]
    return {name for file in files for name in NAME.findall(file.read_text())}


@pytest.fixture(scope="module")
def compose():
    yaml = pytest.importorskip("yaml")
    return yaml.safe_load((ROOT / "compose.yaml").read_text())


@pytest.fixture(scope="module")
def steps():
    return read_steps(ROOT / "Dockerfile")


@pytest.fixture(scope="module")
def nginx():
    return (ROOT / "deploy" / "nginx.conf").read_text()


@pytest.mark.skipif(HADOLINT is None, reason="hadolint is not installed")
def test_the_dockerfile_is_clean():
    command = [HADOLINT, "--no-color", str(ROOT / "Dockerfile")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_image_is_pinned_runs_as_nobody_special_and_checks_itself(steps):
    by_name = dict(steps)
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", by_name["FROM"])
    user, _, group = by_name["USER"].partition(":")
    assert int(user) > 1000
    assert int(group) > 1000
    assert json.loads(by_name["HEALTHCHECK"].partition("CMD ")[2])[0] == "python"
    assert json.loads(by_name["CMD"]) == ["gunicorn"]
    assert "torch" not in " ".join(text for name, text in steps if name == "RUN")


def test_the_context_holds_what_is_copied_and_nothing_else(steps):
    context = list_context(ROOT)
    copied = [word for name, text in steps if name == "COPY" for word in text.split()[:-1]]
    for source in copied:
        assert any(f"{path}/".startswith(f"{source}/") for path in context), source
    for path in context:
        assert any(f"{path}/".startswith(f"{source}/") for source in copied), path
    assert not any("__pycache__" in path for path in context)


def test_what_is_secret_or_large_stays_outside(tmp_path):
    shutil.copy(ROOT / ".dockerignore", tmp_path)
    for name in (".env", "instance/token", "tests/x.py", "deploy/nginx.conf", "ml/a/b.pyc"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "ml" / "a" / "kept.py").touch()
    assert list_context(tmp_path) == ["ml/a/kept.py"]


def test_every_variable_in_the_compose_file_is_one_that_the_program_reads(compose):
    for app in APPS:
        assert set(compose["services"][app]["environment"]) <= list_names()


def test_the_manual_lists_every_variable():
    manual = (ROOT / "docs" / "deploying.md").read_text()
    for name in list_names():
        assert f"`{name}`" in manual


def test_nginx_and_the_instances_meet_at_the_same_ports(compose, steps, nginx):
    bind = next(text for name, text in steps if name == "ENV" and "BOARD_BIND" in text)
    port = re.search(r"BOARD_BIND=[\d.]+:(\d+)", bind)[1]
    assert re.findall(r"server (\w+):(\d+)", nginx) == [(app, port) for app in APPS]
    listens = re.search(r"(?m)^    listen (\d+);", nginx)[1]
    (published,) = compose["services"]["nginx"]["ports"]
    assert published.endswith(f":{listens}")


def test_files_and_volumes_of_the_compose_file_are_there(compose):
    for service in compose["services"].values():
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            known = (ROOT / source).exists() if source[0] == "." else source in compose["volumes"]
            assert known, volume
        for other in service.get("depends_on", ()):
            assert other in compose["services"]
    both = [compose["services"][app]["volumes"] for app in APPS]
    assert both[0] == both[1]


def test_every_service_is_pinned_read_only_and_without_privileges(compose):
    for service in compose["services"].values():
        assert "build" in service or re.search(r":\d+\.\d", service["image"])
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert "privileged" not in service


def test_secrets_are_in_neither_file(compose):
    database = compose["services"]["database"]["environment"]["POSTGRES_PASSWORD"]
    assert database.startswith("${DATABASE_PASSWORD:?")
    for app in APPS:
        environment = compose["services"][app]["environment"]
        assert environment["BOARD_TOKEN"] == "${BOARD_TOKEN:-}"
        assert ":${DATABASE_PASSWORD:?" in environment["DATABASE_URL"]
    assert "TOKEN" not in (ROOT / "Dockerfile").read_text()


def test_a_container_is_given_the_time_that_its_requests_have(compose):
    grace = int(re.search(r"graceful_timeout = (\d+)", (ROOT / "gunicorn.conf.py").read_text())[1])
    for app in APPS:
        assert int(compose["services"][app]["stop_grace_period"].removesuffix("s")) > grace


def test_docker_itself_accepts_the_compose_file():
    docker = shutil.which("docker")
    has_compose = (
        docker
        and not subprocess.run(
            [docker, "compose", "version"], capture_output=True, check=False
        ).returncode
    )
    if not has_compose:
        pytest.skip("docker compose is not installed")
    done = subprocess.run(
        [docker, "compose", "config", "--quiet"],
        cwd=ROOT,
        env={"PATH": str(Path(docker).parent), "DATABASE_PASSWORD": "x"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_the_steps_of_the_dockerfile_make_a_board_that_reads(tmp_path):
    command = [sys.executable, "deploy/try_steps.py"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    if "No matching distribution" in said or "Could not find a version" in said:
        pytest.skip("no package index is in reach")
    assert done.returncode == 0, said
    assert "healthy\nread a 7, kept drawing" in said
    assert "in the instance folder, and nothing else" in said


def test_the_copied_files_are_all_that_a_board_for_other_pages_is_made_of(steps, tmp_path):
    image, context = Image(tmp_path, Path(sys.prefix)), list_context(ROOT)
    for name, text in steps:
        if name in ("WORKDIR", "COPY"):
            image.do(name, text, context)
    command = ["python", "run.py", "--export", "web", "--out", str(tmp_path / "out")]
    assert image.start(command).wait() == 0
    assert {"digit-board.js", "README.md", "LICENSE"} <= {
        path.name for path in (tmp_path / "out").iterdir()
    }
