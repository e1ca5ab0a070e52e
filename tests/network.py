"""A machine without a network, for tests of what is downloaded."""

import contextlib
import socket
import urllib.request
from collections.abc import Iterator


@contextlib.contextmanager
def unplugged() -> Iterator[None]:
    """Let every request that urllib makes be refused, as on a machine without a network."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound and not listening: whoever connects is refused
        proxy = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        refused = urllib.request.ProxyHandler({"http": proxy, "https": proxy})
        urllib.request.install_opener(urllib.request.build_opener(refused))
        try:
            yield
        finally:
            urllib.request.install_opener(None)
