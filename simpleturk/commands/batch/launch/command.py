"""launch: create the HITs of a batch."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from simpleturk import console
from simpleturk.assets.publisher import publisher_for
from simpleturk.batch.batch import Batch, BatchFiles, load_batch
from simpleturk.batch.record import BatchRecord, read_record
from simpleturk.client.client import MTurk
from simpleturk.commands.batch.launch.confirm import confirm_price, warn_of_worker_limits
from simpleturk.commands.batch.launch.create import LaunchPlan, create_hits, finish_launched
from simpleturk.commands.batch.launch.resume import (
    check_ids_file,
    check_no_strays,
    check_not_launched,
    continued,
    known_ids,
    launched_grouping,
    readable,
    record_of,
)
from simpleturk.commands.batch.launch.serve import site_afterwards
from simpleturk.commands.batch.launch.verify import verify_launch
from simpleturk.commands.common.batch_files import batch_files, grouped, grouping_of, inputs_path
from simpleturk.commands.common.endpoint import (
    MarketplaceOptions,
    connect_to,
    database_of,
    marketplace_of,
    on_a_marketplace,
)
from simpleturk.commands.common.findings import check_sample, report_findings, unmet_requirements
from simpleturk.commands.common.money import parse_cost
from simpleturk.commands.common.options import (
    DEFAULT_IDS,
    ApartOpt,
    AssetsOpt,
    IdsOpt,
    InputsOpt,
    OptionalTemplateOpt,
    PerHitOpt,
    PropertiesOpt,
    SeedOpt,
    SetOpt,
    SyntaxOpt,
    YesOpt,
)
from simpleturk.errors import UsageError

SkipOpt = Annotated[
    list[int] | None,
    typer.Option("--skip", metavar="LINE", min=1, help="Create no HIT for the input on this line. Repeatable."),
]
MaxCostOpt = Annotated[
    Decimal | None,
    typer.Option("--max-cost", metavar="USD", parser=parse_cost, help="Fail if the launch could cost more than this."),
]
DryRunOpt = Annotated[bool, typer.Option("--dry-run", help="Check everything and show the price; create nothing.")]
NoCheckOpt = Annotated[bool, typer.Option("--no-check", help="Launch even if check finds errors in the pages.")]
AddOpt = Annotated[bool, typer.Option("--add", help="Launch inputs that were added at the end of the file.")]
ServeOpt = Annotated[
    bool, typer.Option("--serve", help="After the launch, start the worker site of the local marketplace.")
]
OpenOpt = Annotated[bool, typer.Option("--open", help="With --serve: open the worker site in the browser.")]
VerifyOpt = Annotated[
    bool,
    typer.Option("--verify", help="Verify that every input has exactly one HIT in the ids file; create nothing."),
]


@on_a_marketplace
def launch(
    properties: PropertiesOpt,
    where: MarketplaceOptions,
    inputs: InputsOpt = None,
    template: OptionalTemplateOpt = None,
    ids: IdsOpt = DEFAULT_IDS,
    set_: SetOpt = None,
    syntax: SyntaxOpt = None,
    assets: AssetsOpt = None,
    per_hit: PerHitOpt = None,
    apart: ApartOpt = None,
    seed: SeedOpt = 0,
    skip: SkipOpt = None,
    add: AddOpt = False,
    max_cost: MaxCostOpt = None,
    no_check: NoCheckOpt = False,
    dry_run: DryRunOpt = False,
    verify: VerifyOpt = False,
    serve: ServeOpt = False,
    open_: OpenOpt = False,
    yes: YesOpt = False,
) -> None:
    """Create one HIT per input and save their ids.

    A HIT (human intelligence task) is one task, made from the template and one input. An assignment is the work of one
    worker on a HIT. `simpleturk help words` explains these and other words.

    In a task folder, simpleturk.toml names the files. They are checked and the price is shown before the first HIT is
    created. If a launch fails, run the same command again to resume it: it recovers HITs that were created before, and
    creates the missing ones.
    """
    if verify and (dry_run or add):
        raise UsageError(f"--verify and {'--dry-run' if dry_run else '--add'} cannot be used together")
    creates = not (dry_run or verify)
    old = read_record(ids)
    grouping = launched_grouping(grouping_of(per_hit, apart, seed), old, skip, add)
    check_ids_file(ids, old, add)
    known = known_ids(ids, repair=creates)
    marketplace = marketplace_of(where, old, acts=creates)
    publisher = publisher_for(marketplace, assets, where.profile, database_of(where, ids, old))
    afterwards = site_afterwards(marketplace, database_of(where, ids, old), serve, open_, creates)
    with afterwards, readable(inputs_path(inputs, template), ids) as source:
        files = batch_files(
            grouped(source, grouping),
            template,
            properties,
            set_,
            syntax,
            where.config,
            address=publisher.address,
            marketplace=marketplace,
            skipped=frozenset(skip or ()) | frozenset(old.skipped if old else ()),
        )
        batch = _checked_batch(files, old, known, check_pages=not (old or verify or no_check))
        record = continued(batch, old, record_of(batch, marketplace, where, ids, old, grouping), known, ids, add)
        mturk = connect_to(marketplace, where, ids, old)
        if verify:
            verify_launch(batch, old, mturk, ids)
            return
        check_no_strays(mturk, batch, old)
        plan = LaunchPlan(mturk, batch, record, old, ids, known, serve)
        if not plan.missing:
            finish_launched(plan, dry_run)
            return
        confirm_price(batch, plan.missing, mturk, max_cost, yes or dry_run, str(inputs) in ("-", "/dev/stdin"))
        _warn_about_workers(batch, mturk, database_of(where, ids, old))
        _create_or_report(plan, dry_run, lambda: publisher.publish(files.shown_assets()))


def _checked_batch(files: BatchFiles, old: BatchRecord | None, known: list[str], check_pages: bool) -> Batch:
    """Load and check the batch. Raises Problems, or SimpleturkError for a skipped line that is already launched."""
    batch = load_batch(files)
    _warn_of_unused_files(batch, files.template)
    check_not_launched(batch, old, known)
    if check_pages:
        check_sample(batch)
    return batch


def _warn_about_workers(batch: Batch, mturk: MTurk, database: Path | None) -> None:
    """Warn if no worker can do the HITs, or if the marketplace ignores per-worker limits."""
    if mturk.marketplace.is_local:
        report_findings(unmet_requirements(batch, mturk, database))
    warn_of_worker_limits(batch, mturk)


def _warn_of_unused_files(batch: Batch, template: Path | None) -> None:
    """Warn of a template that is not used, and of rows that repeat others."""
    if template and batch.properties.ExternalURL is not None:
        console.warn("the template is not used: the property ExternalURL gives the pages")
    if batch.repeated:
        # The requester site's results have a row per assignment; without HIT ids, rows of one HIT cannot be recognized.
        rows = console.plural(batch.repeated, "row")
        verb = "repeats" if batch.repeated == 1 else "repeat"
        console.warn(f"{rows} of {batch.inputs.name} {verb} the questions of earlier rows")


def _create_or_report(plan: LaunchPlan, dry_run: bool, publish: Callable[[], None]) -> None:
    """Create the missing HITs once the files that they show are published; in a dry run, only say what could be."""
    if dry_run:
        _report_dry_run(plan)
        return
    publish()
    create_hits(plan)


def _report_dry_run(plan: LaunchPlan) -> None:
    batch, most = plan.batch, plan.mturk.marketplace.max_question_bytes
    sizes = f"{batch.bytes // batch.size:,} bytes on average, {batch.largest:,} at most; {most:,} are allowed"
    console.note(f"Dry run: {console.plural(plan.missing, 'HIT')} can be created; questions have {sizes}.")
