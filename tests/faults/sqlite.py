"""SQLite's own calls that change the disk, counted and spoilt as those of Python.

SQLite lets a test put functions in the place of the system's (sqlite3_vfs.xSetSystemCall); fsync is
not among them, so each open file gets methods of ours that look at xSync. Where Python's library of
SQLite cannot be reached, it goes uncounted.
"""

import contextlib
import ctypes
import os
from collections.abc import Callable, Iterator
from threading import get_ident

POINTER, INT, CHARS, SIZE = ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t
LONG = ctypes.c_longlong
IOERR_FSYNC = 10 | 4 << 8  # SQLITE_IOERR_FSYNC
XSYNC, METHODS = 5, 19  # places in sqlite3_io_methods, and how many there are
SYSTEM = {
    "open": (INT, CHARS, INT, INT),
    "write": (ctypes.c_ssize_t, INT, POINTER, SIZE),
    "pwrite": (ctypes.c_ssize_t, INT, POINTER, SIZE, LONG),
    "pwrite64": (ctypes.c_ssize_t, INT, POINTER, SIZE, LONG),
    "ftruncate": (INT, INT, LONG),
    "unlink": (INT, CHARS),
    "mkdir": (INT, CHARS, INT),
}
# The name as an address: SQLite keeps it as the file's path, and a copy would be gone by then.
OPEN = ctypes.CFUNCTYPE(INT, POINTER, POINTER, POINTER, INT, POINTER)
SYNC = ctypes.CFUNCTYPE(INT, POINTER, INT)


class Vfs(ctypes.Structure):
    """sqlite3_vfs, as sqlite3.h says it."""

    _fields_ = (
        ("version", INT),
        ("file_size", INT),
        ("longest_path", INT),
        *((name, POINTER) for name in ("next", "name", "data")),
        ("open", OPEN),
        *((name, POINTER) for name in ("delete", "access", "full", "dl1", "dl2", "dl3", "dl4")),
        *((name, POINTER) for name in ("random", "sleep", "time", "last_error", "time_64")),
        ("set_call", ctypes.CFUNCTYPE(INT, POINTER, CHARS, POINTER)),
        ("get_call", ctypes.CFUNCTYPE(POINTER, POINTER, CHARS)),
    )


def find_vfs() -> "ctypes._Pointer | None":
    """Return SQLite's way to the system, in the library that Python itself uses."""
    import _sqlite3

    try:
        library = ctypes.CDLL(_sqlite3.__file__)
        library.sqlite3_vfs_find.restype = ctypes.POINTER(Vfs)
        return library.sqlite3_vfs_find(None)
    except (OSError, AttributeError):
        return None


@contextlib.contextmanager
def watch_sqlite(disk: object) -> Iterator[None]:
    """Let SQLite's calls go through `disk`; connections must be opened and closed in here."""
    vfs = find_vfs()
    if not vfs:
        yield
        return
    disk = _OwnThread(disk)
    kept = [_put_call(vfs, name, disk) for name in SYSTEM]
    # By its address: a field of a ctypes structure is a view, which would change with it.
    original = OPEN(ctypes.cast(vfs.contents.open, POINTER).value)
    vfs.contents.open = _make_open(original, disk)
    try:
        yield
    finally:
        vfs.contents.open = original
        for name in SYSTEM:
            vfs.contents.set_call(vfs, name.encode(), None)
        del kept


class _OwnThread:
    """Passes on what this thread does; what others do is done as ever."""

    def __init__(self, disk: object) -> None:
        self._disk, self._ours = disk, get_ident()

    def step(self, name: str, path: object, change: Callable[[], int]) -> int:
        return self._disk.step(name, path, change) if get_ident() == self._ours else change()

    def write(self, path: object, data: memoryview, write: Callable[[memoryview], int]) -> int:
        return self._disk.write(path, data, write) if get_ident() == self._ours else write(data)


def _put_call(vfs: "ctypes._Pointer", name: str, disk: object) -> object:
    kind = ctypes.CFUNCTYPE(*SYSTEM[name], use_errno=True)
    address = vfs.contents.get_call(vfs, name.encode())
    if not address:
        return None
    real = kind(address)

    def call(*arguments):
        try:
            return _change(name, real, arguments, disk)
        except OSError as error:
            ctypes.set_errno(error.errno)
            return -1

    ours = kind(call)
    vfs.contents.set_call(vfs, name.encode(), ctypes.cast(ours, POINTER))
    return ours


def _change(name: str, real: object, arguments: tuple, disk: object) -> int:
    if name == "open" and not arguments[1] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        return real(*arguments)
    if name in ("write", "pwrite", "pwrite64"):
        descriptor, address, size, *place = arguments
        data = memoryview(bytearray(size))  # only its length counts
        return disk.write(None, data, lambda part: real(descriptor, address, len(part), *place))
    return disk.step(name, None, lambda: real(*arguments))


def _make_open(real: object, disk: object) -> object:
    tables: dict[int, object] = {}

    def open_file(vfs, name, file, flags, out):
        code = real(vfs, name, file, flags, out)
        place = ctypes.cast(file, ctypes.POINTER(POINTER))
        if code == 0 and place[0]:
            table = tables.get(place[0]) or tables.setdefault(place[0], _copy(place[0], disk))
            place[0] = ctypes.addressof(table)
        return code

    ours = OPEN(open_file)
    KEPT.append((ours, tables))
    return ours


KEPT: list[object] = []  # SQLite may still use them when it closes a file


def _copy(address: int, disk: object) -> object:
    """Return a file's methods with an xSync that is a step."""
    table = (POINTER * METHODS).from_buffer_copy((POINTER * METHODS).from_address(address))
    real = SYNC(table[XSYNC])

    def sync(file, flags):
        try:
            return disk.step("fsync", None, lambda: real(file, flags))
        except OSError:
            return IOERR_FSYNC

    ours = SYNC(sync)
    table[XSYNC] = ctypes.cast(ours, POINTER).value
    KEPT.append((table, ours))
    return table
