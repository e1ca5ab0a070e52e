"""A confusion matrix whose mistakes stand out."""

from dataclasses import dataclass

STRONG = (0.005, 0.01, 0.025)  # shares of a digit's images from which a mistake is darker


@dataclass(frozen=True)
class Cell:
    """How often one digit was read as one digit."""

    count: int
    kind: str  # "right", "none" or "wrong-1" (rare) to "wrong-4" (frequent)


@dataclass(frozen=True)
class Confusion:
    """Counts of test images, 10 × 10: a row for each true digit, a column for each read one."""

    counts: list[list[int]]

    @property
    def rows(self) -> list[list[Cell]]:
        """The cells, row by row."""
        return [
            [
                Cell(count, name_kind(count, sum(row), read == truth))
                for read, count in enumerate(row)
            ]
            for truth, row in enumerate(self.counts)
        ]

    @property
    def worst(self) -> tuple[int, int, int] | None:
        """The most frequent mistake: how often, the true digit, the read one. Or None."""
        wrong = [
            (count, truth, read)
            for truth, row in enumerate(self.counts)
            for read, count in enumerate(row)
            if count and truth != read
        ]
        return max(wrong, key=lambda mistake: mistake[0], default=None)


def name_kind(count: int, total: int, is_right: bool) -> str:
    """Return the kind of a cell with `count` of a row's `total` images."""
    if is_right:
        return "right"
    if not count:
        return "none"
    return f"wrong-{1 + sum(count / total >= share for share in STRONG)}"
