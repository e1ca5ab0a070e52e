"""What every refusal of the command line looks like."""


def assert_one_line(text: str) -> None:
    """Check that a printed failure is one line and no traceback."""
    assert text.count("\n") == 1
    assert "Traceback" not in text
