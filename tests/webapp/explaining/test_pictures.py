"""`GET /api/models/<name>/pictures`: what a network is made of."""

import base64

import pytest


@pytest.mark.parametrize(
    ("model", "kind", "counts"),
    [("linear", "weights", [10]), ("mlp", "weights", [30]), ("board_cnn", "kernels", [24, 24])],
)
def test_the_first_layers_weights_are_pictures(real_client, real_reader, model, kind, counts):
    answer = real_client.get(f"/api/models/{model}/pictures").get_json()
    assert (answer["model"], answer["kind"]) == (model, kind)
    assert answer["version"] == real_reader.weights_version(model)
    assert [len(member["pictures"]) for member in answer["members"]] == counts
    rows, columns = answer["size"]
    for member in answer["members"]:
        assert all(len(base64.b64decode(each)) == rows * columns for each in member["pictures"])


def test_a_model_that_there_is_not_has_none(real_client):
    answer = real_client.get("/api/models/gone/pictures")
    assert answer.status_code == 404
    assert "The models are" in answer.get_json()["detail"]


def test_pictures_are_only_looked_at(real_client):
    assert real_client.post("/api/models/linear/pictures", json={}).status_code == 405
