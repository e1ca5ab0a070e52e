"""What a browser keeps of the board: its parts, the service worker, and weights."""

import hashlib
import json
import re
from base64 import b64encode
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from PIL import Image

from ml.errors import WeightsError
from ml.networks.card import SavedFile
from ml.networks.exports.browser_weights import MAGIC
from ml.predict import LoadedModel
from tests.webapp.people import TOKEN
from tests.webapp.shelf import Shelf, make_full_card, make_shelf
from webapp import create_app, static_files
from webapp.offline.parts import list_parts

STATIC = Path(__file__).resolve().parents[2] / "static"
WEIGHTS = "/api/models/linear/browser-weights"


def read_kept(client):
    """What the service worker is told to keep."""
    answer = client.get("/service-worker.js")
    assert answer.status_code == 200
    return json.loads(re.match(r"const KEPT = (.*);", answer.text)[1])


def with_other_weights(card):
    return replace(card, weights=SavedFile.of(card.model, "safetensors", b"others"))


def with_other_calibration(card):
    return replace(card, calibration=replace(card.calibration, temperature=3.0))


@pytest.fixture
def shelf_client():
    return create_app({"READER": make_shelf()}).test_client()


@pytest.fixture
def folder(tmp_path):
    """Static files of which a page names one, which names others."""
    files = {
        "js/page.js": 'import { Board } from "./parts/board.js";',
        "js/parts/board.js": 'import "../page.js"; new URL("./worker.js", import.meta.url);',
        "js/parts/worker.js": "",
        "js/another_page.js": "",
        "css/page.css": 'a { background: url("../icon.svg") } @import url(gone.css);',
        "icon.svg": "<svg/>",
    }
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return tmp_path


def test_the_parts_of_a_page_are_what_it_names_and_what_these_name(folder):
    html = '<link href="static/css/page.css"><script src="static/js/page.js"></script>'
    assert list(list_parts(html, folder)) == [
        "static/css/page.css",
        "static/icon.svg",
        "static/js/page.js",
        "static/js/parts/board.js",
        "static/js/parts/worker.js",
    ]


def test_the_parts_have_the_version_of_the_page_that_names_them(folder):
    html = '<script src="static/v-0a1b2c3d/js/page.js"></script>'
    assert list(list_parts(html, folder)) == [
        "static/v-0a1b2c3d/js/page.js",
        "static/v-0a1b2c3d/js/parts/board.js",
        "static/v-0a1b2c3d/js/parts/worker.js",
    ]


def test_nothing_outside_the_folder_is_a_part(folder):
    (folder.parent / "secret.js").write_text("")
    html = """<script src="static/js/../../secret.js"></script><a href="models">Models</a>
        <script src="static/v-0a1b2c3d/../secret.js"></script>
        <script src="static//v-0a1b2c3d//run.py"></script>"""
    (folder / "js/page.js").write_text('import "../../../secret.js";')
    assert list_parts(html, folder) == {}
    assert list(list_parts('<script src="static/js/page.js">', folder)) == ["static/js/page.js"]


def test_all_that_is_kept_is_there_and_every_module_of_the_board_is_kept(client):
    kept = read_kept(client)
    for address, integrity in kept["files"].items():
        answer = client.get(f"/{address}", buffered=True)
        assert answer.status_code == 200, address
        digest = hashlib.sha256(answer.data).digest()
        assert integrity == f"sha256-{b64encode(digest).decode()}", address
        assert answer.cache_control.no_transform, address
    names = {re.sub("^static/v-[0-9a-f]+/", "static/", address) for address in kept["files"]}
    assert {"kept", "away", "static/favicon.svg", "static/js/draw_page.js"} <= names
    assert {"static/js/reader/reader.js", "static/js/reader/start_worker.js"} <= names
    assert "static/js/train_page.js" not in names


def test_the_service_worker_sees_the_whole_board_and_is_compared_at_each_visit(client):
    answer = client.get("/service-worker.js")
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache, no-transform"
    assert "worker-src 'self'" in answer.headers["Content-Security-Policy"]


def test_the_same_content_is_the_same_version_on_two_servers():
    one, other = (create_app({"READER": make_shelf()}).test_client() for _ in range(2))
    assert read_kept(one) == read_kept(other)


def test_another_content_is_another_version(folder, tmp_path_factory, monkeypatch):
    seconds = count()
    monkeypatch.setattr(static_files, "monotonic", lambda: next(seconds))
    templates = tmp_path_factory.mktemp("templates")
    (templates / "away.html").write_text("away")
    page = templates / "draw.html"
    script = """<script src="{{ url_for('static', filename='js/page.js') }}"></script>"""
    page.write_text(script)
    (folder / "js/service_worker.js").write_text("")
    shelf = make_shelf()
    config = {"READER": shelf, "STATIC_DIR": folder, "TEMPLATES_DIR": templates}

    def find_version():
        return read_kept(create_app(config).test_client())["version"]

    versions = [find_version()]
    (folder / "js/parts/worker.js").write_text("another")
    versions.append(find_version())
    page.write_text(f"<p>Another</p>{script}")
    versions.append(find_version())
    shelf.cards[shelf.default] = with_other_weights(shelf.cards[shelf.default])
    versions.append(find_version())
    shelf.cards[shelf.default] = with_other_calibration(shelf.cards[shelf.default])
    versions.append(find_version())
    assert len(set(versions)) == len(versions)
    (folder / "another_icon.svg").write_text("of no concern")
    assert find_version() == versions[-1]


def test_the_kept_page_never_carries_the_token(owner):
    assert TOKEN in owner.client.get("/").text
    for address in read_kept(owner.client)["files"]:
        assert TOKEN.encode() not in owner.client.get(f"/{address}", buffered=True).data


def test_under_a_prefix_everything_is_relative():
    client = create_app({"READER": make_shelf(), "PREFIX": "/class/board"}).test_client()
    answer = client.get("/class/board/service-worker.js")
    assert "/class/board" not in answer.text
    page = client.get("/class/board/").text
    assert 'href="static/manifest.webmanifest"' in page


def test_the_board_can_be_installed(client):
    page = client.get("/").text
    address = re.search(r'<link rel="manifest" href="([^"]+)"', page)[1]
    answer = client.get(f"/{address}", buffered=True)
    assert answer.mimetype == "application/manifest+json"
    manifest = json.loads(answer.data)
    assert manifest["name"] == "Digit board"
    assert manifest["display"] == "standalone"
    assert manifest["start_url"] == manifest["scope"] == "../"
    purposes = {icon.get("purpose", "any") for icon in manifest["icons"]}
    assert purposes == {"any", "maskable"}


def test_the_icons_have_the_sizes_that_the_manifest_says():
    manifest = json.loads((STATIC / "manifest.webmanifest").read_text())
    pictures = [icon for icon in manifest["icons"] if icon["type"] == "image/png"]
    assert {icon["sizes"] for icon in pictures} == {"192x192", "512x512"}
    for icon in pictures:
        with Image.open(STATIC / icon["src"]) as image:
            assert "{}x{}".format(*image.size) == icon["sizes"]


def test_a_maskable_icon_has_ground_to_its_edges_and_an_ordinary_one_has_round_corners():
    corners = {}
    for name in ("icon-512", "maskable-512"):
        with Image.open(STATIC / "icons" / f"{name}.png") as image:
            corners[name] = image.convert("RGBA").getpixel((0, 0))
    assert corners["icon-512"][3] == 0
    assert corners["maskable-512"] == (0x1A, 0x21, 0x1E, 255)


def test_a_networks_weights_are_one_file_that_a_browser_may_keep(shelf_client):
    answer = shelf_client.get(WEIGHTS)
    assert answer.status_code == 200
    assert answer.mimetype == "application/octet-stream"
    assert answer.data.startswith(MAGIC)
    assert answer.headers["Cache-Control"] == "no-cache"


def test_a_browser_that_has_the_served_version_is_sent_none(shelf_client):
    etag = shelf_client.get(WEIGHTS).headers["ETag"]
    answer = shelf_client.get(WEIGHTS, headers={"If-None-Match": etag})
    assert (answer.status_code, answer.data) == (304, b"")
    assert answer.headers["Cache-Control"] == "no-cache"


def test_a_part_of_the_weights_is_answered_whole_and_another_version_is_refused(shelf_client):
    whole = shelf_client.get(WEIGHTS)
    part = shelf_client.get(WEIGHTS, headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.data) == (200, whole.data)
    for tag in (whole.headers["ETag"], "*"):
        assert shelf_client.get(WEIGHTS, headers={"If-Match": tag}).status_code == 200
    other = shelf_client.get(WEIGHTS, headers={"If-Match": '"another"'})
    assert (other.status_code, other.mimetype) == (412, "application/problem+json")
    assert other.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("change", [with_other_weights, with_other_calibration])
def test_a_browser_that_has_another_version_is_sent_the_served_one(change):
    shelf = make_shelf()
    client = create_app({"READER": shelf}).test_client()
    former = client.get(WEIGHTS)
    etag = former.headers["ETag"]
    shelf.cards["linear"] = change(shelf.cards["linear"])
    answer = client.get(WEIGHTS, headers={"If-None-Match": etag})
    assert answer.status_code == 200
    assert answer.headers["ETag"] != etag
    assert answer.data != former.data


def test_a_model_that_is_not_served_has_no_weights(shelf_client):
    answer = shelf_client.get("/api/models/none/browser-weights")
    assert answer.status_code == 404
    assert answer.get_json()["models"]
    assert answer.headers["Cache-Control"] == "no-store"


class WithoutWeights(Shelf):
    def find(self, name):
        return LoadedModel(self.cards[name], self)

    def weights(self):
        raise WeightsError("this network came without the file of its weights")


def test_a_network_whose_weights_cannot_be_had_is_refused_with_the_reason():
    shelf = WithoutWeights({"mlp": make_full_card("mlp")})
    answer = create_app({"READER": shelf}).test_client().get("/api/models/mlp/browser-weights")
    assert answer.status_code == 409
    assert answer.get_json()["detail"] == "this network came without the file of its weights."
