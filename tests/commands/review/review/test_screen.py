"""The screen of a review; test_command.py has reviews on a real one."""

from simpleturk.commands.review.review.screen import KEYS_LINE


def test_the_line_of_keys_fits_80_columns() -> None:
    assert len(KEYS_LINE) <= 80
