"""Options that several commands share."""

import io
import sys

import pytest
import typer

from simpleturk.commands.common.options import data_out, overrides


def test_set_options_are_read_up_to_the_first_equals_sign() -> None:
    assert overrides(["Title=a=b", " Reward = 0.50 ", "Keywords="]) == {
        "Title": "a=b",
        "Reward": "0.50",
        "Keywords": "",
    }
    assert overrides(None) == {}


@pytest.mark.parametrize("pair", ["Title", "=x", " = x"])
def test_a_set_option_without_a_key_or_an_equals_sign_is_refused(pair: str) -> None:
    with pytest.raises(typer.BadParameter, match="is not KEY=VALUE"):
        overrides([pair])


class FullDisk(io.StringIO):
    """A stream that accepts text but cannot write it."""

    def flush(self) -> None:
        raise OSError("No space left on device")


def test_data_that_cannot_be_written_is_an_error_of_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", FullDisk())
    with pytest.raises(OSError, match="No space left"), data_out():
        sys.stdout.write("data")
