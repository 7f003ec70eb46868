"""The marketplace options that a command takes, and the client that they mean."""

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simpleturk import console
from simpleturk.client.endpoints import Endpoint, EndpointOptions, Home, resolve
from simpleturk.config import load_config
from simpleturk.errors import SimpleturkError
from simpleturk.simple_amt import load_simple_amt_config

if TYPE_CHECKING:
    from simpleturk.batch.record import BatchRecord
    from simpleturk.client.client import MTurk
from simpleturk.commands.common.options import ConfigOpt

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
        where = EndpointOptions(**{name: options.pop(name) for name in _MARKETPLACE}, typed=typed)
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


def marketplace_of(where: EndpointOptions, record: "BatchRecord | None" = None, acts: bool = False) -> Endpoint:
    """The marketplace that the options, the batch and the configuration mean; see endpoints.resolve."""
    home = Home(record.marketplace, record.endpoint) if record else None
    return resolve(where, load_config().endpoints, home, acts)


def connect_to(
    marketplace: Endpoint, where: EndpointOptions, ids: Path, record: "BatchRecord | None" = None
) -> "MTurk":
    """A client of a marketplace; for a batch on a local one, of the database in which the batch lives."""
    from simpleturk.client.connect import CONCURRENCY, connect

    if marketplace.is_amazon:
        console.warn("Amazon closed Mechanical Turk on 2026-09-30: its endpoints may not answer")
    mturk = connect(
        marketplace,
        where.profile,
        database_of(where, ids, record),
        where.concurrency or CONCURRENCY,
        load_simple_amt_config(where.config).keys,
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


def database_of(where: EndpointOptions, ids: Path, record: "BatchRecord | None") -> Path | None:
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
