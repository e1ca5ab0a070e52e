"""Whether the board on this machine reads a drawing: exit code 0 or 1. For a container's check."""

import http.client
import os
import socket
import sys

PATIENCE = 4.0  # seconds


def is_healthy(bind: str, prefix: str) -> bool:
    """Ask the server that listens at `bind`, such as 0.0.0.0:8000 or unix:/run/board."""
    host, _, port = bind.rpartition(":")
    host = {"0.0.0.0": "127.0.0.1", "[::]": "::1"}.get(host, host.strip("[]"))
    is_file = bind.startswith("unix:")
    connection = http.client.HTTPConnection(
        "localhost" if is_file else host, None if is_file else int(port), timeout=PATIENCE
    )
    try:
        if is_file:
            connection.sock = socket.socket(socket.AF_UNIX)
            connection.sock.settimeout(PATIENCE)
            connection.sock.connect(bind.removeprefix("unix:"))
        connection.request("GET", f"{prefix}/api/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    path = os.environ.get("BOARD_PREFIX", "").strip("/")
    bind = os.environ.get("BOARD_BIND") or "127.0.0.1:8000"
    sys.exit(0 if is_healthy(bind, f"/{path}" if path else "") else 1)
