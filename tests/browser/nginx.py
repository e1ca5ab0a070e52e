"""A real nginx in front of the board, on loopback ports, as long as a `with` block lasts."""

import os
import re
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.browser.board_server import ROOT, find_port, make_environment

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
CONFIG = """
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/errors;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {content}
}}
"""
SERVER = "server {{ listen 127.0.0.1:{port}; {rules} }}"


@contextmanager
def run_nginx(folder: Path, rules: str) -> Iterator[int]:
    """Serve by `rules`, the inside of a server block; yield the port."""
    with run_config(folder, lambda port: SERVER.format(port=port, rules=rules)) as port:
        yield port


@contextmanager
def run_config(folder: Path, write: Callable[[int], str]) -> Iterator[int]:
    """Serve by what `write` makes for a port, the inside of an http block; yield the port."""
    port = find_port()
    config = folder / "nginx.conf"
    config.write_text(CONFIG.format(folder=folder, content=write(port)))
    command = [NGINX, "-e", str(folder / "errors"), "-c", str(config)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(port, process, folder / "errors")
            yield port
        finally:
            process.terminate()


def wait_for(port: int, process: subprocess.Popen, errors: Path) -> None:
    """Return when something listens on the port."""
    for _ in range(100):
        if process.poll() is not None:
            raise RuntimeError(f"nginx did not start: {errors.read_text()}")
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.1)
    raise RuntimeError("nginx does not listen")


@contextmanager
def run_board(*flags: str) -> Iterator[int]:
    """Run `python run.py` with flags on a free port; yield the port."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            [sys.executable, "run.py", "--port", "0", "--instance", folder, *flags],
            cwd=ROOT,
            env=make_environment(),
            **pipes,
        ) as process,
    ):
        try:
            ready, _, _ = select.select([process.stdout], [], [], 60)
            said = process.stdout.readline() if ready else ""
            yield int(re.match(r"Open http://127\.0\.0\.1:(\d+)", said)[1])
        finally:
            process.terminate()
