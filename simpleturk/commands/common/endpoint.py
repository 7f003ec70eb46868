"""The marketplace options of a command, and the client that they mean."""

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from simpleturk import console
from simpleturk.batch.record import BatchRecord
from simpleturk.client.client import MTurk
from simpleturk.client.connect import CONCURRENCY, connect
from simpleturk.client.endpoints import Endpoint, EndpointOptions, Home, resolve
from simpleturk.commands.common.consent import check_database, check_endpoint, is_declared_free, remember_database
from simpleturk.commands.common.options import MARKETPLACE_PANEL, ConfigOpt, DatabaseOpt
from simpleturk.config import FILE, Named, load_config, load_own_marketplaces, user_path
from simpleturk.config.trust import endpoint_key
from simpleturk.errors import SimpleturkError
from simpleturk.simple_amt import load_simple_amt_config


@dataclass(frozen=True)
class MarketplaceOptions(EndpointOptions):
    """The marketplace options of a command, and the clients that it connects: --stats counts their calls."""

    clients: list[MTurk] = field(default_factory=list)


def _option(name: str, help: str, **attributes: Any) -> Any:
    return typer.Option(name, help=help, rich_help_panel=MARKETPLACE_PANEL, **attributes)


_MARKETPLACE: dict[str, tuple[Any, Any]] = {
    "local": (Annotated[bool, _option("--local", "Use the marketplace on this computer. The default.")], False),
    "sandbox": (Annotated[bool, _option("--sandbox", "Use Amazon's sandbox, where no money is paid.")], False),
    "prod": (Annotated[bool, _option("--prod", "Use production, where real money is spent.")], False),
    "on": (
        Annotated[
            str | None,
            _option("--on", "Use the marketplace with this name in your configuration.", metavar="NAME"),
        ],
        None,
    ),
    "endpoint_url": (
        Annotated[str | None, _option("--endpoint-url", "Use the MTurk API at this address.", metavar="URL")],
        None,
    ),
    "profile": (
        Annotated[str | None, _option("--profile", "AWS profile whose keys sign the API calls.", metavar="NAME")],
        None,
    ),
    "database": (DatabaseOpt, None),
    "concurrency": (
        Annotated[
            int | None,
            _option(
                "--concurrency",
                f"Maximum number of API calls at a time; lowered while the marketplace limits the rate. "
                f"Default: {CONCURRENCY}.",
                metavar="N",
                min=1,
                max=48,
            ),
        ],
        None,
    ),
    "config": (ConfigOpt, None),
}

_STATS = Annotated[bool, _option("--stats", "Print the number of API calls on stderr at the end.")]


def on_a_marketplace(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the marketplace options; it receives them as one argument, `where`."""

    @functools.wraps(command)
    def wrapped(context: typer.Context, stats: bool = False, **options: Any) -> None:
        sources = {name: context.get_parameter_source(name) for name in context.params}
        typed = frozenset(name for name, source in sources.items() if source and source.name == "COMMANDLINE")
        where = MarketplaceOptions(**{name: options.pop(name) for name in _MARKETPLACE}, typed=typed)
        try:
            command(**options, where=where)
        finally:
            if stats:
                _print_stats(where)

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
    del wrapped.__wrapped__  # Typer would read the annotations of the wrapped function
    return wrapped


def marketplace_of(where: MarketplaceOptions, record: BatchRecord | None = None, acts: bool = False) -> Endpoint:
    """The marketplace that the options, the batch and the configuration name; see endpoints.resolve."""
    home = Home(record.marketplace, record.endpoint) if record else None
    marketplaces = named_marketplaces()
    urls = {name: named.endpoint_url for name, named in marketplaces.items()}
    money = {name: named.spends_money for name, named in marketplaces.items() if named.spends_money is not None}
    return resolve(where, urls, home, acts, money)


def named_marketplaces() -> dict[str, Named]:
    """The marketplaces of the user's own configuration and of the task folder's, by name; the user's own come first.

    A task folder may come from a stranger. So that it spends no money is believed only of an endpoint that the user
    has declared free: see consent.is_declared_free.
    """
    own, folder = load_own_marketplaces(), load_config().marketplaces
    for name in own.keys() & folder.keys():
        if endpoint_key(own[name].endpoint_url) != endpoint_key(folder[name].endpoint_url):
            console.warn(
                f"{FILE} gives the marketplace {name} another address than {user_path()}, which is used: "
                f"{own[name].endpoint_url}"
            )
    believed = {
        name: named if named.spends_money or is_declared_free(named.endpoint_url) else named._replace(spends_money=None)
        for name, named in folder.items()
    }
    return believed | own


def connect_to(
    marketplace: Endpoint,
    where: MarketplaceOptions,
    ids: Path | None = None,
    record: BatchRecord | None = None,
    asks: bool = True,
) -> MTurk:
    """A client of a marketplace; for a local batch, of the database that holds the batch of `ids`.

    Asks before it uses an endpoint that only files of the task folder name, or refuses it unless `asks`; see
    consent.check_endpoint.
    """
    check_endpoint(marketplace, where, ids, record, asks)
    if marketplace.is_amazon:
        console.warn("Amazon closed Mechanical Turk on 2026-09-30: its endpoints may not answer")
    mturk = connect(
        marketplace,
        where.profile,
        database_of(where, ids, record, asks),
        where.concurrency or CONCURRENCY,
        load_simple_amt_config(where.config).keys,
        console.warn,
    )
    where.clients.append(mturk)
    return mturk


def database_of(
    where: MarketplaceOptions, ids: Path | None, record: BatchRecord | None, asks: bool = True
) -> Path | None:
    """The database of the local marketplace that the batch or the options name, None for the default one.

    Raises SimpleturkError if the batch is in another database than the one that --database names, or in one outside of
    its folder that the user does not agree to use.
    """
    if ids is None or record is None or record.marketplace != "local":
        remember_database(where.database, ids)
        return where.database
    home = ids.parent / record.database if record.database else None
    if where.database and where.is_typed("database") and (home is None or where.database.resolve() != home.resolve()):
        default = "the default local marketplace"
        raise SimpleturkError(
            f"this batch is in {home or default}, not in {where.database}",
            "leave out --database, or name another --ids",
        )
    if home:
        check_database(home, where, ids, asks)
    return home


def _print_stats(where: MarketplaceOptions) -> None:
    """Print the API calls of each operation, retries included."""
    for mturk in where.clients:
        stats = mturk.stats
        calls = ", ".join(f"{_camel_case(name)} {number:,}" for name, number in sorted(stats.calls.items())) or "none"
        retried = f"{stats.retries:,} retried, {stats.throttled:,} throttled"
        console.note(f"Calls: {calls}; {retried}; {stats.seconds:.1f} s")


def _camel_case(name: str) -> str:
    """An operation's name as MTurk writes it."""
    return "".join({"hit": "HIT", "hits": "HITs"}.get(word, word.capitalize()) for word in name.split("_"))
