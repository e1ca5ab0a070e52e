"""Labels of drawings: an integer 0 to 9, or the word "not_a_digit"."""

from webapp.problems import Problem
from webapp.store.drawings import NOT_A_DIGIT

WORD = "not_a_digit"
WRONG = f'must be an integer from 0 to 9, or "{WORD}".'


def parse_label(value: object) -> int:
    """Return the label that JSON gives, exactly: neither true nor 7.0 nor "7"; raises Problem."""
    if value == WORD and isinstance(value, str):
        return NOT_A_DIGIT
    if type(value) is not int or not 0 <= value <= 9:
        raise Problem(400, f"`label` {WRONG}")
    return value


def read_label(text: str | None) -> int | None:
    """Return the label that an address asks for, None if it asks for none; raises Problem."""
    if text is None:
        return None
    if text == WORD:
        return NOT_A_DIGIT
    if len(text) != 1 or text not in "0123456789":
        raise Problem(400, f"`label` {WRONG}")
    return int(text)


def write_label(label: int | None) -> int | str | None:
    """Return a label as JSON has it."""
    return WORD if label == NOT_A_DIGIT else label
