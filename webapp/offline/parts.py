"""Which static files a page needs: those that it names, those that these name, and so on.

Nobody keeps a list: a module that is added to a page is kept with it.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from posixpath import join, normpath

from webapp.static_files import VERSION

# How each kind of file names another; a worker's script is a string in the module that starts it.
NAMES = {
    ".html": re.compile(r'(?:href|src)="(static/[^"?#]+)"'),
    ".css": re.compile(r'url\(["\']?([\w./-]+)["\']?\)'),
    ".js": re.compile(r'["\'](\.{1,2}/[\w./-]+\.js)["\']'),
}


def list_parts(html: str, static: Path) -> dict[str, bytes]:
    """Return the static files that a page at the board's root needs, by their addresses there.

    A name that leads to no file of the folder `static` is left out.
    """
    parts: dict[str, bytes] = {}
    found = list(NAMES[".html"].findall(html))
    while found:
        address = found.pop()
        path = static / VERSION.sub("", address.removeprefix("static/"), count=1)
        if address in parts or not is_inside(address) or not path.is_file():
            continue
        parts[address] = path.read_bytes()
        found += find_names(address, parts[address])
    return dict(sorted(parts.items()))


def is_inside(address: str) -> bool:
    """Whether an address lies in the folder of static files."""
    return address.startswith("static/") and normpath(address) == address


def find_names(address: str, content: bytes) -> Iterator[str]:
    """Yield the addresses that a file names, from the board's root."""
    pattern = NAMES.get(Path(address).suffix)
    if pattern:
        for name in pattern.findall(content.decode()):
            yield normpath(join(address, "..", name))
