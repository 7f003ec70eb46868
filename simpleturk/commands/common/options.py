"""Options that several commands share, each declared once; and what every command does with them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from simpleturk import console
from simpleturk.batch.templates.source import SYNTAXES


def _file_name(path: Path) -> Path:
    """An option that names a file to be written: "", "." and "/" name none."""
    if not path.name:
        raise typer.BadParameter(f"{str(path)!r} is not the name of a file")
    return path


def _syntax(name: str | None) -> str | None:
    if name is not None and name not in SYNTAXES:
        raise typer.BadParameter(f"{name!r} is neither {' nor '.join(SYNTAXES)}")
    return name


IdsOpt = Annotated[
    Path,
    typer.Option(
        "--ids",
        envvar="SIMPLETURK_IDS",
        metavar="FILE",
        callback=_file_name,
        help="The batch's ids file, one HIT id per line.",
    ),
]
_TEMPLATE = typer.Option(
    "--template",
    envvar="SIMPLETURK_TEMPLATE",
    metavar="FILE",
    help="The HIT template: HTML, or a question's XML, with Jinja or holes.",
)
OptionalTemplateOpt = Annotated[Path | None, _TEMPLATE]
_PROPERTIES = typer.Option(
    "--properties", envvar="SIMPLETURK_PROPERTIES", metavar="FILE", help="The HIT properties, JSON."
)
PropertiesOpt = Annotated[Path, _PROPERTIES]
OptionalPropertiesOpt = Annotated[Path | None, _PROPERTIES]
SyntaxOpt = Annotated[
    str | None,
    typer.Option(
        "--syntax",
        metavar="NAME",
        callback=_syntax,
        help="The template's: jinja, or site for the holes ${name} of Amazon's requester site; by itself it is told.",
    ),
]
InputsOpt = Annotated[
    Path,
    typer.Option(
        "--inputs", envvar="SIMPLETURK_INPUTS", metavar="FILE", help="The inputs, one JSON value per line; - is stdin."
    ),
]
AssetsOpt = Annotated[
    str | None,
    typer.Option(
        "--assets",
        metavar="s3://BUCKET/PREFIX",
        help="Upload local files that the page shows there; else the local marketplace serves them.",
    ),
]
YesOpt = Annotated[bool, typer.Option("--yes", "-y", "-f", help="Do it without asking.")]
SetOpt = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Set a property; an empty VALUE removes it. May be repeated."),
]
AssignmentsOpt = Annotated[
    Path | None,
    typer.Option(
        "--assignments",
        metavar="FILE",
        help="Only these assignments: a file of ids, JSON Lines with assignment_id, or CSV results in which you have "
        "marked them; - is stdin.",
    ),
]

ConfigOpt = Annotated[Path | None, typer.Option("--config", metavar="FILE", hidden=True)]

DEFAULT_IDS = Path("hit_ids.txt")


def overrides(pairs: list[str] | None) -> dict[str, str]:
    """--set KEY=VALUE … as a dict. A usage error for one without "="."""
    found = {}
    for pair in pairs or ():
        name, separator, value = pair.partition("=")
        if not separator or not name.strip():
            raise typer.BadParameter(f"{pair!r} is not KEY=VALUE", param_hint="--set")
        found[name.strip()] = value.strip()
    return found


@contextmanager
def data_out() -> Iterator[None]:
    """For commands whose stdout is data: it is all written when the block ends, or that is the error."""
    yield
    console.flush()
