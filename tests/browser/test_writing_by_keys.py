"""All ten digits written with keys alone, and read by the network that ships."""

import pytest
from playwright.sync_api import expect

from tests.browser.drawing import get_board

# From the middle of the board: u, d, l and r are the arrows, 7, 9, 1 and 3 the diagonals, all with
# Shift; a number after a colon repeats the step, and a bar puts the pen down or lifts it.
WRITTEN = {
    0: "u:5 | 1 1 d:5 3 r 9 u:5 7 l |",
    1: "u:5 | d:10 |",
    2: "u:3 l:3 | 9 9 r 3 3 d 1:5 r:5 |",
    3: "u:4 l:2 | 9 r:2 3 d 1 1 l | r | 3 3 d 1 1 l:2 7 |",
    4: "u:5 | 1:5 r:5 | u:3 l | d:8 |",
    5: "u:5 r:2 | l:4 d:4 r:3 3 d:2 1 1 l:2 7 |",
    6: "u:5 r:2 | l 1:3 d:4 3 3 r 9 9 u 7 7 l 1:3 |",
    7: "u:5 l:3 | r:6 1 1 d 1 1 d 1 1 |",
    8: "u:4 r:2 | 7 l:2 1 d 3:4 d 1 l:2 7 u 9:4 u |",
    9: "u:3 r:2 | 7 7 l 1 1 d 3 3 r 9 9 u:2 | d | d 1 d:2 1 1 l |",
}
KEYS = {
    "u": "Shift+ArrowUp",
    "d": "Shift+ArrowDown",
    "l": "Shift+ArrowLeft",
    "r": "Shift+ArrowRight",
    "7": "Shift+Home",
    "9": "Shift+PageUp",
    "1": "Shift+End",
    "3": "Shift+PageDown",
    "|": "Space",
}


def write(page, script):
    get_board(page).focus()
    for move in script.split():
        key, _, times = move.partition(":")
        for _ in range(int(times or 1)):
            page.keyboard.press(KEYS[key])


@pytest.mark.parametrize("digit", WRITTEN)
def test_a_digit_written_with_keys_is_read(page, digit):
    write(page, WRITTEN[digit])
    expect(page.get_by_role("status")).to_have_text(str(digit))
