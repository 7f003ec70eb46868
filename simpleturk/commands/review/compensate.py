"""compensate: pay workers who could not submit their work."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from simpleturk import console
from simpleturk.batch.pricing import Price, price
from simpleturk.batch.record import read_record
from simpleturk.batch.review.apply import apply_effects
from simpleturk.batch.review.compensation import (
    TITLE,
    Compensation,
    clean_up,
    mistakes,
    offer_all,
    offered,
    read_compensations,
)
from simpleturk.batch.review.effects import Effect
from simpleturk.batch.review.ledger import DONE, Ledger, ledger_path, open_ledger, read_entries
from simpleturk.client.client import MTurk
from simpleturk.commands.common.endpoint import MarketplaceOptions, connect_to, marketplace_of, on_a_marketplace
from simpleturk.commands.common.money import funds_hint, payment_parser, price_line, shown_balance, usd
from simpleturk.commands.common.named_items import opened
from simpleturk.commands.common.options import DEFAULT_IDS, IdsOpt, YesOpt
from simpleturk.commands.common.outcomes import Failures, raise_if_some
from simpleturk.errors import SimpleturkError, UsageError
from simpleturk.mturk.limits import MAX_REWARD

WorkerOpt = Annotated[str | None, typer.Option("--worker", metavar="WORKER_ID", help="The worker to pay.")]
AmountOpt = Annotated[
    Decimal | None,
    typer.Option(
        "--amount", metavar="USD", parser=payment_parser(int(MAX_REWARD), "1.50"), help="The payment, in USD."
    ),
]
ReasonOpt = Annotated[
    str | None, typer.Option("--reason", metavar="TEXT", help="Reason of the payment; the worker reads it.")
]
FileOpt = Annotated[
    Path | None,
    typer.Option("--file", metavar="FILE", help="A table with the columns WorkerId, Amount and Reason; - reads stdin."),
]
DaysOpt = Annotated[
    int, typer.Option("--days", metavar="DAYS", min=1, max=365, help="How long a worker can take the payment.")
]
StatusOpt = Annotated[bool, typer.Option("--status", help="Show which payments have been taken; pay nothing.")]
DryRunOpt = Annotated[bool, typer.Option("--dry-run", help="Show the payments and their cost; do nothing.")]


@on_a_marketplace
def compensate(
    where: MarketplaceOptions,
    worker: WorkerOpt = None,
    amount: AmountOpt = None,
    reason: ReasonOpt = None,
    file: FileOpt = None,
    days: DaysOpt = 30,
    status: StatusOpt = False,
    ids: IdsOpt = DEFAULT_IDS,
    dry_run: DryRunOpt = False,
    yes: YesOpt = False,
) -> None:
    """Pay workers who could not submit their work.

    Each payment is a HIT that only its worker can see: the worker submits it, and is paid at once. The same worker,
    amount and reason are paid once, also if the command is run again.
    """
    new: list[Compensation] = []
    chosen = [] if status else _chosen(worker, amount, reason, file)
    record = read_record(ids)
    mturk = connect_to(marketplace_of(where, record, acts=not (status or dry_run)), where, ids, record)
    path = ledger_path(ids)
    if chosen:
        entries = read_entries(path, mturk.marketplace.endpoint_url)
        new = [item for item in chosen if entries.phases.get(item.key) != DONE]
        _show(mturk, new, len(chosen) - len(new))
        if not dry_run:
            _confirm(mturk, new, yes, str(file) == "-")
            with open_ledger(path, mturk.marketplace.endpoint_url, lambda: None) as ledger:
                _pay(mturk, chosen, ledger, days * 24 * 3600)
    if not dry_run and (status or not new):
        _show_status(mturk, path, {item.key for item in chosen})


def _chosen(worker: str | None, amount: Decimal | None, reason: str | None, file: Path | None) -> list[Compensation]:
    """The payments that the options name. Raises UsageError, or Problems of the file."""
    if file is not None:
        if worker or amount is not None or reason:
            raise UsageError("--file cannot be used with --worker, --amount or --reason", "write them into the file")
        with opened(file) as (name, lines):
            return read_compensations(lines, name)
    missing = [name for name, value in (("--worker", worker), ("--amount", amount), ("--reason", reason)) if not value]
    if missing or worker is None or amount is None or reason is None:
        names = " and ".join(filter(None, (", ".join(missing[:-1]), missing[-1])))
        are = "is" if len(missing) == 1 else "are"
        raise UsageError(f"{names} {are} missing", "name worker, amount and reason, or a table with --file")
    compensation = Compensation(worker, amount, reason)
    wrong = list(mistakes(compensation))
    if wrong:
        raise UsageError(f"the payment {wrong[0]}" if wrong[0].startswith("has") else wrong[0])
    return [compensation]


def _cost(mturk: MTurk, payments: list[Compensation]) -> Price:
    costs = [price(item.amount, 1, 1, mturk.marketplace.is_amazon) for item in payments]
    return Price(sum((cost.rewards for cost in costs), Decimal(0)), sum((cost.fees for cost in costs), Decimal(0)))


def _show(mturk: MTurk, new: list[Compensation], before: int) -> None:
    """Print what is paid to whom, and the cost."""
    earlier = f"; {before:,} had been offered before" if before else ""
    if new:
        cost = _cost(mturk, new)
        shown = ", ".join(f"{item.worker_id} {usd(item.amount)}" for item in new[:5])
        more = f" and {len(new) - 5:,} more" if len(new) > 5 else ""
        number = console.plural(len(new), "payment")
        line = f"{number} on {mturk.marketplace.title}: {shown}{more}; {price_line(cost.rewards, cost.fees)}"
        console.note(line + earlier)
    elif before:
        console.note(f"No payment to offer{earlier}.")


def _confirm(mturk: MTurk, new: list[Compensation], yes: bool, stdin_is_data: bool) -> None:
    """Ask before real money is spent. Refuses what the balance does not cover."""
    if not new or not mturk.marketplace.spends_money:
        return
    total, balance = _cost(mturk, new).total, mturk.balance()
    if balance < total:
        raise SimpleturkError(
            f"this costs {usd(total)}, but the balance is {usd(balance)}; nothing was done",
            funds_hint(mturk, "pay fewer workers"),
        )
    console.confirm(f"Spend {usd(total)} ({shown_balance(mturk, balance)})?", yes, stdin_is_data)


def _pay(mturk: MTurk, chosen: list[Compensation], ledger: Ledger, seconds: int) -> None:
    """Offer payments, and tell the workers whom no earlier run of the command has told. Raises SomeFailed."""
    failures, paid, offers = Failures("worker"), list[Compensation](), 0
    with console.progress("Paying", len(chosen)) as advance:
        for compensation, outcome in offer_all(mturk, chosen, ledger, seconds):
            if outcome.problem:
                failures.add(outcome.item, outcome.problem)
            else:
                paid.append(compensation)
                offers += not outcome.already
            advance()
    failures.finish()
    messages = [
        Effect(
            "notify",
            workers=(item.worker_id,),
            subject=f"{TITLE}: {usd(item.amount)}",
            text=f"{item.reason}\n\nIn the list of HITs you find {TITLE!r}. Accept and submit it, and you are paid.",
        )
        for item in paid
    ]
    untold = [effect.workers[0] for effect, outcome in apply_effects(mturk, messages, ledger) if outcome.problem]
    if offers or not paid:
        console.note(f"Offered {console.plural(offers, 'payment')}.")
    if untold:
        names = ", ".join(untold[:5]) + (f" and {len(untold) - 5:,} more" if len(untold) > 5 else "")
        console.warn(f"no message could be sent to {names}", f"tell them of {TITLE!r} in the list of HITs yourself")
    raise_if_some(failures.number, len(chosen), "payment", "offered")


def _show_status(mturk: MTurk, path: Path, keys: set[str]) -> None:
    """Print the state of the payments, of those with these keys if there are any; delete what is no longer needed."""
    offers = offered(mturk, read_entries(path, mturk.marketplace.endpoint_url))
    shown = [offer for offer in offers if not keys or offer.compensation.key in keys]
    words = {"taken": "taken", "open": "not taken yet", "expired": "not taken, and expired", "gone": "deleted"}
    for offer in shown:
        item = offer.compensation
        console.note(f"{item.worker_id}: {usd(item.amount)} {words[offer.state]} ({offer.hit_id})")
    if not shown and not keys:
        console.note(f"No payments in {path}.")
    if any(offer.state == "expired" for offer in shown):
        console.warn("a payment has expired", "to offer it again, give another reason")
    removed = clean_up(mturk, shown) if shown else 0
    if removed:
        console.note(f"Deleted {console.plural(removed, 'qualification type')} that no payment needs any more.")
