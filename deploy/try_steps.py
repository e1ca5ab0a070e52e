"""Do what the Dockerfile says without Docker: a fresh folder, a clean virtual environment.

    python deploy/try_steps.py

Only what .dockerignore lets in is copied; the steps run in their order; the server runs as the
Dockerfile's user where this one may change it, and nothing but the instance folder can be written.
Then it is asked what the HEALTHCHECK asks, and a drawing is read. /app and /instance become folders
of a temporary one. It needs a package index for pip, and about 500 MB.
"""

import fnmatch
import json
import os
import re
import shlex
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STEP = re.compile(r"([A-Z]+)\s+(.*)", re.DOTALL)
KNOWN = {"FROM", "ENV", "WORKDIR", "COPY", "RUN", "USER", "VOLUME", "EXPOSE", "HEALTHCHECK", "CMD"}
SLOW_START = 90.0  # seconds
SEVEN = [[[80, 70], [200, 70], [120, 220]]]


def read_steps(dockerfile: Path) -> list[tuple[str, str]]:
    """Return the Dockerfile's instructions with what follows them; raises ValueError."""
    lines = [line for line in dockerfile.read_text().splitlines() if not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    steps = [STEP.fullmatch(line.strip()).groups() for line in joined.splitlines() if line.strip()]
    unknown = {name for name, _ in steps} - KNOWN
    if unknown:
        raise ValueError(f"this script does not know {', '.join(sorted(unknown))}")
    return steps


def list_context(root: Path) -> list[str]:
    """Return the files, relative to the folder, that .dockerignore lets in."""
    text = (root / ".dockerignore").read_text()
    rules = [line.strip() for line in text.splitlines() if line.strip() and line[0] != "#"]
    skipped = {".git", ".venv", "instance", "data", "runs"}  # large, and let in by no rule
    found = []
    for folder, folders, files in os.walk(root):
        if Path(folder) == root:
            folders[:] = [name for name in folders if name not in skipped]
        for name in files:
            path = (Path(folder) / name).relative_to(root).as_posix()
            if not is_ignored(path, rules):
                found.append(path)
    return sorted(found)


def is_ignored(path: str, rules: list[str]) -> bool:
    """Whether the last rule that matches a file or one of its folders leaves it out."""
    parts = path.split("/")
    ways = ["/".join(parts[: n + 1]) for n in range(len(parts))]
    ignored = False
    for rule in rules:
        pattern = rule.removeprefix("!").removeprefix("**/")
        anywhere = rule.removeprefix("!").startswith("**/")
        names = parts if anywhere else [way for way in ways if way.count("/") == rule.count("/")]
        if any(fnmatch.fnmatchcase(name, pattern) for name in names):
            ignored = not rule.startswith("!")
    return ignored


@dataclass
class Image:
    """A folder that stands for a container's root, and what the steps so far have set."""

    folder: Path
    python: Path  # the virtual environment's folder
    environment: dict[str, str] = field(default_factory=dict)
    workdir: str = "/"
    user: int | None = None
    command: list[str] = field(default_factory=list)
    check: list[str] = field(default_factory=list)

    def place(self, text: str) -> str:
        """Return a text in which the container's folders are those of this machine."""
        return re.sub(r"(?<![\w./])/(?=(app|instance)\b)", f"{self.folder}/", text)

    def make_environment(self) -> dict[str, str]:
        """Return the environment in which steps and server run: this machine's stays outside."""
        own = {"PATH": f"{self.python / 'bin'}:/usr/local/bin:/usr/bin:/bin", "HOME": "/"}
        own["LD_LIBRARY_PATH"] = str(self.folder / "python" / "lib")  # of a copy, if there is one
        index = {k: v for k, v in os.environ.items() if k.startswith(("PIP_", "SSL_", "REQUESTS_"))}
        proxies = {k: v for k, v in os.environ.items() if k.lower().endswith("_proxy")}
        return index | proxies | own | self.environment

    def do(self, name: str, text: str, context: list[str]) -> None:
        """Do one step; raises CalledProcessError and ValueError."""
        if name == "ENV":
            pairs = (word.partition("=") for word in shlex.split(text))
            self.environment |= {key: self.place(value) for key, _, value in pairs}
        elif name == "WORKDIR":
            self.workdir = self.place(text)
            Path(self.workdir).mkdir(parents=True)
        elif name == "COPY":
            self.copy(*shlex.split(text), context=context)
        elif name == "RUN":
            command = ["/bin/sh", "-ec", self.place(self.leave_owner(text))]
            subprocess.run(command, cwd=self.workdir, env=self.make_environment(), check=True)
        elif name == "USER":
            self.user = int(text.partition(":")[0])
        elif name == "HEALTHCHECK":
            self.check = json.loads(text.partition("CMD ")[2])
        elif name == "CMD":
            self.command = json.loads(text)

    def copy(self, *words: str, context: list[str]) -> None:
        """Copy files or folders of the context, each of which must be let in."""
        *sources, target = words
        for source in sources:
            files = [path for path in context if f"{path}/".startswith(f"{source}/")]
            if not files:
                raise ValueError(f"COPY {source}: .dockerignore leaves it out, or it is not there")
            for path in files:
                inside = path.removeprefix(source).lstrip("/") if target != "./" else path
                to = Path(self.workdir) / target / inside if inside else Path(self.workdir) / target
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / path, to)

    def leave_owner(self, text: str) -> str:
        """Return a step without the owner that only root may give away."""
        return text if os.geteuid() == 0 else re.sub(r" -[og] \d+", "", text)

    def start(self, command: list[str], **more: str) -> subprocess.Popen:
        """Start a process as the image's user."""
        user = {"user": self.user, "group": self.user, "extra_groups": []}
        return subprocess.Popen(
            command,
            cwd=self.workdir,
            env=self.make_environment() | more,
            **(user if os.geteuid() == 0 and self.user else {}),
        )


def find_python(folder: Path) -> Path:
    """Return a Python that every user may run: this one, or a copy if it lies in a closed home."""
    base = Path(sys.base_prefix)
    if all(path.stat().st_mode & stat.S_IXOTH for path in (base, *base.parents)):
        return Path(sys.executable)
    ignored = shutil.ignore_patterns("site-packages", "test", "__pycache__")
    shutil.copytree(base, folder / "python", symlinks=True, ignore=ignored)
    return folder / "python" / "bin" / "python3"


@contextmanager
def build(folder: Path) -> Iterator[Image]:
    """Do all steps in a folder; yield what they make, in which only /instance can be written."""
    venv = folder / "venv"
    subprocess.run([find_python(folder), "-m", "venv", venv], check=True)
    image = Image(folder, venv)
    context = list_context(ROOT)
    for name, text in read_steps(ROOT / "Dockerfile"):
        print(f"{name} {text}", flush=True)
        image.do(name, text, context)
    if image.user is None:
        raise ValueError("the Dockerfile names no USER: it would run as root")
    set_writable(folder, ["a-w", f"{folder}/app", str(venv)])
    folder.chmod(0o555)
    try:
        yield image
    finally:
        folder.chmod(0o755)
        set_writable(folder, ["u+w", f"{folder}/app", str(venv)])


def set_writable(folder: Path, words: list[str]) -> None:
    """Let or forbid writing in folders."""
    subprocess.run(["chmod", "-R", *words], cwd=folder, check=True)


def list_files(folder: Path) -> set[str]:
    """Return all files outside the instance folder."""
    found = (path.relative_to(folder) for path in folder.rglob("*"))
    return {str(path) for path in found if path.parts[0] != "instance"}


def serve(image: Image) -> None:
    """Start the server, wait until it is healthy, read a drawing and confirm it; raises."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    own = {"BOARD_BIND": f"127.0.0.1:{port}", "BOARD_WORKERS": "1"}
    server = image.start(image.command, **own)
    try:
        until = time.monotonic() + SLOW_START
        while image.start(image.check, **own).wait() != 0:
            if server.poll() is not None or time.monotonic() > until:
                raise RuntimeError("the server does not become healthy")
            time.sleep(0.5)
        print("healthy", flush=True)
        reading = ask(port, "/api/predict", {"strokes": SEVEN})
        kept = ask(port, "/api/drawings", {"strokes": SEVEN, "label": 7})
        print(f"read a {reading['digit']}, kept drawing {kept['id']}", flush=True)
        if reading["digit"] != 7:
            raise RuntimeError("it does not read a 7")
    finally:
        server.terminate()
        server.wait(60)


def ask(port: int, path: str, body: dict) -> dict:
    """POST JSON; return the answer's; raises URLError."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=30) as answer:
        return json.load(answer)


def main() -> int:
    """Build, serve, and check that nothing was written outside the instance folder."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # for the image's user
        with build(folder) as image:
            before = list_files(folder)
            serve(image)
            written = sorted(list_files(folder) - before)
            kept = sorted(path.name for path in (folder / "instance").iterdir())
    if written:
        print(f"written outside the instance folder: {', '.join(written)}", file=sys.stderr)
        return 1
    print(f"written: {', '.join(kept)} in the instance folder, and nothing else")
    return 0


if __name__ == "__main__":
    sys.exit(main())
