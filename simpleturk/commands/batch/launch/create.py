"""Create the HITs of a launch, each id on disk as it arrives."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from simpleturk import console
from simpleturk.batch.batch import Batch
from simpleturk.batch.ids import IdsWriter, writing_ids
from simpleturk.batch.launch import Launched, hits_of, launch_batch
from simpleturk.batch.record import BatchRecord, read_record, record_path, saved_inputs_path, write_record
from simpleturk.client.client import MTurk
from simpleturk.commands.batch.launch.resume import save_inputs
from simpleturk.errors import InputRefused, MarketplaceError, SimpleturkError


@dataclass(frozen=True)
class LaunchPlan:
    """A launch that is checked: the batch, and what an earlier launch has done.

    `record` is the batch record to write, `old` the one on disk, `known` the ids on disk. `serves`: the command
    goes on to the worker site.
    """

    mturk: MTurk
    batch: Batch
    record: BatchRecord
    old: BatchRecord | None
    ids: Path
    known: list[str]
    serves: bool = False

    @property
    def missing(self) -> int:
        """The number of HITs without an id on disk."""
        return self.record.hits - len(self.known)


def create_hits(plan: LaunchPlan) -> None:
    """Create the missing HITs. Raises MarketplaceError if one cannot be created; ids of the others are saved."""
    counts: Counter[str] = Counter()
    positions = {hit_id: number for number, hit_id in enumerate(plan.known, start=1)}
    with _locked(plan) as writer:
        hit_type_id = plan.record.hit_type_id
        hit_type_id = hit_type_id or plan.mturk.create_hit_type(plan.batch.properties.hit_type_parameters())
        # Inputs and batch record are on disk before the first HIT exists, and not if the HIT type is refused.
        save_inputs(plan.batch, plan.ids)
        record = replace(plan.record, hit_type_id=hit_type_id)
        write_record(plan.ids, record)
        try:
            with console.progress("Creating HITs", plan.missing) as advance:
                for hit in launch_batch(plan.mturk, plan.batch, record, plan.known):
                    if hit.hit_id in positions:
                        raise _contradiction(plan, hit, positions[hit.hit_id])
                    writer.append(hit.hit_id)
                    counts["recovered" if hit.recovered else "created"] += 1
                    advance()
        except InputRefused as error:
            if not counts and _forget_empty(plan, record):
                error.hint = f"correct the input, or add --skip {error.line} to leave it out; no HIT was created"
                raise
            error.hint = f"add --skip {error.line} to leave this input out; the launch then continues with the others"
            raise
        except MarketplaceError as error:
            if error.code.endswith("InsufficientFunds") and not counts:
                _forget_empty(plan, record)
            error.hint = error.hint or "run the same command again to resume: no HIT is created twice"
            raise
        finally:
            _report(plan, counts)
    if plan.mturk.marketplace.is_local and not plan.serves:
        console.note('Run "simpleturk serve" to let people work on them.')


def _forget_empty(plan: LaunchPlan, record: BatchRecord) -> bool:
    """Remove what a launch has saved if the account has no HIT of it, so that corrected files can be launched.

    Returns whether it was removed.
    """
    try:
        if plan.known or any(hits_of(plan.mturk, record)):
            return False
    except MarketplaceError:
        return False
    record_path(plan.ids).unlink()
    if plan.batch.inputs.kept:
        saved_inputs_path(plan.ids, plan.batch.inputs.suffix).unlink()
    return True


def finish_launched(plan: LaunchPlan, dry_run: bool) -> None:
    """Finish a launch that misses no HIT: save a changed record, such as one with a last line skipped."""
    if plan.record != plan.old and not dry_run:
        with _locked(plan):
            save_inputs(plan.batch, plan.ids)
            write_record(plan.ids, plan.record)
    _report(plan, Counter())
    console.note("To launch it again as a new batch, name another ids file with --ids.")


@contextmanager
def _locked(plan: LaunchPlan) -> Iterator[IdsWriter]:
    """Lock the ids file. Raises SimpleturkError if ids, record or inputs have changed since they were read."""
    with writing_ids(plan.ids) as writer:
        # Another launch may have run during the question.
        if writer.known != plan.known or read_record(plan.ids) != plan.old:
            raise SimpleturkError(f"{plan.ids}: another launch has just written to it", "run the command again")
        if plan.batch.inputs.digest() != plan.record.inputs.sha256:
            raise SimpleturkError(f"{plan.batch.inputs.name} has just changed", "run the command again")
        yield writer


def _report(plan: LaunchPlan, counts: Counter[str]) -> None:
    """Print how many HITs there are: created, recovered, already present."""
    known, hits = len(plan.known), plan.record.hits
    total = known + counts.total()
    number = console.plural(total, "HIT") if total >= hits else f"{total:,} of {console.plural(hits, 'HIT')}"
    verdict = f"{counts['created']:,} created, {counts['recovered']:,} recovered, {known:,} already present"
    console.note(f"Launched {number} on {plan.mturk.marketplace.title}: {verdict}; ids in {plan.ids}")


def _contradiction(plan: LaunchPlan, hit: Launched, position: int) -> SimpleturkError:
    """The error for a HIT of one input whose id is in the ids file at the position of another input."""
    where = plan.batch.inputs.where(hit.line)
    return SimpleturkError(
        f"{plan.ids}: HIT {position:,}, {hit.hit_id}, belongs to {where}: a line before it is missing",
        "restore the ids file; simpleturk launch --verify lists the differences",
    )
