"""The flags of serving: what they take, and what they refuse in one line."""

import pytest

import run


@pytest.mark.parametrize(
    ("text", "prefix"), [("/board", "/board"), ("board/", "/board"), ("/a/b-c/", "/a/b-c")]
)
def test_a_prefix_has_a_slash_before_it_and_none_after_it(text, prefix):
    assert run.make_parser().parse_args(["--prefix", text]).prefix == prefix


def test_several_hosts_can_be_trusted():
    flags = run.make_parser().parse_args(["--trusted-host", "a", "--trusted-host", "b.example"])
    assert flags.trusted_host == ["a", "b.example"]


PREFIXES = ["", "/", "//", "/a//b", "/..", "/a/./b", "/a b", "/ä", "/a?b", "/a%20b"]
NAMES = ["", "a b", "a/b", "http://a", "a:80", "ä", "[::1]", ".", "a..b", "*"]
WRONG = [("--prefix", text, "/board") for text in PREFIXES]
WRONG += [("--trusted-host", text, "without a port") for text in NAMES]


@pytest.mark.parametrize(("flag", "text", "advice"), WRONG)
def test_a_value_that_cannot_be_is_one_line_and_exit_code_2(flag, text, advice, capsys):
    with pytest.raises(SystemExit) as leaving:
        run.main([flag, text])
    said = capsys.readouterr().err
    assert leaving.value.code == 2
    assert advice in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    "flags", [["--prefix", "/board"], ["--behind-proxy"], ["--trusted-host", "a"]]
)
def test_a_flag_of_serving_is_refused_elsewhere(flags, capsys):
    assert run.main(["--train", *flags]) == 2
    assert f"{flags[0]} belongs to serving" in capsys.readouterr().err
