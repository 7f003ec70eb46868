"""Output: data to stdout, everything else to stderr; questions; tables."""

import io
import re
import sys

import pytest
import segno
import zxingcpp

from simpleturk import console
from simpleturk.errors import NotConfirmed, SimpleturkError


def test_data_goes_to_stdout_and_messages_to_stderr(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    console.data("é\n")
    console.note("done")
    console.warn("careful", "look")
    console.error(SimpleturkError("it failed", "do this"))
    console.flush()
    out, err = capfdbinary.readouterr()
    assert out == "é\n".encode()
    assert err == b"done\nwarning: careful\nhint: look\nerror: it failed\nhint: do this\n"


def test_control_characters_in_messages_cannot_reach_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    console.note("worker \x1b[31mred\u202e")
    assert capsys.readouterr().err == "worker \\x1b[31mred\\u202e\n"


def test_a_message_of_several_lines_does_not_look_like_several_messages(capsys: pytest.CaptureFixture[str]) -> None:
    console.warn("it says\nerror: all is lost", "one\nhint: two")
    assert capsys.readouterr().err == "warning: it says\n  error: all is lost\nhint: one\n  hint: two\n"


def test_text_that_utf_8_cannot_encode_is_written_as_escapes(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    console.data("\udc9b.txt\n")
    console.flush()
    assert capfdbinary.readouterr().out == b"\\udc9b.txt\n"


@pytest.mark.parametrize("answer", ["y\n", "YES\n", " yes \n"])
def test_yes_confirms(answer: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
    console.confirm("Delete 3 HITs?", yes=False)
    assert capsys.readouterr().err == "Delete 3 HITs? [y/N] \n"


@pytest.mark.parametrize(("answer", "hint"), [("n\n", None), ("\n", None), ("", "no answer; add --yes to confirm")])
def test_any_other_answer_refuses(answer: str, hint: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
    with pytest.raises(NotConfirmed) as caught:
        console.confirm("Delete 3 HITs?", yes=False)
    assert (caught.value.message, caught.value.hint) == ("not confirmed: nothing was done", hint)


def test_with_yes_nothing_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    console.confirm("Delete 3 HITs?", yes=True)
    assert capsys.readouterr().err == ""


def test_stdin_that_holds_data_is_not_read_as_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    with pytest.raises(NotConfirmed, match="Cannot ask: stdin is data"):
        console.confirm("Approve 1 assignment?", yes=False, stdin_is_data=True)
    assert sys.stdin.read() == "y\n"


@pytest.mark.parametrize(
    ("number", "noun", "text"), [(1, "HIT", "1 HIT"), (2000, "HIT", "2,000 HITs"), (2, "bonus", "2 bonuses")]
)
def test_nouns_have_their_plural(number: int, noun: str, text: str) -> None:
    assert console.plural(number, noun) == text


def test_a_table_breaks_no_names_at_60_columns(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    name = "AssignmentDurationInSeconds"
    row = (
        name,
        "whole number, 30 to 31,536,000",
        "required",
        "seconds",
        "Time that a worker has for one assignment. " * 3,
    )
    console.table(
        "",
        [row, ("Title", "text", "required", "", "Name of the HITs.")],
        ("property", "type", "default", "unit", "meaning"),
        right=False,
    )
    console.flush()
    assert capfdbinary.readouterr().out.decode().splitlines() == [
        "AssignmentDurationInSeconds",
        "  type: whole number, 30 to 31,536,000",
        "  default: required",
        "  unit: seconds",
        "  meaning: Time that a worker has for one assignment. Time",
        "    that a worker has for one assignment. Time that a worker",
        "    has for one assignment.",
        "Title",
        "  type: text",
        "  default: required",
        "  meaning: Name of the HITs.",
    ]


def test_a_wide_table_has_a_column_for_each_heading(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    console.table(
        "Results: r.jsonl", [("1", "ann", "A drawing that shows a boat.")], ("input", "worker", "sentence"), right=False
    )
    console.flush()
    assert [line.split() for line in capfdbinary.readouterr().out.decode().splitlines()] == [
        ["Results:", "r.jsonl"],
        ["input", "worker", "sentence"],
        ["1", "ann", "A", "drawing", "that", "shows", "a", "boat."],
    ]


def test_a_qr_code_on_a_terminal_has_the_modules_of_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    code = segno.make("http://192.168.1.7:8484/sign-up?key=abc", error="l", micro=False)
    rows = [list(row) for row in code.matrix_iter(border=2)]
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("NO_COLOR", "1")
    console.qr_code(rows)
    lines = [re.sub("\x1b\\[[0-9;]*m", "", line) for line in terminal.getvalue().splitlines()]
    modules = {"█": (0, 0), "▀": (0, 1), "▄": (1, 0), " ": (1, 1)}
    seen = [[modules[glyph][half] for glyph in line.ljust(len(rows[0]))] for line in lines for half in (0, 1)]
    assert seen[: len(rows)] == [[int(module) for module in row] for row in rows]
    assert decoded_qr(seen) == "http://192.168.1.7:8484/sign-up?key=abc"


def decoded_qr(modules: list[list[int]], scale: int = 6) -> str:
    """What a phone reads from the modules of a QR code, 1 for dark, drawn on a light ground."""
    wide = [[255 * (1 - module) for module in row for _ in range(scale)] for row in modules]
    pixels = bytes(value for row in wide for _ in range(scale) for value in row)
    image = memoryview(pixels).cast("B", (len(wide) * scale, len(wide[0])))
    [code] = zxingcpp.read_barcodes(image)
    return str(code.text)


def test_without_a_terminal_no_qr_code_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    console.qr_code([[1, 0], [0, 1]])
    assert capsys.readouterr() == ("", "")
