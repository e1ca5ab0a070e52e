"""Who uses the board alone never meets the token; where others can open the pages, it counts."""

import re

import pytest

from tests.webapp.people import ADDRESS, TOKEN, Person
from tests.webapp.shelf import make_shelf
from webapp.server import describe_token

META = re.compile(r'<meta name="board-token" content="([^"]*)">')
PAGES = ["/", "/drawings"]
FORWARDED = ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"]
FORWARDED += ["x-forwarded-prefix", "X-Forwarded-Server", "X-Real-IP", "Via"]


def find_token(person, path="/", **options):
    """Return the token that a page carries, None if it carries none."""
    answer = person.ask("GET", path, **options)
    assert answer.status_code == 200
    found = META.search(answer.get_data(as_text=True))
    return found and found[1]


@pytest.fixture
def make_person(make_app):
    return lambda **config: Person(make_app(READER=make_shelf(), **config))


@pytest.fixture
def alone(make_person):
    return make_person(LISTENS_ON_LOOPBACK=True)


@pytest.mark.parametrize("path", PAGES)
def test_on_this_machine_alone_the_pages_carry_the_token(alone, path):
    assert find_token(alone, path) == TOKEN


@pytest.mark.parametrize("path", PAGES)
def test_the_pages_say_where_drawings_are_kept(make_person, path):
    address = "postgresql://nobody@127.0.0.1:1/none"
    for config, place in (
        ({"LISTENS_ON_LOOPBACK": True}, "kept on this computer"),
        ({"LISTENS_ON_LOOPBACK": True, "DATABASE_URL": address}, "kept on this server"),
        ({}, "kept on this server"),
    ):
        page = make_person(**config).ask("GET", path).get_data(as_text=True)
        assert place in " ".join(page.split())


@pytest.mark.parametrize("path", ["/glossary", "/no/page", "/api/models"])
def test_pages_that_need_no_token_carry_none(alone, path):
    assert TOKEN not in alone.ask("GET", path).get_data(as_text=True)


def test_a_page_with_the_token_is_stored_nowhere(alone):
    assert alone.ask("GET", "/").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:5000", "[::1]:5000", "127.8.8.8"])
def test_every_name_of_loopback_will_do(alone, host):
    assert find_token(alone, headers={"Host": host}) == TOKEN


@pytest.mark.parametrize("path", PAGES)
def test_where_others_can_open_the_pages_they_carry_no_token(make_person, path):
    assert find_token(make_person(), path) is None


@pytest.mark.parametrize("path", PAGES)
def test_behind_a_proxy_they_carry_none(make_person, path):
    assert find_token(make_person(LISTENS_ON_LOOPBACK=True, BEHIND_PROXY=True), path) is None


@pytest.mark.parametrize("header", FORWARDED)
def test_a_forwarded_request_gets_none(alone, header):
    assert find_token(alone, headers={header: "x"}) is None


def test_a_proxy_that_hides_itself_speaks_an_older_http(alone):
    assert find_token(alone, environ_overrides={"SERVER_PROTOCOL": "HTTP/1.0"}) is None


@pytest.mark.parametrize("host", ["rebound.example", "192.168.1.20", "board.example", "[", ""])
def test_under_another_name_than_loopbacks_they_carry_none(make_person, host):
    person = make_person(LISTENS_ON_LOOPBACK=True, OWN_NAMES=["board.example"])
    assert find_token(person, headers={"Host": host}) is None


def test_every_server_has_a_token_of_its_own(make_app):
    tokens = {make_app(TOKEN=None).config["TOKEN"] for _ in range(3)}
    assert len(tokens) == 3
    assert min(map(len, tokens)) >= 20


@pytest.mark.parametrize(
    ("config", "is_printed"),
    [
        ({"LISTENS_ON_LOOPBACK": True}, False),
        ({"LISTENS_ON_LOOPBACK": True, "BEHIND_PROXY": True}, True),
        ({}, True),
    ],
)
def test_the_token_is_printed_where_the_pages_do_not_carry_it(make_app, config, is_printed):
    lines = describe_token(make_app(**config), ["Open http://127.0.0.1:5000/board/"])
    address = f"http://127.0.0.1:5000/board/drawings#token={TOKEN}"
    said = f"For the teacher (training, versions, all drawings): {address}"
    assert lines == ([said] if is_printed else [])


@pytest.mark.parametrize(
    ("others", "address"),
    [
        (["http://10.0.0.5:5000", "http://10.9.0.5:5000"], "http://10.0.0.5:5000"),
        (["this machine has no address in a network yet."], "http://127.0.0.1:5000"),
    ],
)
def test_the_teachers_address_is_one_that_other_devices_reach(make_app, others, address):
    lines = ["Open http://127.0.0.1:5000", *[f"On other devices: {other}" for other in others]]
    (said,) = describe_token(make_app(), lines)
    assert said.endswith(f": {address}/drawings#token={TOKEN}")


def test_a_forwarded_request_with_the_token_is_served(alone):
    headers = {"X-Board-Token": TOKEN, "X-Forwarded-For": "10.0.0.1"}
    assert alone.ask("GET", ADDRESS, headers=headers).status_code == 200
