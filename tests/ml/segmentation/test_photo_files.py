"""Photos that are decoded at half their size are read in the file's own pixels."""

import numpy as np
import pytest

from ml.predict import Reader
from ml.segmentation.photo_files import ENOUGH, decode_photo, read_picture
from ml.segmentation.photos.light import MOST_SIDE
from tests.picture_files import draw_photo, make_exif, save

SIZE = 2856, 4000  # px


@pytest.fixture(scope="module")
def reader():
    return Reader()


def test_no_more_is_decoded_than_is_worked_on():
    assert ENOUGH == MOST_SIDE


@pytest.mark.parametrize("orientation", [1, 3])
def test_boxes_of_a_large_photo_are_in_its_own_pixels(reader, orientation):
    image = draw_photo().resize(SIZE)
    turned = image.rotate(180) if orientation == 3 else image
    picture = decode_photo(save(turned, "JPEG", exif=make_exif(orientation)))
    assert picture.scale == (2, 2)
    found = read_picture(reader, picture)
    assert (found.lines, found.width, found.height) == (["7"], *SIZE)
    x, y, width, height = found.digits[0].box
    ink = np.asarray(image.convert("L")) < 130
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    assert abs(x - columns[0]) < 40
    assert abs(y - rows[0]) < 40
    assert abs(x + width - columns[-1]) < 40
    assert abs(y + height - rows[-1]) < 40
    box = x - 100, y - 100, width + 200, height + 200
    (digit,) = read_picture(reader, picture, box=box).digits
    assert digit.reading.digit == 7
