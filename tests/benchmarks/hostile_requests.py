"""Requests of somebody who wishes the server ill, drawn from a seed: (method, path, headers, body).

No form of attack comes alone: most kinds have a random part, so that few requests are equal.
"""

import base64
import io
import json
import random
import struct
import zipfile
import zlib
from collections.abc import Callable

from tests.benchmarks.serving import make_body

Request = tuple[str, str, dict[str, str], bytes | None]
JSON = {"Content-Type": "application/json"}
ZIP = {"Content-Type": "application/zip", "X-Board": "1"}
ODD = ("", " ", "null", "-1", "1e999", "9" * 40, "..", "%00", "%2e%2e%2f", "é", "💥", "a" * 3000)
VALUES = (None, True, -1, 1e308, "x" * 500, [], {}, [[]], {"a": {"b": []}}, "data:,", 2**70, 0.5)
PLACES = ("", "/", "/draw", "/models", "/models/linear", "/drawings", "/train", "/photo", "/api")
ROUTES = (
    *("/api/predict", "/api/explain", "/api/drawings", "/api/read-photo", "/api/runs"),
    *("/api/versions", "/api/models", "/api/health", "/api/hands", "/api/drawings/import"),
    *("/api/drawings/export", "/api/versions/import", "/api/openapi.json", "/api/glossary"),
)
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "PROPFIND", "BREW")
GOOD = [make_body(digit) for digit in range(10)]


def make_request(rng: random.Random) -> Request:
    """Return one request: every kind is as likely as another."""
    return rng.choice(KINDS)(rng)


def send_json(path: str, value: object, **headers: str) -> Request:
    return "POST", path, JSON | headers, json.dumps(value).encode()


def to_url(content: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def make_png(rng: random.Random, width: int, height: int, data: bytes) -> bytes:
    """Return a PNG whose header may promise anything."""
    depth, colour = rng.choice(((8, 6), (8, 0), (1, 0), (16, 2), (8, 3), (7, 5)))
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, rng.choice((0, 0, 1)))

    def chunk(name: bytes, content: bytes) -> bytes:
        packed = name + content
        check = zlib.crc32(packed) ^ (rng.random() < 0.2)
        return struct.pack(">I", len(content)) + packed + struct.pack(">I", check)

    chunks = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(data)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def damage_drawing(rng: random.Random) -> Request:
    content = bytearray(rng.choice(GOOD))
    for _ in range(rng.randint(1, 5)):
        content[rng.randrange(len(content))] = rng.randrange(256)
    return (
        "POST",
        rng.choice(("/api/predict", "/api/predict", "/api/drawings")),
        JSON,
        bytes(content),
    )


def cut_drawing(rng: random.Random) -> Request:
    body = rng.choice(GOOD)
    return "POST", "/api/predict", JSON, body[: rng.randrange(len(body))]


def send_drawing(rng: random.Random) -> Request:
    return "POST", "/api/predict", JSON, rng.choice(GOOD)


def send_bomb(rng: random.Random) -> Request:
    sides = (rng.choice((0, 1, 280, 4096, 65_535, 2**31 - 1)), rng.choice((1, 280, 10**9)))
    png = make_png(rng, *sides, bytes(rng.choice((0, 100, 400_000))))
    return send_json("/api/predict", {"image": to_url(png)})


def send_nonsense(rng: random.Random) -> Request:
    names = ("image", "strokes", "model", "models", "several", "as_is", "methods", "rival", "label")
    names += ("images", "version", "recipe", "wanted", "rest", "seen", "data")
    body = {name: rng.choice(VALUES) for name in rng.sample(names, rng.randint(0, 5))}
    return send_json(rng.choice(ROUTES[:9]), body)


def send_strokes(rng: random.Random) -> Request:
    far = rng.choice((10.0, 280.0, 4096.0, 1e6, 1e300))
    strokes = [
        [[rng.uniform(-far, far), rng.uniform(-far, far)] for _ in range(rng.randint(0, 40))]
        for _ in range(rng.randint(0, 12))
    ]
    body = {"strokes": strokes, "several": rng.random() < 0.3}
    path = "/api/explain" if rng.random() < 0.03 else "/api/predict"  # 0.2 s each
    return send_json(path, body)


def send_many_points(rng: random.Random) -> Request:
    strokes = [[[n % 281, n % 279] for n in range(rng.choice((5_000, 20_000, 60_000)))]]
    return send_json("/api/predict", {"strokes": strokes})


def send_depth(rng: random.Random) -> Request:
    depth = rng.randint(1_000, 100_000)
    return "POST", rng.choice(ROUTES[:6]), JSON, b"[" * depth + b"]" * rng.choice((0, depth))


def send_no_json(rng: random.Random) -> Request:
    body = rng.choice((b"", b"NaN", b'{"a":1,"a":2}', b"\xff\xfe", b"\xef\xbb\xbf{}", b"[]", b"1"))
    return "POST", rng.choice(ROUTES), JSON, body


def send_much(rng: random.Random) -> Request:
    size = rng.choice((900_000, 1_100_000))
    return "POST", "/api/predict", JSON, b'{"image":"' + b"A" * size + b'"}'


def keep_drawing(rng: random.Random) -> Request:
    strokes = [[[rng.randint(40, 240), rng.randint(40, 240)] for _ in range(4)]]
    label = rng.choice((7, 3, "not_a_digit", True, 11, "7", None))
    cookie = {"Cookie": f"board-hand={rng.choice(ODD[:5])}"}
    return send_json("/api/drawings", {"strokes": strokes, "label": label}, **cookie)


def import_zip(rng: random.Random) -> Request:
    file = io.BytesIO()
    name = rng.choice(("drawings.jsonl", "../drawings.jsonl", "linear.json", "C:\\x", "a/b.png"))
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, rng.choice((b"{}", b"\n" * 9, bytes(3_000_000), b'{"label":"7"}')))
    content = bytearray(file.getvalue())
    if rng.random() < 0.5:
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    path = rng.choice(("/api/drawings/import", "/api/versions/import"))
    return "POST", path, ZIP, bytes(content[: rng.choice((len(content), 40))])


def send_photo(rng: random.Random) -> Request:
    start = rng.choice(
        (b"\xff\xd8\xff\xe0", b"RIFF\x10\0\0\0WEBPVP8 ", b"\x89PNG\r\n\x1a\n", b"GIF8")
    )
    content = start + rng.randbytes(rng.choice((0, 20, 5_000)))
    if rng.random() < 0.5:
        return send_json("/api/read-photo", {"image": to_url(content, "image/jpeg")})
    body = b'--x\r\nContent-Disposition: form-data; name="photo"; filename="p"\r\n\r\n' + content
    headers = {"Content-Type": "multipart/form-data; boundary=x", "X-Board": "1"}
    return "POST", "/api/read-photo", headers, body + rng.choice((b"", b"\r\n--x--\r\n"))


def ask_strangely(rng: random.Random) -> Request:
    path = f"{rng.choice(ROUTES)}/{quote(rng.choice(ODD))}"
    query = f"?{rng.choice(('page', 'label', 'since', 'model', 'hands'))}={quote(rng.choice(ODD))}"
    return rng.choice(METHODS), path + rng.choice(("", query)), {}, None


def ask_for_files(rng: random.Random) -> Request:
    name = rng.choice(("../run.py", "..%2f..%2fetc%2fpasswd", "css/base.css", "js/%00.js", "//x"))
    return "GET", f"/static/{name}", {"Range": rng.choice(("bytes=0-", "bytes=9-1", "x"))}, None


def ask_for_pages(rng: random.Random) -> Request:
    headers = {"Host": rng.choice(("evil.example", "localhost", "[::1", "a" * 300, ""))}
    return rng.choice(METHODS[:6]), rng.choice(PLACES), headers, None


def ask_for_others_things(rng: random.Random) -> Request:
    path = rng.choice(
        ("/api/runs", "/api/versions/linear", "/api/drawings?hands=all", "/api/runs/x-1/stop")
    )
    headers = JSON | {"X-Board-Token": rng.choice(("guess", "", "\x7f", "a" * 999))}
    return rng.choice(METHODS[:4]), path, headers, b'{"version":0,"model":"linear"}'


def come_from_elsewhere(rng: random.Random) -> Request:
    headers = JSON | {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    headers |= {"X-Forwarded-For": rng.choice(ODD[:5]), "Cookie": "a" * rng.choice((1, 30_000))}
    return "POST", rng.choice(ROUTES), headers, rng.choice(GOOD)


def quote(text: str) -> str:
    return "".join(c if c.isascii() and c.isprintable() and c != " " else "%25" for c in text)


KINDS: tuple[Callable[[random.Random], Request], ...] = (
    *(damage_drawing, cut_drawing, send_drawing, send_bomb, send_nonsense, send_strokes),
    *(send_depth, send_no_json, keep_drawing, import_zip, send_photo, ask_strangely),
    *(ask_for_files, ask_for_pages, ask_for_others_things, come_from_elsewhere),
    *(damage_drawing, send_nonsense, ask_strangely, send_no_json),
)
RARE = (send_many_points, send_much)  # a few milliseconds each, so one in fifty
