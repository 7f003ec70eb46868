"""Run simpleturk as `python -m simpleturk` and as the `simpleturk` script."""

import os
import sys


def main() -> None:
    """Run the command line."""
    _open_standard_streams()
    # Characters that the terminal's encoding lacks are printed as escapes: a message must never make a command fail.
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        from simpleturk.cli import app

        app(prog_name="simpleturk")
    except KeyboardInterrupt:  # before the app could report it
        sys.exit(130)


def _open_standard_streams() -> None:
    """Open standard streams that the caller has closed (`<&-`), so that no other file gets their numbers.

    A closed stdin reads as empty, a closed stderr discards messages; writing data to a closed stdout fails.
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
