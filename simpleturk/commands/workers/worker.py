"""worker: accounts, invitations and attributes of the marketplace's workers."""

import json
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from simpleturk import console
from simpleturk.batch.inputs.id_lists import WORKERS, read_id_list
from simpleturk.commands.common.database import opened
from simpleturk.commands.common.listing import print_list
from simpleturk.commands.common.money import usd
from simpleturk.commands.common.options import DatabaseOpt, YesOpt, data_out
from simpleturk.config import load_config
from simpleturk.config.urls import is_url
from simpleturk.errors import Problem, Problems, SimpleturkError, UsageError, reporting_missing_file
from simpleturk.files import json_line
from simpleturk.marketplace.domain import ledger
from simpleturk.marketplace.people import privacy, worker_accounts, workers
from simpleturk.marketplace.people.requirements import get_record
from simpleturk.marketplace.store.transaction import Transaction
from simpleturk.marketplace.store.uploads import UploadFolder
from simpleturk.mturk.countries import place_mistake
from simpleturk.mturk.limits import WORKER_ID
from simpleturk.text_files import open_utf8

#: A worker's country and, in the US, state; "" if not known. None leaves them as they are.
Place = tuple[str, str] | None

IdsArg = Annotated[list[str] | None, typer.Argument(metavar="WORKER_ID", help="Ids of workers.")]
IdArg = Annotated[str, typer.Argument(metavar="WORKER_ID", help="Id of the worker.")]
CountryOpt = Annotated[
    str | None,
    typer.Option("--country", metavar="CODE", help="Country, such as US or US-CA; empty if unknown."),
]
DaysOpt = Annotated[float, typer.Option("--days", metavar="N", min=0.01, max=3650, help="Days until a link expires.")]


def _check_site(address: str | None) -> str | None:
    if address is not None and not is_url(address):
        raise typer.BadParameter(f"{address!r} is not a URL such as https://work.example.org")
    return address


SiteOpt = Annotated[
    str | None,
    typer.Option(
        "--site",
        metavar="URL",
        callback=_check_site,
        help="Address of the worker site. Default: the address in [site] of simpleturk.toml.",
    ),
]
WorkersOpt = Annotated[
    Path | None,
    typer.Option(
        "--workers",
        metavar="FILE",
        help="A file of worker ids, or CSV with the columns worker_id and country (optional).",
    ),
]

#: The address of `serve` without options.
DEFAULT_SITE = "http://worker.simpleturk.localhost:8484"

#: The headings of the table of workers, with the keys of their records.
WORKER_COLUMNS = {
    "worker id": "worker_id",
    "account": "account",
    "country": "country",
    "adult": "adult",
    "masters": "masters",
    "to review": "submitted",
    "approved": "approved",
    "rejected": "rejected",
}

LIST_HINT = "list workers with simpleturk worker list"


def add(
    worker_ids: IdsArg = None,
    file: WorkersOpt = None,
    country: CountryOpt = None,
    days: DaysOpt = 14,
    site: SiteOpt = None,
    database: DatabaseOpt = None,
) -> None:
    """Create accounts and print password links as JSON Lines.

    With the link, the worker chooses a password. A link works once.
    """
    _print_links(_named_workers(worker_ids, file, country), days, site, database, new=True)


def reset(
    worker_ids: IdsArg = None,
    file: WorkersOpt = None,
    days: DaysOpt = 14,
    site: SiteOpt = None,
    database: DatabaseOpt = None,
) -> None:
    """Reset passwords and print new password links.

    The old password and all sessions end at once.
    """
    _print_links(_named_workers(worker_ids, file, None), days, site, database, new=False)


def invite(
    uses: Annotated[
        int,
        typer.Option("--uses", metavar="N", min=1, max=1_000_000, help="Accounts that the link can create."),
    ] = 1,
    country: CountryOpt = None,
    days: DaysOpt = 14,
    site: SiteOpt = None,
    database: DatabaseOpt = None,
) -> None:
    """Print a link with which people create their own account."""
    place = _place(country)
    with opened(database) as marketplace, marketplace.write() as transaction:
        secret = worker_accounts.create_invitation(transaction, uses, days, *place)
    with data_out():
        console.data(f"{_base(site)}/sign-up?key={secret}\n")
    console.note(f"The link is valid for {console.plural(uses, 'account')} and {days:g} days.")
    _warn_of_own_links(site)


def list_(database: DatabaseOpt = None) -> None:
    """List all workers.

    On a terminal, the list is a table; in a pipe or a file, it is JSON Lines.
    Each record has the account's state, the attributes that HITs can require, and counts of assignments:
    submitted (to be reviewed), approved and rejected.
    """
    with opened(database) as marketplace, marketplace.read() as transaction:
        empty = "No workers yet: invite people with simpleturk worker invite."
        print_list(_worker_records(transaction), WORKER_COLUMNS, empty)


def _worker_records(transaction: Transaction) -> Iterator[dict[str, object]]:
    for row in workers.all_workers(transaction):
        attributes = get_record(transaction, row.worker_id)
        yield {
            "worker_id": row.worker_id,
            "account": worker_accounts.account_status(row, transaction.now),
            "country": "-".join(filter(None, (attributes.country, attributes.subdivision))) or None,
            "adult": attributes.adult,
            "masters": attributes.master,
            "submitted": attributes.counts.get("Submitted", 0),
            "approved": attributes.counts.get("Approved", 0),
            "rejected": attributes.counts.get("Rejected", 0),
        }


def disable(worker_ids: IdsArg = None, file: WorkersOpt = None, database: DatabaseOpt = None) -> None:
    """Stop workers from signing in.

    Their sessions end. Assignments in progress can still be submitted.
    """
    _set_disabled(_named_workers(worker_ids, file, None), True, database)


def enable(worker_ids: IdsArg = None, file: WorkersOpt = None, database: DatabaseOpt = None) -> None:
    """Allow disabled workers to sign in again."""
    _set_disabled(_named_workers(worker_ids, file, None), False, database)


def set_(
    worker_id: IdArg,
    masters: Annotated[
        bool | None,
        typer.Option(
            "--masters/--no-masters",
            help="Grant or revoke the Masters qualification, which HITs can require.",
        ),
    ] = None,
    adult: Annotated[
        bool | None, typer.Option("--adult/--no-adult", help="Set whether the worker has agreed to see adult content.")
    ] = None,
    country: CountryOpt = None,
    database: DatabaseOpt = None,
) -> None:
    """Set a worker's country and qualifications.

    Requesters can restrict HITs to workers by these attributes. The worker need not have signed in before.
    """
    _check_ids([worker_id])
    place = None if country is None else _place(country)
    with opened(database) as marketplace, marketplace.write() as transaction:
        workers.register(transaction, worker_id)
        _set_place(transaction, worker_id, place, adult)
        if masters is not None:
            workers.set_master(transaction, worker_id, masters)
    console.note(f"Saved the attributes of {worker_id}.")


def export(
    worker_id: IdArg,
    files: Annotated[
        Path | None,
        typer.Option("--files", metavar="FOLDER", help="Also copy the worker's uploaded files to this folder."),
    ] = None,
    database: DatabaseOpt = None,
) -> None:
    """Print all data stored about a worker, as JSON."""
    with opened(database) as marketplace:
        with marketplace.read() as transaction:
            document = privacy.export(transaction, worker_id)
            assignments = privacy.assignments_of(transaction, worker_id)
        if document is None:
            raise SimpleturkError(f"there is no worker {worker_id}", LIST_HINT)
        if files:
            copied = _copy_files(marketplace.store.uploads, assignments, files)
            console.note(f"Copied {console.plural(copied, 'file')} to {files}; their names end with the file's sha256.")
    with data_out():
        console.data(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def delete(
    worker_id: IdArg,
    answers: Annotated[
        bool, typer.Option("--answers", help="Also empty the answers of the worker, and delete the uploaded files.")
    ] = False,
    yes: YesOpt = False,
    database: DatabaseOpt = None,
) -> None:
    """Delete a worker's personal data.

    Account, profile and messages are deleted; submitted work stays, under a pseudonym. The answers belong to
    requesters' batches and stay, too, unless you give --answers. Payments stay in the ledger.
    """
    with opened(database) as marketplace, marketplace.read() as transaction:
        if worker_id not in workers.worker_ids(transaction):
            raise SimpleturkError(f"there is no worker {worker_id}", LIST_HINT)
        owed = ledger.owed_to(transaction, worker_id)
    if owed:
        console.warn(
            f"{worker_id} is owed {usd(ledger.dollars(owed))}: after the deletion, the payments name a pseudonym",
            "pay the worker first: simpleturk requester payments, then simpleturk requester paid",
        )
    and_answers = " and the answers they submitted" if answers else ""
    console.confirm(f"Delete the personal data of {worker_id}{and_answers}? This cannot be undone.", yes)
    with opened(database) as marketplace:
        with marketplace.write() as transaction:
            assignments = privacy.assignments_of(transaction, worker_id)
            pseudonym = privacy.forget(transaction, worker_id, answers)
        if pseudonym and answers:
            _delete_files(marketplace.store.uploads, assignments)
    if pseudonym is None:
        raise SimpleturkError(f"there is no worker {worker_id}", LIST_HINT)
    console.note(f"Deleted the personal data of {worker_id}; their work is now under {pseudonym}.")


def _copy_files(uploads: UploadFolder, assignments: Iterable[str], folder: Path) -> int:
    """Copy the uploaded files of assignments to a folder; return their number. Raises SimpleturkError."""
    number = 0
    try:
        for assignment_id in assignments:
            for path in uploads.of(assignment_id):
                folder.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, folder / f"{assignment_id}-{path.name}")
                number += 1
    except OSError as error:
        raise SimpleturkError(f"the files cannot be copied to {folder}: {error.strerror}") from error
    return number


def _delete_files(uploads: UploadFolder, assignments: Iterable[str]) -> None:
    """Delete the uploaded files of assignments. Raises SimpleturkError if one cannot be deleted."""
    try:
        for assignment_id in assignments:
            uploads.delete(assignment_id)
    except OSError as error:
        hint = f"delete the folder {error.filename}"
        raise SimpleturkError(f"an uploaded file could not be deleted: {error.strerror}", hint) from error


def _print_links(places: dict[str, Place], days: float, site: str | None, database: Path | None, new: bool) -> None:
    """Print a password link for each worker; `new` requires that they have no account, else that they have one."""
    base = _base(site)
    with opened(database) as marketplace, marketplace.write() as transaction:
        states = {
            row.worker_id: worker_accounts.account_status(row, transaction.now)
            for row in workers.all_workers(transaction)
        }
        problems = [
            Problem(name, f"already has an account ({states[name]})" if new else "has no account")
            for name in places
            if (states.get(name, "none") != "none") == new
        ]
        if problems:
            error = Problems(problems)
            command = "reset" if new else "add"
            error.hint = f"make links for these workers with simpleturk worker {command}"
            raise error
        links = {name: worker_accounts.create_password_link(transaction, name, days) for name in places}
        for name, place in places.items():
            _set_place(transaction, name, place, None)
    with data_out():
        for name, secret in links.items():
            console.data(json_line({"worker_id": name, "link": f"{base}/password?key={secret}"}))
    console.note(f"Give each worker only their own link: it signs in as that worker. It works once, for {days:g} days.")
    _warn_of_own_links(site)


def _set_disabled(names: Iterable[str], disabled: bool, database: Path | None) -> None:
    with opened(database) as marketplace, marketplace.write() as transaction:
        known = set(workers.worker_ids(transaction))
        names = list(names)
        unknown = [Problem(name, "is not a worker of this marketplace") for name in names if name not in known]
        if unknown:
            raise Problems(unknown)
        for name in names:
            worker_accounts.set_disabled(transaction, name, disabled)
    console.note(f"{'Disabled' if disabled else 'Enabled'} {console.plural(len(names), 'worker')}.")


def _set_place(transaction: Transaction, worker_id: str, place: Place, adult: bool | None) -> None:
    old = workers.get_profile(transaction, worker_id)
    new = workers.Profile(*(place or (old.country, old.subdivision)), old.adult if adult is None else adult)
    workers.set_profile(transaction, worker_id, new)


def _named_workers(worker_ids: list[str] | None, file: Path | None, country: str | None) -> dict[str, Place]:
    """The workers that arguments and a file name, with their place. Raises Problems or UsageError."""
    place = None if country is None else _place(country)
    named: dict[str, Place] = dict.fromkeys(worker_ids or [], place)
    if file is not None:
        for name, code in _read(file):
            own_place = _place(code) if code else place
            if named.get(name, own_place) != own_place:
                raise Problems([Problem(f"{file}: {name}", "is named twice, with different countries")])
            named[name] = own_place
    if not named:
        raise UsageError("no workers named", "give worker ids, or a file with --workers")
    _check_ids(list(named))
    return named


def _read(file: Path) -> list[tuple[str, str]]:
    """The ids and countries in a CSV file, or in a plain list of ids."""
    with reporting_missing_file(file, "name a file of worker ids with --workers"), open_utf8(file) as lines:
        listed = read_id_list(lines, str(file), WORKERS)
    return [(item.id, (item.others.get("country") or item.others.get("locale") or "").strip()) for item in listed.ids]


def _check_ids(names: list[str]) -> None:
    problems = [Problem(repr(name)[:80], "is not a worker id") for name in names if not WORKER_ID.fullmatch(name)]
    if problems:
        error = Problems(problems)
        error.hint = "worker ids have up to 64 letters, digits and the characters . _ @ -"
        raise error


def _place(country: str | None) -> tuple[str, str]:
    if not re.fullmatch("([A-Z]{2}(-[A-Z]{2})?)?", (country or "").upper()):
        raise SimpleturkError(f"{country!r} is not a country", 'write "US", or "US-CA" for a state')
    nation, _, subdivision = (country or "").upper().partition("-")
    mistake = place_mistake(nation, subdivision) if nation else None
    if mistake:
        raise SimpleturkError(mistake, 'write "US", or "US-CA" for a state')
    return nation, subdivision


def _base(site: str | None) -> str:
    address = site or load_config().site.get("address") or DEFAULT_SITE
    return str(address).rstrip("/")


def _warn_of_own_links(site: str | None) -> None:
    """Warn if links begin with the address that a browser looks for on its own computer."""
    if _base(site) == DEFAULT_SITE:
        console.warn(
            f"only this computer can open links that begin with {DEFAULT_SITE}",
            "for other computers, name the site's address with --site, or as address in [site] of simpleturk.toml",
        )
