"""requester: accounts that may call the marketplace's API, their money, and what they owe workers."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from simpleturk import console
from simpleturk.batch.inputs.csv_cells import shown_as_text
from simpleturk.commands.common.database import opened
from simpleturk.commands.common.listing import Record, print_list
from simpleturk.commands.common.money import payment_parser, usd
from simpleturk.commands.common.options import DatabaseOpt, YesOpt, data_out
from simpleturk.errors import Problem, Problems, SimpleturkError, reporting_missing_file
from simpleturk.files import json_line
from simpleturk.marketplace.api.signature import secret_of
from simpleturk.marketplace.domain import ledger
from simpleturk.marketplace.people.requesters import (
    add_key,
    add_requester,
    all_requesters,
    find_requester,
    key_owner,
    rename_requester,
    revoke_key,
    revoke_keys,
)
from simpleturk.marketplace.store.rows import LedgerRow, RequesterRow
from simpleturk.marketplace.store.transaction import Transaction

#: The columns of an exported payment; `entry` is its number in the ledger.
COLUMNS = ("entry", "worker_id", "kind", "amount", "time", "hit_id", "assignment_id", "note")

NameArg = Annotated[str, typer.Argument(metavar="NAME", help="Name of the requester, as workers see it.")]
RequesterOpt = Annotated[
    str | None,
    typer.Option("--requester", metavar="NAME", help="Name or id of the requester. Default: the local requester."),
]


parse_deposit = payment_parser(1_000_000_000, "100 or 12.50")


def add(
    name: NameArg,
    database: DatabaseOpt = None,
    another_key: Annotated[
        bool, typer.Option("--another-key", help="Create one more access key for an existing requester.")
    ] = False,
) -> None:
    """Add a requester and print their access key as JSON.

    A requester creates HITs. Programs sign API calls with the requester's access key. The secret is shown only once.
    """
    with opened(database) as marketplace, data_out():
        with marketplace.write() as transaction:
            if another_key:
                requester_id = _find(transaction, name).requester_id
            else:
                try:
                    requester_id = add_requester(transaction, name)
                except ValueError as error:
                    exists = find_requester(transaction, name) is not None
                    hint = "give --another-key to create one more access key" if exists else None
                    raise SimpleturkError(str(error), hint) from error
            key = add_key(transaction, requester_id)
        record = {
            "requester": name,
            "requester_id": requester_id,
            "access_key_id": key.access_key_id,
            "secret_access_key": secret_of(marketplace.store, key.access_key_id),
        }
        console.data(json_line(record))
    console.note("Save the secret: it is not shown again.")


def rename(
    new_name: Annotated[str, typer.Argument(metavar="NEW_NAME", help="The name that workers will see.")],
    requester: RequesterOpt = None,
    database: DatabaseOpt = None,
) -> None:
    """Change the name under which workers see a requester.

    Without --requester, the local requester gets the name: the one whose HITs are created without access keys. Keys,
    HITs and money stay as they are. HITs and messages that exist show the new name, too.
    """
    with opened(database) as marketplace, marketplace.write() as transaction:
        renamed = _find(transaction, requester)
        try:
            rename_requester(transaction, renamed.requester_id, new_name)
        except ValueError as error:
            raise SimpleturkError(str(error), "nothing was changed; choose another name") from error
    console.note(f"Renamed {renamed.name} to {new_name}.")


def list_(database: DatabaseOpt = None) -> None:
    """List requesters with their keys and money.

    On a terminal, the list is a table; in a pipe or a file, it is JSON Lines.
    """
    columns: dict[str, str | Callable[[Record], str]] = {
        "requester": "requester",
        "requester id": "requester_id",
        "access keys": lambda record: " ".join(record["access_keys"]),
        "balance": lambda record: "no limit" if record["balance"] is None else usd(record["balance"]),
        "on hold": lambda record: usd(record["on_hold"]),
        "owed": lambda record: usd(record["owed"]),
    }
    with opened(database) as marketplace, marketplace.read() as transaction:
        print_list(_requester_records(transaction), columns, "No requesters yet: simpleturk requester add NAME.")


def _requester_records(transaction: Transaction) -> Iterator[Record]:
    for requester, keys in all_requesters(transaction):
        owed = ledger.owed(transaction, requester.requester_id)
        yield {
            "requester": requester.name,
            "requester_id": requester.requester_id,
            "access_keys": [key.access_key_id for key in keys if key.revoked is None],
            "revoked_access_keys": [key.access_key_id for key in keys if key.revoked is not None],
            "prepaid": requester.prepaid,
            "balance": ledger.dollars(requester.available) if requester.prepaid else None,
            "on_hold": ledger.dollars(requester.held),
            "owed": ledger.dollars(sum(_cents(entry) for entry in owed)),
        }


def revoke(
    named: Annotated[str, typer.Argument(metavar="KEY_OR_NAME", help="An access key id, or a requester's name.")],
    database: DatabaseOpt = None,
    yes: YesOpt = False,
) -> None:
    """Revoke an access key, or all keys of a requester.

    API calls that are signed with a revoked key are refused at once.
    """
    with opened(database) as marketplace:
        with marketplace.read() as transaction:
            is_key = key_owner(transaction, named) is not None
            requester_id = "" if is_key else _find(transaction, named).requester_id
        keys = f"the access key {named}" if is_key else f"all access keys of {named}"
        console.confirm(f"Revoke {keys}?", yes)
        with marketplace.write() as transaction:
            number = int(revoke_key(transaction, named)) if is_key else revoke_keys(transaction, requester_id)
    console.note(f"Revoked {console.plural(number, 'access key')}.")


def deposit(
    amount: Annotated[Any, typer.Argument(metavar="USD", parser=parse_deposit, help="The amount, in USD.")],
    requester: RequesterOpt = None,
    database: DatabaseOpt = None,
) -> None:
    """Add money to a requester's account.

    The first deposit makes the account prepaid: a HIT whose cost is above the balance is then refused.
    """
    with opened(database) as marketplace, marketplace.write() as transaction:
        payer = _find(transaction, requester)
        ledger.deposit(transaction, payer.requester_id, int(amount * 100))
        balance = ledger.account_of(transaction, payer.requester_id).available
    console.note(f"Deposited {usd(amount)} for {payer.name}; the balance is {usd(ledger.dollars(balance))}.")


def unlimited(requester: RequesterOpt = None, database: DatabaseOpt = None) -> None:
    """Remove the spending limit of a requester.

    Deposits no longer limit the HITs that the requester can create.
    """
    with opened(database) as marketplace, marketplace.write() as transaction:
        payer = _find(transaction, requester)
        ledger.remove_limit(transaction, payer.requester_id)
    console.note(f"{payer.name} has no spending limit.")


def payments(
    requester: RequesterOpt = None,
    by_worker: Annotated[bool, typer.Option("--by-worker", help="Print one line per worker, with the sum.")] = False,
    database: DatabaseOpt = None,
) -> None:
    """Print what a requester owes workers, as CSV.

    The marketplace moves no money: pay the workers yourself, then mark the payments with `requester paid`.
    """
    with opened(database) as marketplace, marketplace.read() as transaction:
        requester_id = _find(transaction, requester).requester_id
        entries = ledger.owed(transaction, requester_id)
    with data_out():
        if by_worker:
            sums: dict[str, int] = {}
            for entry in entries:
                worker_id = entry.worker_id or ""
                sums[worker_id] = sums.get(worker_id, 0) + _cents(entry)
            _write_csv(("worker_id", "amount"), [(worker, ledger.dollars(amount)) for worker, amount in sums.items()])
        else:
            _write_csv(COLUMNS, [_row(entry) for entry in entries])
    total = sum(_cents(entry) for entry in entries)
    console.note(f"{console.plural(len(entries), 'payment')}, {usd(ledger.dollars(total))} in total.")


def paid(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file printed by `simpleturk requester payments`.")],
    requester: RequesterOpt = None,
    database: DatabaseOpt = None,
    yes: YesOpt = False,
) -> None:
    """Mark the payments in a file as paid.

    If a payment cannot be marked, no payment is marked.
    """
    numbers = _read_entries(file)
    with opened(database) as marketplace:
        with marketplace.read() as transaction:
            payer = _find(transaction, requester)
            owed = {entry.seq: entry for entry in ledger.owed(transaction, payer.requester_id)}
        unknown = [number for number in numbers if number not in owed]
        if unknown:
            raise SimpleturkError(
                f"{file}: the entry {unknown[0]} is not owed by {payer.name}, or is already marked as paid",
                "nothing was marked; print the payments again",
            )
        total = ledger.dollars(sum(_cents(owed[number]) for number in numbers))
        question = f"Mark {console.plural(len(numbers), 'payment')} of {usd(total)} by {payer.name} as paid?"
        console.confirm(question, yes)
        with marketplace.write() as transaction:
            marked = ledger.mark_paid(transaction, payer.requester_id, numbers)
    console.note(f"Marked {console.plural(marked, 'payment')} as paid.")


def _find(transaction: Transaction, name: str | None) -> RequesterRow:
    requester = find_requester(transaction, name or transaction.requester_id)
    if requester is None:
        raise SimpleturkError(f"no requester is named {name}", "list requesters with simpleturk requester list")
    return requester


def _cents(entry: LedgerRow) -> int:
    return -(entry.available + entry.held)


def _row(entry: LedgerRow) -> tuple[Any, ...]:
    moment = datetime.fromtimestamp(entry.time, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    amount = ledger.dollars(_cents(entry))
    return (entry.seq, entry.worker_id, entry.kind, amount, moment, entry.hit_id, entry.assignment_id, entry.note)


def _write_csv(columns: tuple[str, ...], rows: list[Any]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([shown_as_text(str(cell or "")) for cell in row] for row in rows)
    console.data(text.getvalue())


def _read_entries(file: Path) -> list[int]:
    """The entry numbers in a file of payments, each once. Raises Problems with every bad line."""
    with reporting_missing_file(file, "name a file printed by simpleturk requester payments"):
        try:
            text = file.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise Problems([Problem(str(file), "is not UTF-8 text")]) from error
    rows = csv.DictReader(io.StringIO(text, newline=""))
    if "entry" not in (rows.fieldnames or ()):
        hint = "name a file printed by simpleturk requester payments, without --by-worker"
        raise Problems([Problem(str(file), "has no column entry", hint)])
    numbers: list[int] = []
    problems = []
    try:
        for row in rows:
            entry = row["entry"] or ""
            if entry.isascii() and entry.isdecimal() and len(entry) < 19:
                numbers.append(int(entry))
            else:
                problems.append(Problem(f"{file}, line {rows.line_num}", f"{entry[:40]!r} is not an entry number"))
    except csv.Error as error:
        problems.append(Problem(f"{file}, line {rows.line_num}", f"is not CSV: {error}"))
    if problems or not numbers:
        raise Problems(problems or [Problem(str(file), "holds no payments")])
    return list(dict.fromkeys(numbers))
