"""Run simpleturk as `python -m simpleturk` and as the `simpleturk` script."""

from simpleturk.cli import app


def main() -> None:
    """Run the command line."""
    app(prog_name="simpleturk")


if __name__ == "__main__":
    main()
