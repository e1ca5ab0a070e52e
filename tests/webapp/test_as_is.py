"""A 28×28 picture can go to the networks as it is: not cropped, scaled, stretched or centred."""

import numpy as np
import pytest
from PIL import Image

from tests.webapp.pictures import build_png, draw_seven, on_paper, on_transparent, to_url

SMALL = draw_seven((28, 28), ((3, 2), (12, 2), (6, 12)), 2)  # in the upper left corner


def predict(client, **body):
    return client.post("/api/predict", json={"as_is": True, **body})


@pytest.mark.parametrize(
    "picture",
    [
        on_transparent(SMALL),
        on_transparent(SMALL, (250, 250, 250)),
        on_paper(SMALL),
        on_paper(SMALL, (255, 255, 255), (0, 0, 0)),
        Image.fromarray(SMALL),
    ],
    ids=["on nothing", "chalk on nothing", "on paper", "on a blackboard", "as MNIST has it"],
)
def test_every_pixel_reaches_the_network_unchanged(real_client, picture):
    reading = predict(real_client, image=to_url(picture)).get_json()
    assert reading["seen"] == SMALL.ravel().tolist()


def test_without_it_the_same_picture_is_scaled_and_centred(real_client):
    url = to_url(on_transparent(SMALL))
    for body in ({"as_is": False}, {}):
        seen = real_client.post("/api/predict", json={"image": url, **body}).get_json()["seen"]
        assert np.flatnonzero(np.reshape(seen, (28, 28)).any(axis=1))[-1] > 20


def test_frames_and_lines_along_an_edge_are_ink_as_it_is(real_client):
    framed = SMALL.copy()
    framed[0] = framed[:, -1] = 200
    reading = predict(real_client, image=to_url(on_transparent(framed))).get_json()
    assert reading["seen"] == framed.ravel().tolist()


def test_faint_ink_is_not_stretched(real_client):
    faint = SMALL // 3
    reading = predict(real_client, image=to_url(on_transparent(faint))).get_json()
    assert reading["seen"] == faint.ravel().tolist()


def test_an_empty_picture_is_blank(real_client):
    for picture in (Image.new("RGBA", (28, 28)), Image.new("L", (28, 28), 255)):
        assert predict(real_client, image=to_url(picture)).get_json()["status"] == "blank"


def test_several_models_are_given_the_same(real_client):
    answer = predict(real_client, image=to_url(Image.fromarray(SMALL)), models=["linear", "mlp"])
    readings = answer.get_json()["readings"]
    assert [reading["seen"] for reading in readings] == [SMALL.ravel().tolist()] * 2


@pytest.mark.parametrize("path", ["/api/predict", "/api/explain"])
@pytest.mark.parametrize("size", [(29, 28), (28, 29), (280, 280)])
def test_a_picture_of_another_size_is_refused_with_its_size(client, path, size):
    body = {"as_is": True, "image": to_url(Image.new("RGBA", size))}
    answer = client.post(path, json=body)
    assert answer.status_code == 400
    assert "must be 28×28 px" in answer.get_json()["detail"]
    assert f"{size[0]}×{size[1]} px" in answer.get_json()["detail"]


@pytest.mark.parametrize("path", ["/api/predict", "/api/explain"])
def test_strokes_have_no_such_size(client, path):
    answer = client.post(path, json={"as_is": True, "strokes": [[[9, 9], [90, 90]]]})
    assert answer.status_code == 400
    assert "`as_is` needs a picture" in answer.get_json()["detail"]


@pytest.mark.parametrize("path", ["/api/predict", "/api/explain"])
@pytest.mark.parametrize("value", [None, 0, 1, "true", [], {}])
def test_as_is_is_true_or_false(client, seven_url, path, value):
    answer = client.post(path, json={"as_is": value, "image": seven_url})
    assert answer.status_code == 400
    assert "`as_is`" in answer.get_json()["detail"]


def test_a_damaged_picture_of_the_right_size_is_refused(client):
    damaged = build_png(28, 28, 8, 0, [b"\0" * 28] * 9)
    answer = predict(client, image=to_url(damaged))
    assert answer.status_code == 400
