"""gunicorn's configuration: `gunicorn` in this folder serves the board in several processes.

Everything comes from environment variables; docs/deploying.md lists them. Put nginx in front
(deploy/nginx.conf): gunicorn's threads wait for slow clients, and its bodies have no limit.
"""

import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))  # the script's own folder is there, not this one

import gunicorn.util  # noqa: E402

from ml.errors import ExplainedError  # noqa: E402
from webapp.deploy.cores import count_cores  # noqa: E402
from webapp.deploy.refusals import write_refusal  # noqa: E402
from webapp.deploy.settings import read_bind, read_count, read_settings, read_token  # noqa: E402
from webapp.deploy.token_file import FOR_THE_TEACHER  # noqa: E402

MOST_WORKERS = 8  # unless asked for: each takes 60 to 150 MB, and a core while it reads

try:
    settings = read_settings(os.environ)  # checked here once, and not by each worker
    bind = read_bind(os.environ)
    workers = read_count(os.environ, "BOARD_WORKERS", min(count_cores(), MOST_WORKERS))
    # As many as the one-process server has: two explain, two read photos, two are left to drawings.
    threads = read_count(os.environ, "BOARD_THREADS", 6)
except ExplainedError as error:
    sys.exit(f"gunicorn.conf.py: {error}")

gunicorn.util.write_error = write_refusal  # it has no setting for that

chdir = str(ROOT)
wsgi_app = "webapp.deploy.wsgi:make_app()"
worker_class = "gthread"
worker_connections = 1000
backlog = 1024

# Each worker makes its own app. The modules are loaded before the fork and shared by all; ONNX
# Runtime does not promise that its sessions survive one, so they are made after it.
preload_app = False

timeout = 60  # seconds without a sign of life; a worker that answers slowly still gives one
graceful_timeout = 30  # seconds for requests that are being answered when it is stopped
# Seconds; longer than nginx keeps its connections (60), or it would find them closed.
keepalive = 75

# Not gunicorn's to believe: BOARD_BEHIND_PROXY lets the app take X-Forwarded-* from one proxy.
forwarded_allow_ips = ""
secure_scheme_headers = {}
accesslog = None  # the app writes a line for every request, without the client's address
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # a heartbeat needs no disk


def when_ready(_server: Any) -> None:  # noqa: ANN401
    """Say the token once, not once for each worker; one that was given is known already."""
    if read_token(os.environ) is None:
        end = f"/drawings#token={settings['TOKEN']}"
        print(f"{FOR_THE_TEACHER}: the board's address with {end}", flush=True)
