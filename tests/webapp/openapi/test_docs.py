"""docs/api.md names every route and every status of an error, and no other."""

import re
from pathlib import Path

from webapp.openapi.description import describe_paths

DOCS = Path(__file__).resolve().parents[3] / "docs" / "api.md"
ROUTE = re.compile(r"`([A-Z]+) /api(/[^`?]*)[^`]*`")
PLACE = re.compile(r"<\w+>|{\w+}")  # whatever it is called there


def list_cells(head):
    """The first cell of each row of the table with such a head."""
    _, _, table = DOCS.read_text(encoding="utf-8").partition(f"\n| {head} |")
    rows = table.partition("\n\n")[0].splitlines()[2:]
    return [row.split(" | ")[0] for row in rows]


def test_its_table_has_every_route():
    named = [route for cell in list_cells("route") for route in ROUTE.findall(cell)]
    described = [
        (method.upper(), path)
        for path, operations in describe_paths().items()
        for method in operations
    ]
    routes, known = (
        sorted((method, PLACE.sub("<>", path)) for method, path in each)
        for each in (named, described)
    )
    assert routes == known


def test_its_table_has_every_error():
    operations = [each for path in describe_paths().values() for each in path.values()]
    described = {status for each in operations for status in each["responses"] if status >= "400"}
    described |= {"404", "405"}  # of addresses and methods that there are not
    named = [status for cell in list_cells("status") for status in re.findall(r"\d+", cell)]
    assert named == sorted(named)
    assert set(named) == described
