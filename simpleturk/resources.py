"""The templates, properties and examples that come with simpleturk."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def shipped(*parts: str) -> Path:
    """The path of a shipped file, such as shipped("hit_templates", "simple.html").

    A wheel carries the folders inside the package; a checkout has them beside it.
    """
    installed = PACKAGE / "shipped"
    return (installed if installed.is_dir() else PACKAGE.parent).joinpath(*parts)


def find(path: Path) -> Path:
    """The user's own file if it exists, else the shipped one of that name: "hit_templates/simple.html" always works."""
    if path.exists() or path.is_absolute() or ".." in path.parts:
        return path
    own = shipped(*path.parts)
    return own if own.is_file() else path
