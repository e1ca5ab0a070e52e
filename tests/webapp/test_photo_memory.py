"""What a photo of 12 megapixels takes of a server's memory, and gives back."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.picture_files import draw_photo, make_exif, save

ROOT = Path(__file__).resolve().parents[2]
SIZE = 3000, 4000  # px
MOST, MOST_AFTER = 200, 60  # MB above a server that has read drawings
MEASURE = """
import io, re, sys
from pathlib import Path
from tests.webapp.pictures import draw_seven, on_transparent, to_url
from webapp import create_app

def measure(field):
    return int(re.search(rf"{field}:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024

client = create_app({"VERSIONS": False, "INSTANCE_DIR": Path(sys.argv[1])}).test_client()
for _ in range(3):
    client.post("/api/predict", json={"image": to_url(on_transparent(draw_seven()))})
photo = Path(sys.argv[2]).read_bytes()
idle = measure("VmRSS")
Path("/proc/self/clear_refs").write_text("5")  # the peak is counted anew
for _ in range(2):
    form = {"photo": (io.BytesIO(photo), "photo")}
    answer = client.post("/api/read-photo", data=form, headers={"X-Board": "1"})
    assert answer.get_json()["lines"] == ["7"], answer.get_json()
print(measure("VmHWM") - idle, measure("VmRSS") - idle)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted otherwise")
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_large_photo_takes_little_memory_and_gives_it_back(tmp_path, kind):
    photo = tmp_path / "photo"
    image = draw_photo().resize(SIZE)
    photo.write_bytes(save(image.rotate(90, expand=True), kind, exif=make_exif(6)))
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(tmp_path / "instance"), str(photo)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    peak, after = map(int, done.stdout.split())
    assert peak < MOST
    assert after < MOST_AFTER
