"""Logs on stderr."""

import io
import logging
from collections.abc import Iterator

import pytest

from simpleturk.marketplace.web.server.logs import SAME_LINES, RepeatFilter, SafeFormatter, log_to_stderr


@pytest.fixture
def output() -> Iterator[io.StringIO]:
    """What the logger "simpleturk.marketplace" prints."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(SafeFormatter("%(levelname)s %(message)s"))
    handler.addFilter(RepeatFilter())
    logger = logging.getLogger("simpleturk.marketplace")
    logger.addHandler(handler)
    yield stream
    logger.removeHandler(handler)


def test_no_value_begins_a_line_or_controls_the_terminal(output: io.StringIO) -> None:
    log = logging.getLogger("simpleturk.marketplace")
    log.warning("host %s", "a\nERROR forged\x1b[2J\x9b\u202e é")
    assert output.getvalue() == "WARNING host a\\nERROR forged\\x1b[2J\\x9b\\u202e é\n"


def test_an_exceptions_message_cannot_forge_an_entry(output: io.StringIO) -> None:
    try:
        raise ValueError("x\nERROR forged\x1b[2J")
    except ValueError as error:
        logging.getLogger("simpleturk.marketplace").error("failed", exc_info=error)
    lines = output.getvalue().splitlines()
    assert lines[0] == "ERROR failed" and all(line.startswith("    ") for line in lines[1:])
    assert "\x1b" not in output.getvalue()


def test_equal_lines_are_left_out_and_counted(output: io.StringIO) -> None:
    log = logging.getLogger("simpleturk.marketplace")
    for number in range(1000):
        log.warning("refused %d", number)
    assert len(output.getvalue().splitlines()) == SAME_LINES
    log.warning("another")
    assert output.getvalue().endswith("WARNING another\n")


def test_what_is_left_out_is_reported(output: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    repeated = RepeatFilter()
    record = logging.LogRecord("simpleturk", logging.WARNING, "", 0, "refused %d", (1,), None)
    assert [repeated.filter(record) for _ in range(SAME_LINES + 5)] == [True] * SAME_LINES + [False] * 5
    repeated._budget.report_period(at_once=True)
    assert output.getvalue() == "WARNING 5 more lines like this one in the last minute: refused %d\n"


@pytest.fixture
def loggers() -> Iterator[None]:
    """The loggers of a server, which are as before after the test."""
    names = ("simpleturk", "simpleturk.access", "uvicorn", "uvicorn.error", "asyncio")
    loggers = [logging.getLogger(name) for name in names]
    before = [(logger.handlers, logger.propagate, logger.level) for logger in loggers]
    # Another test's server in this process may have set a level of its own.
    logging.getLogger("uvicorn.error").setLevel(logging.NOTSET)
    yield
    for logger, (handlers, propagate, level) in zip(loggers, before, strict=True):
        logger.handlers, logger.propagate = handlers, propagate
        logger.setLevel(level)


@pytest.mark.parametrize("name", ["simpleturk.notifications", "uvicorn.error", "asyncio"])
def test_log_lines_control_no_terminal_and_a_message_is_one_line(
    loggers: None, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    log_to_stderr()
    logging.getLogger(name).warning("failed: %s", "\x9b31m\u202e\n2026-01-01 forged")
    line = capsys.readouterr().err
    assert line.endswith(f" WARNING {name}: failed: \\x9b31m\\u202e\\n2026-01-01 forged\n")
