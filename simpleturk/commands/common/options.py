"""Options that several commands share, each declared once; and what every command does with them."""

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simpleturk import console
from simpleturk.client.endpoints import Marketplace, Where, resolve
from simpleturk.config import load_config
from simpleturk.errors import SimpleturkError
from simpleturk.simple_amt import load_ancestor_config

if TYPE_CHECKING:
    from simpleturk.batch.ids import BatchRecord
    from simpleturk.client.client import MTurk
    from simpleturk.mturk.models import HIT


def _file_name(path: Path) -> Path:
    """An option that names a file to be written: "", "." and "/" name none."""
    if not path.name:
        raise typer.BadParameter(f"{str(path)!r} is not the name of a file")
    return path


def _syntax(name: str | None) -> str | None:
    if name not in (None, "jinja", "site"):
        raise typer.BadParameter(f"{name!r} is neither jinja nor site")
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

#: How many things of a kind are named before the rest is counted.
SHOWN = 5

#: simple-amt's spellings of our options; accepted, not shown.
ALIASES = {
    "--hit_ids_file": "--ids",
    "--html_template": "--template",
    "--hit_properties_file": "--properties",
    "--input_json_file": "--inputs",
    "--output_file": "--output",
    "--rendered_html": "--output",
    "--assignment_ids_file": "--assignments",
    "--worker_ids_file": "--workers",
    "--hit_id": "--hit-id",
}

_PANEL = "Marketplace"
_MARKETPLACE: dict[str, tuple[Any, Any]] = {
    "local": (
        Annotated[
            bool,
            typer.Option("--local", help="The marketplace on this computer (the default).", rich_help_panel=_PANEL),
        ],
        False,
    ),
    "sandbox": (
        Annotated[
            bool,
            typer.Option("--sandbox", help="The sandbox, where nothing is paid.", rich_help_panel=_PANEL),
        ],
        False,
    ),
    "prod": (
        Annotated[
            bool,
            typer.Option("--prod", help="Production, where real money is spent.", rich_help_panel=_PANEL),
        ],
        False,
    ),
    "endpoint_url": (
        Annotated[
            str | None,
            typer.Option("--endpoint-url", metavar="URL", help="Any other MTurk endpoint.", rich_help_panel=_PANEL),
        ],
        None,
    ),
    "profile": (
        Annotated[
            str | None,
            typer.Option("--profile", metavar="NAME", help="The AWS profile to sign with.", rich_help_panel=_PANEL),
        ],
        None,
    ),
    "database": (
        Annotated[
            Path | None,
            typer.Option(
                "--database",
                envvar="SIMPLETURK_DATABASE",
                metavar="FILE",
                help="The local marketplace's file; by default in your data folder.",
                rich_help_panel=_PANEL,
            ),
        ],
        None,
    ),
    "concurrency": (
        Annotated[
            int | None,
            typer.Option(
                "--concurrency",
                metavar="N",
                min=1,
                max=48,
                help="How many calls may be in flight at once (32); fewer when throttled.",
                rich_help_panel=_PANEL,
            ),
        ],
        None,
    ),
    "config": (ConfigOpt, None),
}
_STATS = Annotated[
    bool, typer.Option("--stats", help="At the end, say on stderr what it took in calls.", rich_help_panel=_PANEL)
]

#: The clients of this process's command, for --stats.
_connected: "list[MTurk]" = []


def on_a_marketplace(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the marketplace options; it receives them together, as `where`."""

    @functools.wraps(command)
    def wrapped(context: typer.Context, stats: bool = False, **options: Any) -> None:
        sources = {name: context.get_parameter_source(name) for name in context.params}
        typed = frozenset(name for name, source in sources.items() if source and source.name == "COMMANDLINE")
        where = Where(**{name: options.pop(name) for name in _MARKETPLACE}, typed=typed)
        _connected.clear()
        try:
            command(**options, where=where)
        finally:
            if stats:
                _tell_stats()

    own = [p for p in inspect.signature(command, eval_str=True).parameters.values() if p.name != "where"]
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, (annotation, default) in _MARKETPLACE.items()
    ]
    keyword = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own]
    context = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    stats = inspect.Parameter("stats", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=_STATS)
    parameters = [context, *keyword, *added, stats]
    wrapped.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    wrapped.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    del wrapped.__wrapped__  # or its annotations would be read instead
    return wrapped


def marketplace_of(where: Where, record: "BatchRecord | None" = None, acts: bool = False) -> Marketplace:
    """The marketplace that the options, the batch and the configuration mean; see endpoints.resolve."""
    return resolve(where, load_config().endpoints, record, acts)


def connect_to(marketplace: Marketplace, where: Where, ids: Path, record: "BatchRecord | None" = None) -> "MTurk":
    """A client of a marketplace; for a batch on a local one, of the database in which the batch lives."""
    from simpleturk.client.client import CONCURRENCY, connect

    if marketplace.is_amazon:
        console.warn("Amazon closed Mechanical Turk on 2026-09-30: its endpoints may not answer")
    mturk = connect(
        marketplace,
        where.profile,
        database_of(where, ids, record),
        where.concurrency or CONCURRENCY,
        load_ancestor_config(where.config).keys,
    )
    _connected.append(mturk)
    return mturk


def _tell_stats() -> None:
    """The calls of each operation, repetitions included."""
    for mturk in _connected:
        found = mturk.stats
        calls = ", ".join(f"{_camel(name)} {number:,}" for name, number in sorted(found.calls.items())) or "none"
        repeated = f"{found.retries:,} repeated, {found.throttled:,} throttled"
        console.note(f"Calls: {calls}; {repeated}; {found.seconds:.1f} s")


def _camel(name: str) -> str:
    """An operation's name as MTurk writes it."""
    return "".join({"hit": "HIT", "hits": "HITs"}.get(word, word.capitalize()) for word in name.split("_"))


def database_of(where: Where, ids: Path, record: "BatchRecord | None") -> Path | None:
    """The local marketplace's file that the batch or the options name, None for the usual one.

    Raises SimpleturkError when the batch lives in another one than --database says.
    """
    if record is None or record.marketplace != "local":
        return where.database
    home = ids.parent / record.database if record.database else None
    if where.database and where.is_typed("database") and (home is None or where.database.resolve() != home.resolve()):
        usual = "the usual local marketplace"
        raise SimpleturkError(
            f"this batch lives in {home or usual}, not in {where.database}",
            "leave out --database, or name another --ids",
        )
    return home


def the_batch(where: Where, ids: Path, acts: bool = False) -> "tuple[list[str], BatchRecord | None, MTurk]":
    """An ids file's HIT ids, its batch record if there is one, and a client of the marketplace on which it lives.

    Raises SimpleturkError when record and ids file contradict each other.
    """
    from simpleturk.batch.ids import read_ids, read_record, record_path

    record = read_record(ids)
    found = read_ids(ids)
    for line, first in found.repeated[:SHOWN]:
        console.warn(f"{ids}, line {line} repeats line {first}: the HIT counts once")
    if len(found.repeated) > SHOWN:
        console.warn(f"{ids}: {len(found.repeated) - SHOWN:,} more lines repeat others")
    if found.torn:
        hint = "run the launch again: it continues" if record else None
        console.warn(f"{ids}: its last line, {found.torn!r}, is torn, and left out", hint)
    if record and len(found.hit_ids) > record.hits:
        raise SimpleturkError(
            f"{ids} holds {console.plural(len(found.hit_ids), 'HIT')}, but {record_path(ids)} says {record.hits:,}",
            "restore the one that was changed; or move the record away: an ids file works without it, with less help",
        )
    marketplace = marketplace_of(where, record, acts)
    return found.hit_ids, record, connect_to(marketplace, where, ids, record)


def surveyed(mturk: "MTurk", hit_ids: list[str], record: "BatchRecord | None", ids: Path) -> "dict[str, HIT | None]":
    """The batch's HITs as they stand; what is not there, and what is not the batch's, is told."""
    from simpleturk.batch.status import survey

    found = survey(mturk, hit_ids)
    tell_strangers(found, record, ids)
    return found


def tell_strangers(found: "dict[str, HIT | None]", record: "BatchRecord | None", ids: Path) -> None:
    """Warn of ids whose HITs are not there, or are not the batch's."""
    gone = [hit_id for hit_id, hit in found.items() if hit is None]
    if gone:
        are = "is" if len(gone) == 1 else "are"
        hits = f"{console.plural(len(gone), 'HIT')} of {ids}"
        console.warn(f"{hits} {are} deleted, or not this account's: {_some(gone)}")
    others = [hit.hit_id for hit in found.values() if hit and record and hit.batch_id != record.batch_id]
    if others:
        are = "is" if len(others) == 1 else "are"
        console.warn(
            f"{console.plural(len(others), 'HIT')} of {ids} {are} not of the batch beside it: {_some(others)}",
            "give them an ids file of their own",
        )


def _some(hit_ids: list[str]) -> str:
    more = len(hit_ids) - SHOWN
    return ", ".join(hit_ids[:SHOWN]) + (f" and {more:,} more" if more > 0 else "")


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
