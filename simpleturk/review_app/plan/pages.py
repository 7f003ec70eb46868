"""The plan of the decisions: shown first, carried out after a confirmation, and the ledger of what has happened."""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from simpleturk.batch.review.effects import HARMFUL, KINDS
from simpleturk.batch.review.ledger import ledger_path
from simpleturk.review_app.pages import own_form, page, plural
from simpleturk.review_app.plan.applying import Applier, PlannedReview, ledger_records, plan_review
from simpleturk.review_app.session import Review
from simpleturk.review_app.tables.rows import page_of

#: What an effect does, and the noun of what it is about.
WORDS = {
    "override": ("Approve", "rejected assignment"),
    "approve": ("Approve", "assignment"),
    "bonus": ("Pay", "bonus"),
    "grant": ("Grant", "qualification"),
    "revoke": ("Revoke", "qualification"),
    "reject": ("Reject", "assignment"),
    "block": ("Block", "worker"),
    "notify": ("Notify", "worker"),
}

#: What an effect is called when it is done.
DONE_WORDS = {
    "override": "Approved",
    "approve": "Approved",
    "bonus": "Paid",
    "grant": "Granted",
    "revoke": "Revoked",
    "reject": "Rejected",
    "block": "Blocked",
    "notify": "Notified",
}


class PlanPages:
    """The plan, its progress, and the ledger."""

    def __init__(self, review: Review) -> None:
        self.review = review
        self.applier = Applier(review)
        #: The plan that was shown last: only that one can be carried out.
        self._shown: PlannedReview | None = None

    def routes(self) -> list[BaseRoute]:
        """The addresses of the plan."""
        return [
            Route("/plan", self.plan),
            Route("/plan/apply", self.apply, methods=["POST"]),
            Route("/plan/progress", self.progress),
            Route("/ledger", self.ledger),
        ]

    def plan(self, request: Request) -> Response:
        """The plan; or, while one is carried out, how far it is."""
        current = self.applier.current
        if current is not None and not (current.is_finished and "new" in request.query_params):
            words: dict[str, Any] = {"done_words": DONE_WORDS, "counted": lambda kind, number: _plural(number, kind)}
            return page(request, "applying.html", **self._shared(), application=current, **words)
        return self._plan_page(request, "")

    def _plan_page(self, request: Request, warning: str) -> Response:
        planned = plan_review(self.review)
        self._shown = planned
        plan = planned.plan
        counts = [(kind, plan.number(kind), plan.by_worker(kind)) for kind in KINDS if plan.number(kind)]
        context = self._shared() | {"planned": planned, "plan": plan, "counts": counts, "words": WORDS}
        context |= {"harm": plan.number(*HARMFUL), "warning": warning, "question": self._question(planned)}
        marketplace = self.review.mturk.marketplace
        context |= {"marketplace": marketplace, "verb": _verb}
        context |= {"done_words": DONE_WORDS, "counted": lambda kind, number: _plural(number, kind)}
        context |= {"afterwards": plan.afterwards(marketplace.spends_money)}
        return page(request, "plan.html", 409 if warning else 200, **context)

    def _question(self, planned: PlannedReview) -> str:
        """What is confirmed: effects and amounts."""
        plan = planned.plan
        parts = [f"{WORDS[kind][0].lower()} {_plural(plan.number(kind), kind)}" for kind in KINDS if plan.number(kind)]
        if plan.total:
            parts.insert(0, f"spend ${plan.total:,.2f}")
        text = ", ".join(parts[:-1]) + (" and " if len(parts) > 1 else "") + parts[-1] if parts else ""
        return f"{text[:1].upper()}{text[1:]}"

    async def apply(self, request: Request) -> Response:
        """Begin to carry out the plan that was shown, if it is still the same and was confirmed."""
        form = await own_form(request)
        return await run_in_threadpool(self._apply, request, form)

    def _apply(self, request: Request, form: dict[str, str]) -> Response:
        if not self.review.may_apply:
            return self._plan_page(request, "This review may not spend money: apply the plan in the terminal.")
        shown = self._shown
        if shown is None or form.get("plan") != shown.digest or form.get("agree") != "yes":
            return self._plan_page(request, "Confirm the plan below: tick the box first.")
        if plan_review(self.review).digest != shown.digest:
            return self._plan_page(request, "The decisions or the marketplace have changed. This is the new plan.")
        self.applier.start(shown)
        return RedirectResponse("/plan", 303)

    def progress(self, request: Request) -> Response:
        """How far the plan is carried out."""
        current = self.applier.current
        return JSONResponse(current.as_record() if current else {"finished": True})

    def ledger(self, request: Request) -> Response:
        """What has happened, the latest first."""
        number = request.query_params.get("page", "1")
        records = ledger_records(ledger_path(self.review.ids))
        table = page_of(records, int(number) if number.isdecimal() and number.isascii() and len(number) < 7 else 1)
        return page(request, "ledger.html", **self._shared(), table=table)

    def _shared(self) -> dict[str, Any]:
        done, number = self.review.progress()
        return {"review": self.review, "done": done, "all": number}


def _plural(number: int, kind: str) -> str:
    return f"{number:,} bonuses" if kind == "bonus" and number != 1 else plural(number, WORDS[kind][1])


def _verb(kind: str, number: int) -> str:
    """What the plan does, in words: "Pay 2 bonuses"."""
    return f"{WORDS[kind][0]} {_plural(number, kind)}"
