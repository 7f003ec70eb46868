"""Questions that a user answers once on this computer, because a task folder may come from a stranger."""

import os
from pathlib import Path

from simpleturk import console
from simpleturk.batch.record import BatchRecord, record_path
from simpleturk.client.endpoints import AMAZON, Endpoint, EndpointOptions
from simpleturk.config import FILE, load_own_marketplaces
from simpleturk.config.trust import endpoint_key, is_trusted, trust
from simpleturk.errors import NotConfirmed, SimpleturkError
from simpleturk.task_folder import also_allow


def confirm_once(fact: tuple[str, ...], what: str, question: str, hint: str, asks: bool = True) -> None:
    """Ask a question, unless it was answered with yes before; remember a yes.

    `fact` is what is remembered. Without a terminal, or unless `asks`, raises SimpleturkError with `what` and the
    hint; NotConfirmed for another answer than yes.
    """
    if is_trusted(*fact):
        return
    answer = console.ask(f"{what}. {question}") if asks else None
    if answer is None:
        raise SimpleturkError(what, hint)
    if not answer:
        raise NotConfirmed("not confirmed: nothing was done", hint)
    trust(*fact)


def check_endpoint(
    marketplace: Endpoint,
    where: EndpointOptions,
    ids: Path | None = None,
    record: BatchRecord | None = None,
    asks: bool = True,
) -> None:
    """Ask before the user's keys sign calls to an endpoint that only files of the task folder name.

    An endpoint that a flag, the environment or the user's own configuration names is the user's choice; the first two
    are remembered. The local marketplace needs no keys; for Amazon's own endpoints the keys are made. Raises
    SimpleturkError if the user does not agree.
    """
    url = marketplace.endpoint_url
    if marketplace.is_local or url.rstrip("/") in AMAZON.values():
        return
    fact = ("endpoint", endpoint_key(url))
    named = filter(None, (where.endpoint_url, os.environ.get("AWS_ENDPOINT_URL_MTURK")))
    if fact[1] in map(endpoint_key, named):
        trust(*fact)
        return
    if fact[1] in (endpoint_key(own.endpoint_url) for own in load_own_marketplaces().values()):
        return
    source = record_path(ids) if record and ids else FILE
    confirm_once(
        fact,
        f"{source} names the endpoint {url}, to which you have sent no calls from this computer yet",
        "Send calls there that are signed with your keys?",
        f"if you know this server, name it once yourself: --endpoint-url {url}",
        asks,
    )


def is_declared_free(url: str) -> bool:
    """Whether the user has declared in their own configuration that an endpoint spends no real money."""
    own = load_own_marketplaces().values()
    return any(named.spends_money is False and endpoint_key(named.endpoint_url) == endpoint_key(url) for named in own)


def check_database(database: Path, where: EndpointOptions, ids: Path, asks: bool = True) -> None:
    """Ask before using a database outside of the batch's folder that only the batch record names.

    Raises SimpleturkError if the user does not agree.
    """
    target = Path(os.path.realpath(database))
    if target.is_relative_to(os.path.realpath(ids.parent)):
        return
    fact = _database_fact(target)
    if where.database and Path(os.path.realpath(where.database)) == target:
        trust(*fact)
        return
    confirm_once(
        fact,
        f"{record_path(ids)} names the database {target}, which is outside of its folder",
        "Use it?",
        f"if it is yours, name it once yourself: --database {target}",
        asks,
    )


def check_setting(name: str, value: str, target: Path) -> None:
    """Ask before using a path of simpleturk.toml that is outside of its folder; `target` is the file that it means.

    The answer holds for this file, setting, value and target. Raises SimpleturkError if the user does not agree.
    """
    confirm_once(
        ("setting", os.path.realpath(FILE), name, value, str(target)),
        f'{FILE} sets {name} = "{value}", which is outside of this folder: {target}',
        "Use it?",
        f"if that is right, name it yourself: --{name} {value}",
    )
    also_allow(target)


def check_assets(place: str, is_configured: bool) -> None:
    """Ask before files are uploaded with the user's keys to a place that only simpleturk.toml names.

    A place that the user names is remembered. Raises SimpleturkError if the user does not agree.
    """
    fact = ("assets", place)
    if not is_configured:
        trust(*fact)
        return
    confirm_once(
        fact,
        f'{FILE} sets assets = "{place}", to which you have uploaded no files from this computer yet',
        "Upload the files that the page shows there, with your keys?",
        f"if that is right, name it once yourself: --assets {place}",
    )


def remember_database(database: Path | None, ids: Path | None) -> None:
    """Remember a database that the user has named for a new batch, if it is outside of the batch's folder."""
    if database and ids:
        target = Path(os.path.realpath(database))
        if not target.is_relative_to(os.path.realpath(ids.parent)):
            trust(*_database_fact(target))


def _database_fact(target: Path) -> tuple[str, str]:
    return "database", str(target)
