"""Options that several commands share, each declared once."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from simpleturk import console
from simpleturk.batch.templates.question_source import SYNTAXES

#: The heading under which help lists the options that choose a marketplace.
MARKETPLACE_PANEL = "Marketplace"


def _check_file_name(path: Path) -> Path:
    """Return the path of a file to write. Raises BadParameter for "", "." and "/", which name no file."""
    if not path.name:
        raise typer.BadParameter(f"{str(path)!r} is not the name of a file")
    return path


def _check_syntax(name: str | None) -> str | None:
    if name is not None and name not in SYNTAXES:
        raise typer.BadParameter(f"{name!r} is neither {' nor '.join(SYNTAXES)}")
    return name


IdsOpt = Annotated[
    Path,
    typer.Option(
        "--ids",
        envvar="SIMPLETURK_IDS",
        metavar="FILE",
        callback=_check_file_name,
        help="The batch's ids file, with one HIT id per line.",
    ),
]
_TEMPLATE = typer.Option(
    "--template",
    envvar="SIMPLETURK_TEMPLATE",
    metavar="FILE",
    help="The template of the HITs: HTML or question XML, with Jinja or with ${name} placeholders; or a form.",
)
OptionalTemplateOpt = Annotated[Path | None, _TEMPLATE]
_PROPERTIES = typer.Option(
    "--properties",
    envvar="SIMPLETURK_PROPERTIES",
    metavar="FILE",
    help="The properties of the HITs, such as title and reward: a JSON file.",
)
PropertiesOpt = Annotated[Path, _PROPERTIES]
OptionalPropertiesOpt = Annotated[Path | None, _PROPERTIES]
SyntaxOpt = Annotated[
    str | None,
    typer.Option(
        "--syntax",
        metavar="NAME",
        callback=_check_syntax,
        help="Syntax of the template: jinja, or site for ${name} placeholders as on Amazon's requester site. "
        "Default: detected.",
    ),
]
_INPUTS = "The inputs: a file with one JSON value per line, or a CSV file"
InputsOpt = Annotated[
    Path | None, typer.Option("--inputs", envvar="SIMPLETURK_INPUTS", metavar="FILE", help=f"{_INPUTS}; - reads stdin.")
]
InputsFileOpt = Annotated[
    Path | None, typer.Option("--inputs", envvar="SIMPLETURK_INPUTS", metavar="FILE", help=f"{_INPUTS}.")
]
PerHitOpt = Annotated[
    int | None,
    typer.Option(
        "--per-hit",
        metavar="N",
        min=1,
        max=1000,
        help="Put up to N inputs into each HIT: the template gets them as the list input.items.",
    ),
]
ApartOpt = Annotated[
    str | None,
    typer.Option(
        "--apart",
        metavar="FIELD",
        help="With --per-hit: put inputs with the same value of this field into different HITs.",
    ),
]
SeedOpt = Annotated[
    int,
    typer.Option(
        "--seed", metavar="NUMBER", min=0, help="With --per-hit: another number puts the inputs together differently."
    ),
]
AssetsOpt = Annotated[
    str | None,
    typer.Option(
        "--assets",
        metavar="s3://BUCKET/PREFIX",
        help="Upload the local files that the page shows to this place. Default: the local marketplace serves them.",
    ),
]
WorkersArg = Annotated[list[str] | None, typer.Argument(metavar="WORKER_ID", help="Ids of workers, as in results.")]
WorkersOpt = Annotated[
    Path | None,
    typer.Option(
        "--workers",
        metavar="FILE",
        help="A file that names the workers: one id per line, or CSV or JSON Lines with a column WorkerId or "
        "worker_id; - reads stdin.",
    ),
]
KeyFileOpt = Annotated[
    Path | None,
    typer.Option(
        "--pseudonyms",
        metavar="KEYFILE",
        help="Translate pseudonyms of `results --pseudonyms` back to worker ids with this key file.",
    ),
]
YesOpt = Annotated[bool, typer.Option("--yes", "-y", "-f", help="Do not ask for confirmation.")]
SetOpt = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Set a property, instead of the file's value; an empty VALUE removes it. Repeatable.",
    ),
]
AssignmentsOpt = Annotated[
    Path | None,
    typer.Option(
        "--assignments",
        metavar="FILE",
        help="A file that names the assignments: one id per line, CSV or JSON Lines with a column AssignmentId or "
        "assignment_id, or CSV results with your marks in the columns Approve and Reject; - reads stdin.",
    ),
]
AssignmentsArg = Annotated[
    list[str] | None,
    typer.Argument(metavar="ASSIGNMENT_ID", help="Ids of assignments, as in results."),
]
DatabaseOpt = Annotated[
    Path | None,
    typer.Option(
        "--database",
        envvar="SIMPLETURK_DATABASE",
        metavar="FILE",
        help="The database of the local marketplace. Default: in your data folder.",
        rich_help_panel=MARKETPLACE_PANEL,
    ),
]
ConfigOpt = Annotated[Path | None, typer.Option("--config", metavar="FILE", hidden=True)]

DEFAULT_IDS = Path("hit_ids.txt")


def overrides(pairs: list[str] | None) -> dict[str, str]:
    """Return the options --set KEY=VALUE as a dict. Raises BadParameter for an option without "="."""
    properties = {}
    for pair in pairs or ():
        name, separator, value = pair.partition("=")
        if not separator or not name.strip():
            raise typer.BadParameter(f"{pair!r} is not KEY=VALUE", param_hint="--set")
        properties[name.strip()] = value.strip()
    return properties


@contextmanager
def data_out() -> Iterator[None]:
    """Flush stdout when the block ends, so that data which cannot be written is an error of the command."""
    yield
    console.flush()
