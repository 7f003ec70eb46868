"""Logs on stderr: no flood of equal lines, and no line that looks like another."""

import logging
from typing import Any

from simpleturk.marketplace.web.server.pace import LineBudget
from simpleturk.mturk.characters import visible

#: How many lines with the same text, apart from its values, one minute has; and how many lines of such logs together.
SAME_LINES = 20
ALL_LINES = 600


def log_to_stderr() -> None:
    """Print the logs of the marketplace and of uvicorn: the access log as JSON lines, others with time and level."""
    plain, full = logging.StreamHandler(), logging.StreamHandler()
    full.setFormatter(SafeFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    full.addFilter(RepeatFilter())
    loggers = [("simpleturk.access", plain, logging.INFO)]
    loggers += [(name, full, logging.WARNING) for name in ("simpleturk", "uvicorn", "asyncio")]
    for name, output, level in loggers:
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [output], False
        logger.setLevel(level)


class SafeFormatter(logging.Formatter):
    """Formats messages in one line each, in which no text of others controls the operator's terminal.

    The lines of a traceback are indented.
    """

    def format(self, record: logging.LogRecord) -> str:
        """An entry."""
        return visible(super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        """The first line of an entry."""
        return super().formatMessage(record).replace("\n", "\\n")

    def formatException(self, ei: Any) -> str:  # noqa: N802
        """The other lines: an exception's message may hold what a stranger sent."""
        text = super().formatException(ei)
        return "\n".join("    " + line for line in text.split("\n"))


class RepeatFilter(logging.Filter):
    """Leaves out lines that repeat others too often, and says how many."""

    def __init__(self) -> None:
        super().__init__()
        self._budget = LineBudget(self._report, ALL_LINES)

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a line is written."""
        return record.msg is _MORE or self._budget.allows(str(record.msg)[:200].strip(), SAME_LINES)

    def _report(self, text: str, number: int) -> None:
        logging.getLogger("simpleturk.marketplace").warning(_MORE, f"{number:,}", text)


_MORE = "%s more lines like this one in the last minute: %s"
