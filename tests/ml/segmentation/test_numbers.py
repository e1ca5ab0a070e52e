"""Several digits are read where there are several, and one digit as ever."""

import numpy as np
import pytest

from ml.errors import UnknownModelError
from ml.predict import Reader
from ml.segmentation.numbers import read_several
from ml.strokes import draw_freely
from tests.written_numbers import line, write


@pytest.fixture(scope="module")
def reader():
    return Reader()


def read(reader, strokes, **others):
    return read_several(reader, [reader.default], strokes=strokes, **others)[0]


@pytest.mark.parametrize("text", ["407", "15", "2718", "90536", "11"])
def test_a_number_is_read_digit_by_digit(reader, text):
    answer = read(reader, write(text))
    assert (answer.status, answer.text) == ("number", text)
    assert 0.5 < answer.probability <= 1
    assert [part.text for part in answer.parts] == list(text)


@pytest.mark.parametrize("gap", [-0.05, 0.0, 0.3])
def test_digits_may_touch_or_stand_apart(reader, gap):
    assert read(reader, write("452", gap=gap)).text == "452"


def test_each_part_has_its_box_and_its_strokes(reader):
    strokes = write("417")
    parts = read(reader, strokes).parts
    assert [part.strokes for part in parts] == [(0, 1), (2,), (3,)]
    for part in parts:
        points = np.concatenate([strokes[n] for n in part.strokes])
        low, extent = points.min(axis=0) - 9, np.ptp(points, axis=0) + 18
        assert np.abs(np.array(part.box) - [*low, *extent]).max() <= 2


def test_digits_are_left_to_right_in_whatever_order_they_were_drawn(reader):
    strokes = write("362")
    answer = read(reader, [strokes[2], strokes[0], strokes[1]])
    assert answer.text == "362"
    assert [part.strokes for part in answer.parts] == [(1,), (2,), (0,)]


def test_a_stroke_added_late_goes_to_its_digit(reader):
    strokes = write("42")
    answer = read(reader, [strokes[0], strokes[2], strokes[1]])
    assert answer.text == "42"
    assert [part.strokes for part in answer.parts] == [(0, 2), (1,)]


@pytest.mark.parametrize("digit", "0123456789")
@pytest.mark.parametrize("model", ["board_cnn", "linear"])
def test_one_digit_is_read_as_ever(reader, digit, model):
    strokes = write(digit)
    (answer,) = read_several(reader, [model], strokes=strokes)
    reading = reader.read(draw_freely(strokes), model)
    assert answer.reading == reading
    assert answer.to_dict() == {
        **reading.to_dict(),
        "milliseconds": answer.reading.milliseconds,
        "text": digit if reading.digit == int(digit) else answer.text,
        "digits": answer.to_dict()["digits"],
    }
    assert len(answer.parts) == 1


def test_the_canvas_is_what_is_read_where_it_is_sent(reader):
    strokes = write("8")
    canvas = draw_freely(write("3"))
    assert read(reader, strokes, ink=canvas).reading == reader.read(canvas)


def test_a_blank_board_is_blank(reader):
    answer = read(reader, [])
    assert (answer.status, answer.text, answer.parts) == ("blank", None, [])
    assert answer.to_dict()["digits"] == []


def test_a_letter_is_refused_as_one_thing(reader):
    strokes = [
        line((60, 240), (120, 40), (180, 240)),
        line((85, 160), (155, 160)),
    ]
    answer = read(reader, strokes)
    assert (answer.status, answer.text) == ("not_a_digit", None)
    assert answer.reading == reader.read(draw_freely(strokes))


def test_a_thing_that_is_no_digit_is_refused_in_its_place(reader):
    star = [
        line((250, 60), (330, 220)),
        line((330, 60), (250, 220)),
        line((240, 140), (340, 140)),
        line((290, 50), (290, 230)),
    ]
    answer = read(reader, [*write("7"), *star])
    assert (answer.status, answer.text, answer.probability) == ("not_a_digit", None, None)


def test_a_minus_before_a_number_is_kept(reader):
    strokes = write("35", corner=(160, 60))
    answer = read(reader, [line((60, 140), (130, 140)), *strokes])
    assert (answer.status, answer.text) == ("number", "-35")
    assert answer.parts[0].mark == "-"
    assert answer.to_dict()["digits"][0]["status"] == "not_a_digit"


def test_a_decimal_point_is_kept(reader):
    strokes = write("35", gap=0.5)
    x = (strokes[0][:, 0].max() + strokes[1][:, 0].min()) / 2
    answer = read(reader, [strokes[0], line((x, 216)), *strokes[1:]])
    assert (answer.status, answer.text) == ("number", "3.5")


def test_a_slip_of_the_pen_adds_no_digit(reader):
    strokes = write("35")
    for slip in (line((120, 20), (122, 22)), line((400, 120))):
        answer = read(reader, [*strokes, slip])
        assert (answer.status, answer.text) == ("number", "35")


def test_a_dash_between_digits_is_refused_in_its_place(reader):
    strokes = write("35", gap=0.9)
    x = (strokes[0][:, 0].max() + strokes[1][:, 0].min()) / 2
    answer = read(reader, [strokes[0], line((x - 30, 140), (x + 30, 140)), *strokes[1:]])
    assert (answer.status, answer.text) == ("not_a_digit", None)
    assert [part.text for part in answer.parts] == ["3", None, "5"]


def test_several_models_read_the_same_parts(reader):
    first, second = read_several(reader, ["board_cnn", "mlp"], strokes=write("407"))
    assert (first.model, second.model) == ("board_cnn", "mlp")
    assert [part.box for part in first.parts] == [part.box for part in second.parts]


def test_a_picture_of_a_number_is_read(reader):
    (answer,) = read_several(reader, [reader.default], ink=draw_freely(write("3071")))
    assert (answer.status, answer.text) == ("number", "3071")
    assert all(part.strokes is None for part in answer.parts)


def test_a_number_far_larger_than_the_board_is_read(reader):
    strokes = [stroke * 5 for stroke in write("31", gap=0.3)]
    answer = read(reader, strokes)
    assert answer.text == "31"
    assert answer.parts[0].box[3] == pytest.approx(800, abs=60)


def test_many_strokes_are_read_as_one_thing(reader):
    strokes = [line((10 + 5 * n, 20), (30 + 5 * n, 200)) for n in range(40)]
    assert read(reader, strokes).reading == reader.read(draw_freely(strokes))


def test_a_model_that_is_not_served_is_named(reader):
    with pytest.raises(UnknownModelError):
        read_several(reader, ["none"], strokes=write("1"))


def test_there_must_be_something_to_read(reader):
    with pytest.raises(ValueError, match="strokes or ink"):
        read_several(reader, [reader.default])


def test_dots_are_no_number(reader):
    dots = [line((40 + 40 * n, 100)) for n in range(6)]
    assert read(reader, dots).text is None


def test_a_colon_between_digits_is_refused_in_its_place(reader):
    digits = write("35", gap=0.6)
    middle = digits[0][:, 0].max() + 40
    answer = read(reader, [digits[0], line((middle, 110)), line((middle, 200)), *digits[1:]])
    assert (answer.status, answer.text) == ("not_a_digit", None)
