"""The sheet that one prints: where its boxes and marks lie, in millimetres, and what to write.

Ten rows of ten boxes: a row is the digits 0 to 9 in their order, so that nobody slips, and so that
each column shows one digit as ten times written. A mark in each corner says where the sheet lies in
a photo, which side is up and which paper it is. All of this is data: the page draws it, and the
reading of photos looks for it.
"""

from dataclasses import dataclass

ROWS, COLUMNS = 10, 10
BOX_SIDE = 15.0  # mm: school squares are 5 to 10, and a digit of 10 is what people write in it
MARK_SIDE = 14.0
MARGIN = 10.0  # of the marks: what printers leave white is 3 to 7, and a mark needs white around
LINE_WIDTH = 0.35
LABEL_SIZE = 4.2  # of the type of the small digit that is to be written, above its box
# Frames and small digits have the red of light, as forms are printed: a photo's red channel does
# not show them, and shows pencil, black and blue ink.
LIGHT, LABEL = "#ffb9a8", "#e07a62"

# The inner 4×4 cells of marks of OpenCV's dictionary DICT_4X4_50, row by row, # = black. Chosen for
# looking least like themselves when turned. A ring of black cells goes around them.
MARKS = {
    1: ("####", "....", ".##.", ".#.#"),
    2: ("##..", "##..", "##.#", "..#."),
    3: (".##.", ".##.", "#.##", "#..#"),
    4: ("#.#.", "#.##", ".##.", "...#"),
    6: (".##.", "...#", "##.#", "...#"),
    7: ("..##", "#.##", "....", "##.#"),
    8: ("....", "...#", "..#.", ".#.#"),
    9: ("..##", "....", "#.#.", "#..#"),
}
MARK_CELLS = 6  # along a side, with the black ring


@dataclass(frozen=True)
class Mark:
    """A black and white square in a corner; its number says which corner of which paper."""

    number: int  # its id in DICT_4X4_50
    x: float  # of its left edge, mm
    y: float  # of its upper edge
    side: float = MARK_SIDE

    @property
    def corners(self) -> tuple[tuple[float, float], ...]:
        """Its corners in mm: from the upper left one clockwise, as OpenCV gives them."""
        right, below = self.x + self.side, self.y + self.side
        return (self.x, self.y), (right, self.y), (right, below), (self.x, below)

    @property
    def black_cells(self) -> list[tuple[int, int]]:
        """Its black cells (column, row), of MARK_CELLS a side."""
        edge = "#" * MARK_CELLS
        rows = [edge, *(f"#{row}#" for row in MARKS[self.number]), edge]
        return [(x, y) for y, row in enumerate(rows) for x, cell in enumerate(row) if cell == "#"]


@dataclass(frozen=True)
class Box:
    """A square to write one digit in."""

    x: float  # of its left edge, mm
    y: float  # of its upper edge
    row: int
    column: int
    expected: int  # the digit to write
    side: float = BOX_SIDE


@dataclass(frozen=True)
class Layout:
    """A printed sheet: everything in mm from the paper's upper left corner."""

    name: str
    width: float
    height: float
    marks: tuple[Mark, ...]  # clockwise from the upper left
    boxes: tuple[Box, ...]  # row by row


def _make_layout(
    name: str, width: float, height: float, first_mark: int, top: float, pitch: float
) -> Layout:
    """Lay boxes out from `top` on, rows `pitch` apart, between marks in all four corners."""
    right, below = width - MARGIN - MARK_SIDE, height - MARGIN - MARK_SIDE
    corners = ((MARGIN, MARGIN), (right, MARGIN), (right, below), (MARGIN, below))
    marks = tuple(Mark(first_mark + n, x, y) for n, (x, y) in enumerate(corners))
    across = 18.8
    left = (width - 9 * across - BOX_SIDE) / 2
    boxes = tuple(
        Box(left + column * across, top + row * pitch, row, column, column)
        for row in range(ROWS)
        for column in range(COLUMNS)
    )
    return Layout(name, width, height, marks, boxes)


LAYOUTS = {
    layout.name: layout
    for layout in (
        _make_layout("A4", 210, 297, 1, top=42, pitch=22.6),
        _make_layout("Letter", 215.9, 279.4, 6, top=39.5, pitch=21.4),
    )
}
