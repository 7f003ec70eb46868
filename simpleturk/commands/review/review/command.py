"""The command review."""

import getpass
import sys
from typing import Annotated

import typer

from simpleturk import console
from simpleturk.batch.results.known_inputs import inputs_of
from simpleturk.batch.review.queue.decision_log import DecisionLog
from simpleturk.batch.review.queue.items import Item, Items
from simpleturk.batch.review.queue.order import Group, Order, check_size, ordered, sampled
from simpleturk.commands.common.endpoint import MarketplaceOptions, on_a_marketplace
from simpleturk.commands.common.launched_batch import surveyed, the_batch
from simpleturk.commands.common.options import DEFAULT_IDS, IdsOpt
from simpleturk.commands.review.review.keys import KeyTerminal
from simpleturk.commands.review.review.plain import LineDialog, review_lines
from simpleturk.commands.review.review.screen import Screen
from simpleturk.commands.review.review.session import Session, read_place, save_place

OrderOpt = Annotated[
    Order,
    typer.Option(
        "--order",
        metavar="NAME",
        help="oldest; due: what is approved automatically soon comes first; disagreement: inputs whose answers differ "
        "most come first; or ids: the order of the ids file.",
    ),
]
GroupOpt = Annotated[
    Group | None,
    typer.Option("--group", metavar="NAME", help="Keep the work of each worker, or of each HIT, together."),
]
SampleOpt = Annotated[
    str | None,
    typer.Option(
        "--sample", metavar="SIZE", help="Only a random sample: 50 assignments, or 10% of the work of each worker."
    ),
]
SeedOpt = Annotated[str, typer.Option("--seed", metavar="TEXT", help="Draw another random sample.")]
WorkerOpt = Annotated[str | None, typer.Option("--worker", metavar="WORKER_ID", help="Only the work of this worker.")]
AllOpt = Annotated[bool, typer.Option("--all", help="Also work that is approved or rejected already.")]
PlainOpt = Annotated[
    bool, typer.Option("--plain", help="Print and read lines instead of using the whole screen: for screen readers.")
]
BrowserOpt = Annotated[
    bool,
    typer.Option(
        "--browser", help="Review in a browser on this computer: HITs with their answers, tables, statistics, the plan."
    ),
]
PortOpt = Annotated[
    int, typer.Option("--port", metavar="N", min=0, max=65535, help="Port of --browser; 0 takes a free port.")
]
ByOpt = Annotated[
    str | None,
    typer.Option("--by", metavar="NAME", help="Your name in the decisions. Default: your user name."),
]


@on_a_marketplace
def review(
    where: MarketplaceOptions,
    ids: IdsOpt = DEFAULT_IDS,
    order: OrderOpt = Order.DUE,
    group: GroupOpt = None,
    sample: SampleOpt = None,
    seed: SeedOpt = "",
    worker: WorkerOpt = None,
    all_: AllOpt = False,
    plain: PlainOpt = False,
    browser: BrowserOpt = False,
    port: PortOpt = 0,
    by: ByOpt = None,
) -> None:
    """Look at submitted work one by one, and decide about it.

    Decisions are saved in hit_ids.decisions.jsonl beside the ids as you make them. Nothing is paid or rejected before
    `simpleturk apply`. Press ? for the keys. Stop at any time: the next review begins where you stopped.
    """
    size = check_size(sample) if sample else None
    hit_ids, record, mturk = the_batch(where, ids)
    hits = surveyed(mturk, hit_ids, record, ids)
    items = Items(hits, inputs_of(record, ids, _warn_of_changed_inputs))
    total = sum(hit.unreviewed + hit.completed for hit in hits.values() if hit)
    with console.progress("Reading", total) as advance:
        items.load(mturk, advance)

    def choose(items: Items) -> list[Item]:
        chosen = [item for item in items if all_ or item.status == "Submitted"]
        chosen = [item for item in chosen if worker is None or item.worker_id == worker]
        return ordered(items, sampled(chosen, size, seed) if size else chosen, order, group)

    log = DecisionLog(ids, record.batch_id if record else None, by or _user_name())
    if browser:
        from simpleturk.commands.review.review.browser import review_in_browser

        review_in_browser(where, mturk, ids, record, hit_ids, items, log, choose, port)
        return
    chosen = choose(items)
    if not chosen:
        console.note(_nothing(len(items), worker))
        return
    session = Session(items, chosen, log)
    place = ids.with_name(f"{ids.stem}.review.json")
    left_at = read_place(place)
    if left_at is None or not session.go_to(left_at):
        session.place = len(session.queue) - 1
        session.advance()
    try:
        _run(session, plain)
    finally:
        save_place(place, session)
    _report(session)


def _run(session: Session, plain: bool) -> None:
    """Review on the screen, or line by line where there is no screen."""
    if plain or not (sys.stdin.isatty() and sys.stdout.isatty()):
        review_lines(session, LineDialog(_read_line, _print_line))
    else:
        Screen(KeyTerminal()).run(session)


def _read_line(question: str) -> str | None:
    """A line that is typed after a question; None at the end of the input."""
    console.data(question)
    console.flush()
    line = sys.stdin.readline()
    if not sys.stdin.isatty():
        console.data("\n")
    return line.rstrip("\r\n") if line else None


def _print_line(text: str) -> None:
    console.data(text + "\n")


def _nothing(items: int, worker: str | None) -> str:
    if worker is not None:
        return f"Nothing to review of the worker {worker}."
    if items:
        return f"Nothing to review: {console.plural(items, 'assignment')} reviewed already; --all shows them."
    return "Nothing to review: no work has been submitted."


def _report(session: Session) -> None:
    """Say what has been decided, and how to carry it out."""
    decided = [decision for item in session.queue if (decision := session.log.get(item.assignment_id))]
    verdicts = [decision.decision for decision in decided if decision.decision]
    counts = [
        f"{verdicts.count(verdict):,} {verdict}" for verdict in ("approve", "reject", "pass") if verdict in verdicts
    ]
    bonuses = [decision.bonus for decision in decided if decision.bonus is not None]
    if bonuses:
        counts.append(f"{console.plural(len(bonuses), 'bonus')} of ${sum(bonuses):,.2f} in all")
    corrected = sum(decision.output is not None for decision in decided)
    counts += [f"{corrected:,} corrected"] if corrected else []
    left = len(session.undecided)
    rest = f"; {left:,} undecided" if left else ""
    console.note(f"Decisions: {', '.join(counts) or 'none'}{rest}.")
    if verdicts or bonuses:
        console.note("Carry them out with `simpleturk apply`.")


def _user_name() -> str | None:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return None


def _warn_of_changed_inputs(name: str) -> None:
    console.warn(f"{name} has changed since the launch: the review does not show inputs", "restore the file")
