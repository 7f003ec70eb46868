"""Run simpleturk as `python -m simpleturk` and as the `simpleturk` script."""

import os
import sys


def main() -> None:
    """Run the command line."""
    _open_standard_streams()
    # What a terminal cannot show is shown as an escape: words must never be the reason for a failure.
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        from simpleturk.cli import app

        app(prog_name="simpleturk")
    except KeyboardInterrupt:  # before there is anything that could say so
        sys.exit(130)


def _open_standard_streams() -> None:
    """Whoever started us may have closed them (`<&-`): no file of ours may get their numbers, and words need a place.

    A closed stdin reads as empty, a closed stderr swallows words; on a closed stdout data fails to be written.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            opened = os.open(os.devnull, os.O_WRONLY if name == "stderr" else os.O_RDONLY)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
            setattr(sys, name, open(number, "r" if name == "stdin" else "w", encoding="utf-8", closefd=False))


if __name__ == "__main__":
    main()
