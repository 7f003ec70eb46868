"""launch: create the HITs of a batch."""

import itertools
import shutil
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simpleturk import __version__, console
from simpleturk.commands.options import (
    DEFAULT_IDS,
    IdsOpt,
    InputsOpt,
    PropertiesOpt,
    SetOpt,
    TemplateOpt,
    YesOpt,
    connect_to,
    database_of,
    marketplace_of,
    on_a_marketplace,
    overrides,
)
from simpleturk.endpoints import Marketplace, Where
from simpleturk.errors import InputRefused, MarketplaceError, SimpleturkError

if TYPE_CHECKING:
    from simpleturk.batch.ids import BatchRecord
    from simpleturk.batch.inputs import Inputs
    from simpleturk.batch.load import Batch
    from simpleturk.mturk import MTurk


def _usd(text: str) -> Decimal:
    """A --max-cost, in USD."""
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0:
        raise typer.BadParameter(f"{text!r} is not an amount in USD")
    return amount


SkipOpt = Annotated[
    list[int] | None,
    typer.Option("--skip", metavar="LINE", min=1, help="Leave out the input on this line. May be repeated."),
]
MaxCostOpt = Annotated[
    Decimal | None,
    typer.Option("--max-cost", metavar="USD", parser=_usd, help="Refuse to launch what could cost more."),
]
DryRunOpt = Annotated[bool, typer.Option("--dry-run", help="Check everything and show the price; create nothing.")]


@on_a_marketplace
def launch(
    template: TemplateOpt,
    properties: PropertiesOpt,
    inputs: InputsOpt,
    where: Where,
    ids: IdsOpt = DEFAULT_IDS,
    set_: SetOpt = None,
    skip: SkipOpt = None,
    max_cost: MaxCostOpt = None,
    dry_run: DryRunOpt = False,
    yes: YesOpt = False,
) -> None:
    """Create one HIT per input and save their ids.

    Everything is checked and priced before the first HIT exists. Run again, it continues where it stopped.
    """
    from simpleturk.batch.ids import read_record
    from simpleturk.batch.load import load_batch
    from simpleturk.batch.shipped import find

    old = read_record(ids)
    _check_ids_file(ids, old)
    known = _known(ids)
    marketplace = marketplace_of(where, old, acts=not dry_run)
    with _readable(inputs, ids) as source:
        batch = load_batch(
            find(template),
            find(properties),
            source,
            overrides(set_),
            marketplace.max_question_bytes,
            frozenset(skip or ()) | frozenset(old.skipped if old else ()),
        )
        _check_not_launched(batch, old, known)
        record = _record(batch, marketplace, where, ids, old)
        if old:
            _check_continues(old, record, known)
        missing = record.hits - len(known)
        if not missing:
            console.note(f"This batch has been launched before: {console.plural(record.hits, 'HIT')}.")
            console.note("To launch it anew, name another --ids.")
            return
        mturk = connect_to(marketplace, where, ids, old)
        _confirm_price(
            batch, missing, mturk, max_cost, yes or dry_run, stdin_is_data=str(inputs) in ("-", "/dev/stdin")
        )
        _warn_if_for_nobody(batch, mturk, database_of(where, ids, old))
        _warn_of_caps(batch, mturk)
        if dry_run:
            sizes = f"the largest question has {batch.largest:,} bytes of {marketplace.max_question_bytes:,}"
            console.note(f"Nothing created: {console.plural(missing, 'HIT')} could be; {sizes}.")
            return
        adopted = _create(mturk, batch, record, old, ids, known)
    found = f" and found {adopted:,} of an earlier launch" if adopted else ""
    console.note(f"Launched {console.plural(missing - adopted, 'HIT')} on {marketplace.name}{found}; ids in {ids}")
    if marketplace.is_local:
        console.note('Run "simpleturk serve" to let people work on them.')


def _create(
    mturk: "MTurk", batch: "Batch", record: "BatchRecord", old: "BatchRecord | None", ids: Path, known: list[str]
) -> int:
    """Create the HITs that are missing, each id on disk as it comes; return how many had been created before."""
    from simpleturk.batch.ids import read_record, saved_inputs_path, write_record, writing_ids
    from simpleturk.batch.launch import launch_batch

    adopted = 0
    with writing_ids(ids) as writer:
        # Somebody may have launched while we waited for an answer.
        if writer.known != known or read_record(ids) != old:
            raise SimpleturkError(f"{ids}: another launch has just written to it", "run the command again")
        if batch.inputs.digest() != record.inputs.sha256:
            raise SimpleturkError(f"{batch.inputs.name} has just changed", "run the command again")
        # The batch is on disk before its first HIT exists.
        if batch.inputs.kept and old is None:
            shutil.copyfile(batch.inputs.path, saved_inputs_path(ids))
        hit_type_id = record.hit_type_id or mturk.create_hit_type(batch.properties.hit_type_parameters())
        record = replace(record, hit_type_id=hit_type_id)
        write_record(ids, record)
        try:
            with console.progress("Creating HITs", record.hits - len(known)) as advance:
                for hit in launch_batch(mturk, batch, record, known):
                    writer.append(hit.hit_id)
                    adopted += hit.adopted
                    advance()
        except InputRefused as error:
            error.hint = f"leave it out with --skip {error.line}: the launch then continues with the others"
            raise
        except MarketplaceError as error:
            error.hint = error.hint or "run the same command again: it continues, and creates nothing twice"
            raise
    return adopted


def _check_ids_file(ids: Path, record: "BatchRecord | None") -> None:
    """An ids file is never overwritten, and continued only where a batch record says what it belongs to."""
    if not ids.parent.is_dir():
        raise SimpleturkError(f"{ids.parent}: no such folder", "make it, or name another --ids")
    # A crash between the two leaves an empty ids file without a record: nothing to protect.
    if ids.exists() and ids.stat().st_size and record is None:
        raise SimpleturkError(
            f"{ids} exists already, and no batch record beside it says what it belongs to",
            "name another --ids, or move the file away",
        )


def _known(ids: Path) -> list[str]:
    """The ids that are there already; a torn last line is healed first. Refused while another launch is writing."""
    from simpleturk.batch.ids import writing_ids

    if not ids.exists():
        return []
    with writing_ids(ids) as writer:
        return writer.known


@contextmanager
def _readable(inputs: Path, ids: Path) -> "Iterator[Inputs]":
    """The inputs as a file that can be read again and again: what comes through a pipe is kept beside the ids file."""
    from simpleturk.batch.inputs import Inputs
    from simpleturk.batch.shipped import find

    found = find(inputs)
    if str(inputs) != "-" and (found.is_file() or found.is_dir() or not found.exists()):
        yield Inputs(found)
        return
    path = ids.with_name(f".{ids.stem}.inputs.{uuid.uuid4().hex}.tmp")
    try:
        with path.open("wb") as file:
            if str(inputs) == "-":
                shutil.copyfileobj(sys.stdin.buffer, file)
            else:
                with inputs.open("rb") as pipe:
                    shutil.copyfileobj(pipe, file)
        source = Inputs(path, "stdin" if str(inputs) == "-" else str(inputs), kept=True)
        _check_kept(source, ids)
        yield source
    finally:
        path.unlink(missing_ok=True)


def _record(
    batch: "Batch", marketplace: Marketplace, where: Where, ids: Path, old: "BatchRecord | None"
) -> "BatchRecord":
    """The record of this batch as its files are now; a continued batch keeps its id, its HIT type and its birthday."""
    from simpleturk.batch.ids import BatchRecord, Source, portable, saved_inputs_path

    database = old.database if old else portable(where.database, ids) if where.database else None
    inputs_path = saved_inputs_path(ids) if batch.inputs.kept else batch.inputs.path
    effective = batch.properties.model_dump_json()
    return BatchRecord(
        batch_id=old.batch_id if old else uuid.uuid4().hex,
        marketplace=marketplace.name,
        endpoint=marketplace.endpoint_url,
        database=database if marketplace.is_local else None,
        hit_type_id=old.hit_type_id if old else "",
        hits=batch.size,
        max_assignments=batch.properties.MaxAssignments,
        reward=f"{batch.properties.Reward:.2f}",
        template=Source.of(batch.template.path, batch.template.digest, ids),
        properties=Source.of(batch.properties_path, sha256(effective.encode()).hexdigest(), ids),
        inputs=Source.of(inputs_path, batch.inputs.digest(), ids),
        skipped=sorted(batch.skipped),
        created=old.created if old else datetime.now(UTC).isoformat(timespec="seconds"),
        version=__version__,
    )


def _check_kept(source: "Inputs", ids: Path) -> None:
    """Piped inputs go to a file of their own; one that is there already, with other contents, is somebody's."""
    from simpleturk.batch.ids import read_record, saved_inputs_path
    from simpleturk.batch.inputs import Inputs

    path = saved_inputs_path(ids)
    if path.exists() and read_record(ids) is None and Inputs(path).digest() != source.digest():
        raise SimpleturkError(
            f"{path} exists already: piped inputs would be kept there", "move it away, or name another --ids"
        )


def _check_not_launched(batch: "Batch", old: "BatchRecord | None", known: list[str]) -> None:
    """A line that is a HIT already cannot be skipped: the ids after it would stand for other inputs."""
    if old is None:
        return
    before = frozenset(old.skipped)
    launched = (item.line for item in batch.inputs.values() if item.line not in before)
    taken = sorted(set(itertools.islice(launched, len(known))) & batch.skipped)
    if taken:
        raise SimpleturkError(
            f"the input on line {taken[0]} has been launched already, and cannot be skipped any more",
            "to take its HIT off the market: simpleturk delete --force HIT_ID",
        )


def _check_continues(old: "BatchRecord", new: "BatchRecord", known: list[str]) -> None:
    """Refuse to mix what was launched with what has changed since."""
    from simpleturk.batch.launch import changed_sources

    changed = changed_sources(old, new)
    if changed:
        raise SimpleturkError(
            f"{' and '.join(changed)} changed since this batch was launched",
            "to continue, restore what it was; to launch anew, name another --ids",
        )
    if len(known) > new.hits:
        raise SimpleturkError(
            f"the ids file holds {len(known)} ids, but its batch has {new.hits} HITs",
            "it has been changed by hand; restore it, or launch into another --ids",
        )


def _confirm_price(
    batch: "Batch", missing: int, mturk: "MTurk", max_cost: Decimal | None, yes: bool, stdin_is_data: bool
) -> None:
    """Ask before real money is spent; refuse what costs more than --max-cost."""
    from simpleturk.batch.pricing import price

    properties, marketplace = batch.properties, mturk.marketplace
    number = missing * properties.MaxAssignments
    cost = price(properties.Reward, number, properties.MaxAssignments, marketplace.is_amazon, properties.needs_masters)
    line = (
        f"{console.plural(missing, 'HIT')} × {console.plural(properties.MaxAssignments, 'assignment')} "
        f"at ${properties.Reward:.2f} on {marketplace.name}: ${cost.rewards:,.2f} + ${cost.fees:,.2f} fees "
        f"= ${cost.total:,.2f}"
    )
    if max_cost is not None and cost.total > max_cost:
        raise SimpleturkError(f"{line}; --max-cost allows ${max_cost:,.2f}", "nothing was created")
    if not marketplace.spends_money:
        console.note(line)
        return
    balance = mturk.balance()
    if balance < cost.total:
        raise SimpleturkError(f"{line}, but the balance is ${balance:,.2f}", "nothing was created")
    line += f" (balance ${balance:,.2f})"
    if yes:
        console.note(line)
    console.confirm(f"{line}. Launch?", yes, stdin_is_data)


def _warn_if_for_nobody(batch: "Batch", mturk: "MTurk", database: Path | None) -> None:
    """On a local marketplace somebody can know whether there is anybody to do the HITs."""
    from simpleturk.mturk import requirements_nobody_meets

    wanted = batch.properties.requirements()
    nobody = requirements_nobody_meets(mturk, [requirement for _, requirement in wanted], database)
    names = list(dict.fromkeys(wanted[position][0] for position in nobody))
    if names:
        removal = " ".join(f"--set {name}=" for name in names)
        console.warn(
            f"no worker known to the local marketplace meets {' and '.join(names)}: nobody can do these HITs",
            f"{removal} removes it",
        )


def _warn_of_caps(batch: "Batch", mturk: "MTurk") -> None:
    """Amazon has no caps: there the properties say nothing."""
    from simpleturk.batch.properties import CAPS

    named = [name for name in CAPS if getattr(batch.properties, name) is not None]
    if named and mturk.marketplace.is_amazon:
        console.warn(
            f"{' and '.join(named)} limit nobody on {mturk.marketplace.name}: it knows no caps",
            "there, exclude workers by a qualification",
        )
