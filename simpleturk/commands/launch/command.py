"""launch: create the HITs of a batch."""

import itertools
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simpleturk import console
from simpleturk.client.endpoints import Endpoint, EndpointOptions
from simpleturk.commands.check import check_pages, for_nobody, tell
from simpleturk.commands.common.batch_files import batch_files
from simpleturk.commands.common.endpoint import connect_to, database_of, marketplace_of, on_a_marketplace
from simpleturk.commands.common.money import parse_cost
from simpleturk.commands.common.options import (
    DEFAULT_IDS,
    AssetsOpt,
    IdsOpt,
    InputsOpt,
    OptionalTemplateOpt,
    PropertiesOpt,
    SetOpt,
    SyntaxOpt,
    YesOpt,
)
from simpleturk.commands.launch.confirm import confirm_price, warn_of_caps
from simpleturk.commands.launch.resume import (
    check_ids_file,
    check_no_strays,
    check_not_launched,
    continued,
    keep_inputs,
    known_ids,
    readable,
    record_of,
)
from simpleturk.errors import InputRefused, MarketplaceError, Problems, SimpleturkError, SomeFailed, UsageError

if TYPE_CHECKING:
    from simpleturk.batch.batch import Batch
    from simpleturk.batch.ids import IdsWriter
    from simpleturk.batch.launch import Launched
    from simpleturk.batch.record import BatchRecord
    from simpleturk.client.client import MTurk


SkipOpt = Annotated[
    list[int] | None,
    typer.Option("--skip", metavar="LINE", min=1, help="Leave out the input on this line. May be repeated."),
]
MaxCostOpt = Annotated[
    Decimal | None,
    typer.Option("--max-cost", metavar="USD", parser=parse_cost, help="Refuse to launch what could cost more."),
]
DryRunOpt = Annotated[bool, typer.Option("--dry-run", help="Check everything and show the price; create nothing.")]
NoCheckOpt = Annotated[bool, typer.Option("--no-check", help="Launch pages although check finds errors in them.")]
AddOpt = Annotated[bool, typer.Option("--add", help="Launch the lines that were added at the end of the inputs.")]
VerifyOpt = Annotated[
    bool, typer.Option("--verify", help="Prove that every input has one HIT, and its id in its place; create nothing.")
]


@on_a_marketplace
def launch(
    properties: PropertiesOpt,
    inputs: InputsOpt,
    where: EndpointOptions,
    template: OptionalTemplateOpt = None,
    ids: IdsOpt = DEFAULT_IDS,
    set_: SetOpt = None,
    syntax: SyntaxOpt = None,
    assets: AssetsOpt = None,
    skip: SkipOpt = None,
    add: AddOpt = False,
    max_cost: MaxCostOpt = None,
    no_check: NoCheckOpt = False,
    dry_run: DryRunOpt = False,
    verify: VerifyOpt = False,
    yes: YesOpt = False,
) -> None:
    """Create one HIT per input and save their ids.

    Everything is checked and priced before the first HIT exists. Run again, it continues where it stopped.
    """
    from simpleturk.assets.publish import publisher_for
    from simpleturk.batch.batch import load_batch
    from simpleturk.batch.record import read_record

    if verify and (dry_run or add):
        raise UsageError(f"--verify and {'--dry-run' if dry_run else '--add'} exclude each other")
    old = read_record(ids)
    check_ids_file(ids, old, add)
    known = known_ids(ids, heal=not (dry_run or verify))
    marketplace = marketplace_of(where, old, acts=not (dry_run or verify))
    publisher = publisher_for(marketplace, assets, where.profile, database_of(where, ids, old))
    with readable(inputs, ids) as source:
        files = batch_files(
            source,
            template,
            properties,
            set_,
            syntax,
            where.config,
            address=publisher.address,
            max_question_bytes=marketplace.max_question_bytes,
            skipped=frozenset(skip or ()) | frozenset(old.skipped if old else ()),
        )
        batch = load_batch(files)
        if template and batch.properties.ExternalURL is not None:
            console.warn("the property ExternalURL makes the questions: the template is not used")
        if batch.repeated:
            # The site's results have a row for each assignment; without HIT ids nothing tells which are of one HIT.
            rows = console.plural(batch.repeated, "row")
            console.warn(f"{rows} of {source.name} repeat{'s' if batch.repeated == 1 else ''} what earlier rows ask")
        check_not_launched(batch, old, known)
        if not (old or verify or no_check):
            check_pages(batch)
        record = record_of(batch, marketplace, where, ids, old)
        if old:
            record = continued(batch, old, record, known, ids, add)
        if verify:
            _verify(batch, old, connect_to(marketplace, where, ids, old), ids)
            return
        missing = record.hits - len(known)
        mturk = connect_to(marketplace, where, ids, old)
        check_no_strays(mturk, batch, old)
        if not missing:
            if record != old and not dry_run:
                _write(batch, record, old, ids, known)
            _tell(Counter(), len(known), marketplace, ids)
            console.note("To launch it anew, name another --ids.")
            return
        confirm_price(batch, missing, mturk, max_cost, yes or dry_run, stdin_is_data=str(inputs) in ("-", "/dev/stdin"))
        if marketplace.is_local:
            tell(for_nobody(batch, mturk, database_of(where, ids, old)))
        warn_of_caps(batch, mturk)
        if dry_run:
            sizes = (
                f"questions have {batch.bytes // batch.size:,} bytes on average, {batch.largest:,} at most, "
                f"of {marketplace.max_question_bytes:,}"
            )
            console.note(f"Nothing created: {console.plural(missing, 'HIT')} could be; {sizes}.")
            return
        publisher.publish(files.shown_assets())
        _create(mturk, batch, record, old, ids, known)
    if marketplace.is_local:
        console.note('Run "simpleturk serve" to let people work on them.')


def _create(
    mturk: "MTurk", batch: "Batch", record: "BatchRecord", old: "BatchRecord | None", ids: Path, known: list[str]
) -> None:
    """Create the HITs that are missing, each id on disk as it comes."""
    from simpleturk.batch.launch import launch_batch
    from simpleturk.batch.record import write_record

    done: Counter[str] = Counter()
    places = {hit_id: number for number, hit_id in enumerate(known, start=1)}
    with _locked(batch, record, old, ids, known) as writer:
        # The batch is on disk before its first HIT exists.
        keep_inputs(batch, ids)
        hit_type_id = record.hit_type_id or mturk.create_hit_type(batch.properties.hit_type_parameters())
        record = replace(record, hit_type_id=hit_type_id)
        write_record(ids, record)
        try:
            with console.progress("Creating HITs", record.hits - len(known)) as advance:
                for hit in launch_batch(mturk, batch, record, known):
                    if hit.hit_id in places:
                        raise _contradiction(batch, hit, places[hit.hit_id], ids)
                    writer.append(hit.hit_id)
                    done["adopted" if hit.recovered else "created"] += 1
                    advance()
        except InputRefused as error:
            error.hint = f"leave it out with --skip {error.line}: the launch then continues with the others"
            raise
        except MarketplaceError as error:
            error.hint = error.hint or "run the same command again: it continues, and creates nothing twice"
            raise
        finally:
            _tell(done, len(known), mturk.marketplace, ids, record.hits)


def _write(batch: "Batch", record: "BatchRecord", old: "BatchRecord | None", ids: Path, known: list[str]) -> None:
    """Write down what a batch has become that needs no further HIT: a last line skipped, a blank one added."""
    from simpleturk.batch.record import write_record

    with _locked(batch, record, old, ids, known):
        keep_inputs(batch, ids)
        write_record(ids, record)


@contextmanager
def _locked(
    batch: "Batch", record: "BatchRecord", old: "BatchRecord | None", ids: Path, known: list[str]
) -> "Iterator[IdsWriter]":
    """The ids file for ourselves, if everything still is as it was when it was looked at."""
    from simpleturk.batch.ids import writing_ids
    from simpleturk.batch.record import read_record

    with writing_ids(ids) as writer:
        # Somebody may have launched while we waited for an answer.
        if writer.known != known or read_record(ids) != old:
            raise SimpleturkError(f"{ids}: another launch has just written to it", "run the command again")
        if batch.inputs.digest() != record.inputs.sha256:
            raise SimpleturkError(f"{batch.inputs.name} has just changed", "run the command again")
        yield writer


def _tell(done: "Counter[str]", known: int, marketplace: Endpoint, ids: Path, wanted: int = 0) -> None:
    """The verdict: how many HITs there are, and how they came to be."""
    total = known + done.total()
    hits = console.plural(total, "HIT") if total >= wanted else f"{total:,} of {console.plural(wanted, 'HIT')}"
    numbers = f"{done['created']:,} created, {done['adopted']:,} adopted, {known:,} there already"
    console.note(f"Launched {hits} on {marketplace.name}: {numbers}; ids in {ids}")


def _contradiction(batch: "Batch", hit: "Launched", place: int, ids: Path) -> SimpleturkError:
    """A HIT made for one input stands in the ids file where another's has to be."""
    return SimpleturkError(
        f"{ids}: its HIT {place:,}, {hit.hit_id}, is that of {batch.inputs.where(hit.line)}: a line before is missing",
        "restore the ids file; simpleturk launch --verify tells what is where",
    )


def _verify(batch: "Batch", record: "BatchRecord | None", mturk: "MTurk", ids: Path) -> None:
    """Hold the account's HITs against inputs and ids. Raises SomeFailed when anything is amiss, each named."""
    from simpleturk.batch.ids import Ids, read_ids
    from simpleturk.batch.verify import verify

    if record is None:
        raise SimpleturkError(f"{ids}: there is no batch to verify", "launch it first, or name its ids with --ids")
    found = read_ids(ids) if ids.exists() else Ids([], [], "")
    amiss, hit_ids = 0, found.hit_ids
    problems = itertools.chain(
        (f"{ids}, line {line} repeats line {first}" for line, first in found.repeated),
        (f"{ids}: its last line, {found.torn!r}, is torn" for _ in range(bool(found.torn))),
        (f"the batch record speaks of {record.hits:,} HITs" for _ in range(record.hits != batch.size)),
        verify(mturk, record, (item.line for item in batch.inputs_to_launch()), hit_ids),
    )
    for amiss, problem in enumerate(problems, start=1):
        if amiss <= Problems.SHOWN:
            console.failure(problem)
    if amiss:
        hint = (
            "run the launch again for what is missing, restore the ids file where it differs, "
            "and take what is too much off the market: simpleturk delete --force HIT_ID"
        )
        raise SomeFailed(f"{console.plural(amiss, 'problem')} of {ids} on {mturk.marketplace.name}", hint)
    counted = f"{console.plural(batch.size, 'input')}, {console.plural(len(hit_ids), 'id')}"
    console.note(f"Verified on {mturk.marketplace.name}: {counted}, one HIT each, none besides.")
