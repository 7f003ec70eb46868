"""worker: who works on the marketplace, their accounts, and what the operator knows of them."""

import csv
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simpleturk import console
from simpleturk.commands.common.database import DatabaseOpt, opened
from simpleturk.commands.common.options import YesOpt, data_out
from simpleturk.config import load_config
from simpleturk.errors import Problem, Problems, SimpleturkError, UsageError

if TYPE_CHECKING:
    from simpleturk.marketplace.people.workers import Profile
    from simpleturk.marketplace.store.transaction import Transaction

IdsArg = Annotated[list[str] | None, typer.Argument(metavar="WORKER_ID", help="The workers.")]
IdArg = Annotated[str, typer.Argument(metavar="WORKER_ID", help="The worker.")]
CountryOpt = Annotated[
    str | None, typer.Option("--country", metavar="CODE", help='Where they are: "US", "US-CA"; "" is not known.')
]
DaysOpt = Annotated[float, typer.Option("--days", metavar="N", min=0.01, max=3650, help="How long a link is good.")]
SiteOpt = Annotated[
    str | None,
    typer.Option("--site", metavar="URL", help="Where workers reach the site; by default [site] address."),
]
WorkersOpt = Annotated[
    Path | None,
    typer.Option(
        "--workers", metavar="FILE", help="A CSV file with a column worker_id, perhaps country; or one id a line."
    ),
]

#: Where `serve` is without options.
HERE = "http://worker.simpleturk.localhost:8484"


def add(
    worker_ids: IdsArg = None,
    workers: WorkersOpt = None,
    country: CountryOpt = None,
    days: DaysOpt = 14,
    site: SiteOpt = None,
    database: DatabaseOpt = None,
) -> None:
    """Create accounts and print password links as JSON Lines."""
    wanted = _wanted(worker_ids, workers, country)
    _print_links(wanted, days, site, database, new=True)


def reset(
    worker_ids: IdsArg = None,
    workers: WorkersOpt = None,
    days: DaysOpt = 14,
    site: SiteOpt = None,
    database: DatabaseOpt = None,
) -> None:
    """Reset passwords and print new password links."""
    _print_links(_wanted(worker_ids, workers, None), days, site, database, new=False)


def invite(
    uses: Annotated[int, typer.Option("--uses", metavar="N", min=1, max=1_000_000, help="How many may use it.")] = 1,
    country: CountryOpt = None,
    days: DaysOpt = 14,
    site: SiteOpt = None,
    database: DatabaseOpt = None,
) -> None:
    """Print a link with which people create their own account."""
    from simpleturk.marketplace.people import accounts

    place = _place(country)
    with opened(database) as marketplace, marketplace.write() as transaction:
        secret = accounts.create_invitation(transaction, uses, days, *place)
    with data_out():
        console.data(f"{_base(site)}/sign-up?key={secret}\n")
    console.note(f"Good for {uses} account{'s' if uses > 1 else ''}, for {days:g} days.")


def list_(database: DatabaseOpt = None) -> None:
    """List all workers as JSON Lines."""
    from simpleturk.files import json_line
    from simpleturk.marketplace.people import accounts, workers
    from simpleturk.marketplace.people.requirements import get_record

    with opened(database) as marketplace, marketplace.read() as transaction, data_out():
        for row in workers.all_workers(transaction):
            record = get_record(transaction, row.worker_id)
            line = {
                "worker_id": row.worker_id,
                "account": accounts.account_status(row, transaction.now),
                "country": "-".join(filter(None, (record.country, record.subdivision))) or None,
                "adult": record.adult,
                "masters": record.master,
                "submitted": record.counts.get("Submitted", 0),
                "approved": record.counts.get("Approved", 0),
                "rejected": record.counts.get("Rejected", 0),
            }
            console.data(json_line(line))


def disable(worker_ids: IdsArg = None, workers: WorkersOpt = None, database: DatabaseOpt = None) -> None:
    """Stop workers from signing in."""
    _set_disabled(_wanted(worker_ids, workers, None), True, database)


def enable(worker_ids: IdsArg = None, workers: WorkersOpt = None, database: DatabaseOpt = None) -> None:
    """Allow disabled workers to sign in again."""
    _set_disabled(_wanted(worker_ids, workers, None), False, database)


def set_(
    worker_id: IdArg,
    masters: Annotated[
        bool | None, typer.Option("--masters/--no-masters", help="Grant or take the Masters qualification.")
    ] = None,
    adult: Annotated[
        bool | None, typer.Option("--adult/--no-adult", help="Whether they agreed to see adult content.")
    ] = None,
    country: CountryOpt = None,
    database: DatabaseOpt = None,
) -> None:
    """Set a worker's country and qualifications."""
    from simpleturk.marketplace.people import workers

    _check_ids([worker_id])
    place = None if country is None else _place(country)
    with opened(database) as marketplace, marketplace.write() as transaction:
        workers.register(transaction, worker_id)
        _set_place(transaction, worker_id, place, adult)
        if masters is not None:
            workers.set_master(transaction, worker_id, masters)
    console.note(f"Set {worker_id}.")


def export(worker_id: IdArg, database: DatabaseOpt = None) -> None:
    """Print all data stored about a worker, as JSON."""
    import json

    from simpleturk.marketplace.people import privacy

    with opened(database) as marketplace, marketplace.read() as transaction:
        found = privacy.export(transaction, worker_id)
    if found is None:
        raise SimpleturkError(f"there is no worker {worker_id}", '"simpleturk worker list" shows who is there')
    with data_out():
        console.data(json.dumps(found, ensure_ascii=False, indent=2) + "\n")


def delete(
    worker_id: IdArg,
    answers: Annotated[bool, typer.Option("--answers", help="Also empty the answers that they submitted.")] = False,
    yes: YesOpt = False,
    database: DatabaseOpt = None,
) -> None:
    """Delete a worker's personal data.

    Requesters keep the answers, which belong to their batches; --answers empties them too. Money stays in the ledger.
    """
    from simpleturk.marketplace.people import privacy

    what = " and the answers they submitted" if answers else ""
    console.confirm(f"Delete the personal data of {worker_id}{what}? It cannot be undone.", yes)
    with opened(database) as marketplace, marketplace.write() as transaction:
        pseudonym = privacy.forget(transaction, worker_id, answers)
    if pseudonym is None:
        raise SimpleturkError(f"there is no worker {worker_id}", '"simpleturk worker list" shows who is there')
    console.note(f"Deleted the personal data of {worker_id}; their work is {pseudonym}'s.")


def _print_links(
    wanted: "dict[str, tuple[str, str] | None]", days: float, site: str | None, database: Path | None, new: bool
) -> None:
    from simpleturk.files import json_line
    from simpleturk.marketplace.people import accounts, workers

    base = _base(site)
    with opened(database) as marketplace, marketplace.write() as transaction:
        states = {
            row.worker_id: accounts.account_status(row, transaction.now) for row in workers.all_workers(transaction)
        }
        wrong = [
            Problem(name, f"has an account already ({states[name]})" if new else "has no account")
            for name in wanted
            if (states.get(name, "none") != "none") == new
        ]
        if wrong:
            hint = '"simpleturk worker reset" makes a new link' if new else '"simpleturk worker add" makes one'
            raise Problems([*wrong[:-1], Problem(wrong[-1].where, wrong[-1].what, hint)])
        links = {name: accounts.create_password_link(transaction, name, days) for name in wanted}
        for name, place in wanted.items():
            _set_place(transaction, name, place, None)
    with data_out():
        for name, secret in links.items():
            console.data(json_line({"worker_id": name, "link": f"{base}/password?key={secret}"}))
    console.note(f"Give each worker their link: whoever has it is that worker. It is good once, for {days:g} days.")


def _set_disabled(wanted: "dict[str, tuple[str, str] | None]", disabled: bool, database: Path | None) -> None:
    from simpleturk.marketplace.people import accounts, workers

    with opened(database) as marketplace, marketplace.write() as transaction:
        known = set(workers.worker_ids(transaction))
        unknown = [Problem(name, "is not known here") for name in wanted if name not in known]
        if unknown:
            raise Problems(unknown)
        for name in wanted:
            accounts.set_disabled(transaction, name, disabled)
    done = "Disabled" if disabled else "Enabled"
    console.note(f"{done} {len(wanted)} worker{'s' if len(wanted) > 1 else ''}.")


def _set_place(transaction: "Transaction", worker_id: str, place: tuple[str, str] | None, adult: bool | None) -> None:
    from simpleturk.marketplace.people import workers

    old: Profile = workers.get_profile(transaction, worker_id)
    new = workers.Profile(*(place or (old.country, old.subdivision)), old.adult if adult is None else adult)
    workers.set_profile(transaction, worker_id, new)


def _wanted(
    worker_ids: list[str] | None, file: Path | None, country: str | None
) -> "dict[str, tuple[str, str] | None]":
    """The workers that were named, with their place where one was given. Raises what is wrong with them."""
    place = None if country is None else _place(country)
    named: dict[str, tuple[str, str] | None] = dict.fromkeys(worker_ids or [], place)
    if file is not None:
        for name, code in _read(file):
            found = _place(code) if code else place
            if named.get(name, found) != found:
                raise Problems([Problem(f"{file}: {name}", "is named twice, in different countries")])
            named[name] = found
    if not named:
        raise UsageError("no worker is named", "give their ids, or a file with --workers")
    _check_ids(list(named))
    return named


def _read(file: Path) -> list[tuple[str, str]]:
    """Ids and countries of a CSV file, or of a plain list of ids."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Problems([Problem(str(file), "is not UTF-8 text")]) from error
    try:
        rows = list(csv.reader(text.splitlines()))
    except csv.Error as error:
        raise Problems([Problem(str(file), f"is not CSV: {error}")]) from error
    if rows and "worker_id" in (header := [name.strip().lower() for name in rows[0]]):
        records = [dict(zip(header, (value.strip() for value in row), strict=False)) for row in rows[1:] if any(row)]
        return [(one.get("worker_id", ""), one.get("country") or one.get("locale") or "") for one in records]
    return [(line.strip(), "") for line in text.splitlines() if line.strip()]


def _check_ids(names: list[str]) -> None:
    from simpleturk.mturk.limits import WORKER_ID

    wrong = [Problem(repr(name)[:80], "is not a worker id") for name in names if not WORKER_ID.fullmatch(name)]
    if wrong:
        hint = "it has up to 64 letters, digits, and . _ @ -"
        raise Problems([*wrong[:-1], Problem(wrong[-1].where, wrong[-1].what, hint)])


def _place(country: str | None) -> tuple[str, str]:
    if not re.fullmatch("([A-Z]{2}(-[A-Z]{2})?)?", (country or "").upper()):
        raise SimpleturkError(f"{country!r} is not a country", 'write "US", or "US-CA" for a state')
    nation, _, subdivision = (country or "").upper().partition("-")
    return nation, subdivision


def _base(site: str | None) -> str:
    said: Any = site or load_config().site.get("address") or HERE
    return str(said).rstrip("/")
