"""What a server reads, and how long another process takes to see a change."""

import time

from tests.webapp.pictures import draw_seven, on_transparent, to_url

SEVEN = to_url(on_transparent(draw_seven()))


def read(person, model="linear"):
    """The digit that the server reads in a seven."""
    answer = person.ask("POST", "/api/predict", json={"image": SEVEN, "model": model})
    assert answer.status_code == 200, answer.get_json()
    return answer.get_json()["digit"]


def list_versions(person, **query):
    """What /api/versions answers."""
    answer = person.ask("GET", "/api/versions", query_string=query)
    assert answer.status_code == 200, answer.get_json()
    return answer.get_json()


def served(person, model="linear"):
    """The numbers of the versions that are marked as served: one."""
    entries = list_versions(person, model=model)["versions"]
    return [entry["version"] for entry in entries if entry["served"]]


def serve(person, number, model="linear"):
    """Ask for a version to be served; return the answer."""
    return person.ask("PUT", f"/api/versions/{model}", json={"version": number})


def wait_until(condition, seconds=30.0):
    """Wait until something is true; return how long that took."""
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < seconds, "it did not come true"
        time.sleep(0.02)
    return time.monotonic() - start
