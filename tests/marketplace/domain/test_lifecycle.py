"""The life cycle under any order of what requesters, workers and time do: counters and sums stay right."""

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select

from simpleturk.marketplace.domain import ledger
from simpleturk.marketplace.domain.lifecycle import SELECT_HIT, hit_status
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.people.worker_errors import WorkerError
from simpleturk.marketplace.store.base import LOCAL_REQUESTER
from simpleturk.marketplace.store.rows import AssignmentRow, HITRow, LedgerRow, columns
from simpleturk.marketplace.store.schema import assignments, ledger_entries
from simpleturk.marketplace.store.sqlite import SQLiteStore
from tests.conftest import Clock, Worker
from tests.marketplace.api.test_boto3_programs import HIT
from tests.marketplace.api.test_protocol import answer
from tests.marketplace.domain.test_review_policies import known, plurality

#: What may become of an assignment; each state also stays.
NEXT = {
    "Accepted": {"Submitted", "Returned", "Abandoned", "Approved", "Rejected"},
    "Submitted": {"Approved", "Rejected"},
    "Rejected": {"Approved"},
    "Approved": set(),
    "Returned": set(),
    "Abandoned": set(),
}

WORKERS = ("ann", "bob", "cat")
POLICIES: list[dict[str, Any]] = [
    {},
    {"AssignmentReviewPolicy": known({"a": ["x"]}, ApproveIfKnownAnswerScoreIsAtLeast="100")},
    {"AssignmentReviewPolicy": known({"a": ["x"]}, ExtendIfKnownAnswerScoreIsLessThan="100",
                                     ExtendMinimumTimeInSeconds="600")},
    {"HITReviewPolicy": plurality("a", RejectIfWorkerAgreementScoreIsLessThan="50",
                                  ApproveIfWorkerAgreementScoreIsAtLeast="50")},
]  # fmt: skip

numbers = st.integers(0, 10**6)


class Marketplaces(RuleBasedStateMachine):
    """One marketplace; refusals are fine, broken promises are not."""

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.clock = Clock()
        self.marketplace = Marketplace(SQLiteStore(Path(self.folder.name) / "m.db"), self.clock)
        self.workers = {name: Worker(self.marketplace, name) for name in WORKERS}
        self.hit_ids: list[str] = []
        self.statuses: dict[str, str] = {}
        self.fields: dict[str, Any] = {}
        self.debt = 0
        for _ in range(2):
            self.create(2, "0.10", 86400, {})

    def teardown(self) -> None:
        if hasattr(self, "marketplace"):
            self.marketplace.store.close()
            self.folder.cleanup()

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        status, document = answer(self.marketplace, operation, json.dumps(parameters).encode())
        assert status in (200, 400), document
        return document

    def a_hit(self, number: int) -> str:
        return self.hit_ids[number % len(self.hit_ids)] if self.hit_ids else "3NONE"

    def some(self, *statuses: str) -> bool:
        """Whether there is an assignment in one of these states."""
        return any(status in statuses for status in self.statuses.values())

    def an_assignment(self, number: int, status: str = "") -> str:
        """Any assignment; two times out of three one in a certain state, if there is any."""
        known_ones = list(self.statuses)
        if status and number % 3:
            known_ones = [one for one in known_ones if self.statuses[one] == status] or known_ones
        return known_ones[number % len(known_ones)] if known_ones else "3NONE"

    @rule(
        places=st.integers(1, 4),
        reward=st.sampled_from(["0.00", "0.01", "0.10", "12.34"]),
        delay=st.sampled_from([0, 60, 86400]),
        policy=st.sampled_from(POLICIES),
    )
    def create(self, places: int, reward: str, delay: int, policy: dict[str, Any]) -> None:
        values = HIT | {"MaxAssignments": places, "Reward": reward, "AutoApprovalDelayInSeconds": delay} | policy
        document = self.call("CreateHIT", **values)
        if "HIT" in document:
            self.hit_ids.append(document["HIT"]["HITId"])

    @precondition(lambda self: self.hit_ids)
    @rule(name=st.sampled_from(WORKERS), hit=numbers)
    def accept(self, name: str, hit: int) -> None:
        hit_type = self.call("GetHIT", HITId=self.a_hit(hit)).get("HIT", {}).get("HITTypeId", "3NONE")
        try:
            self.statuses[self.workers[name].accept(hit_type)] = "Accepted"
        except WorkerError:
            pass

    @precondition(lambda self: self.hit_ids)
    @rule(name=st.sampled_from(WORKERS), hit=numbers, value=st.sampled_from(["x", "y"]))
    def work(self, name: str, hit: int, value: str) -> None:
        before = set(self.statuses)
        self.accept(name, hit)
        for chosen in set(self.statuses) - before:
            self.workers[name].submit(chosen, ("a", value))
            self.fields[chosen] = [["a", value]]

    @precondition(lambda self: self.some("Accepted"))
    @rule(assignment=numbers, value=st.sampled_from(["x", "y"]))
    def submit(self, assignment: int, value: str) -> None:
        chosen = self.an_assignment(assignment, "Accepted")
        for worker in self.workers.values():
            try:
                worker.submit(chosen, ("a", value))
            except WorkerError:
                continue
            self.fields.setdefault(chosen, [["a", value]])

    @precondition(lambda self: self.some("Accepted"))
    @rule(assignment=numbers)
    def give_back(self, assignment: int) -> None:
        for worker in self.workers.values():
            try:
                worker.give_back(self.an_assignment(assignment, "Accepted"))
            except WorkerError:
                continue

    @precondition(lambda self: self.some("Submitted", "Rejected"))
    @rule(assignment=numbers, override=st.booleans())
    def approve(self, assignment: int, override: bool) -> None:
        chosen = self.an_assignment(assignment, "Rejected" if override else "Submitted")
        self.call("ApproveAssignment", AssignmentId=chosen, OverrideRejection=override)

    @precondition(lambda self: self.some("Submitted"))
    @rule(assignment=numbers)
    def reject(self, assignment: int) -> None:
        chosen = self.an_assignment(assignment, "Submitted")
        self.call("RejectAssignment", AssignmentId=chosen, RequesterFeedback="no")

    @precondition(lambda self: self.some("Submitted", "Approved", "Rejected"))
    @rule(assignment=numbers, name=st.sampled_from(WORKERS), amount=st.sampled_from(["0.01", "5"]))
    def bonus(self, assignment: int, name: str, amount: str) -> None:
        self.call(
            "SendBonus", AssignmentId=self.an_assignment(assignment), WorkerId=name, BonusAmount=amount, Reason="r"
        )

    @precondition(lambda self: self.hit_ids)
    @rule(hit=numbers, seconds=st.sampled_from([-1, 0, 30, 7200]))
    def change_expiry(self, hit: int, seconds: int) -> None:
        self.call("UpdateExpirationForHIT", HITId=self.a_hit(hit), ExpireAt=self.clock.now + seconds)

    @precondition(lambda self: self.hit_ids)
    @rule(hit=numbers, number=st.integers(1, 9))
    def add_places(self, hit: int, number: int) -> None:
        self.call("CreateAdditionalAssignmentsForHIT", HITId=self.a_hit(hit), NumberOfAdditionalAssignments=number)

    @precondition(lambda self: self.hit_ids)
    @rule(hit=numbers, other=numbers)
    def change_type(self, hit: int, other: int) -> None:
        kind = self.call("GetHIT", HITId=self.a_hit(other)).get("HIT", {}).get("HITTypeId", "3NONE")
        self.call("UpdateHITTypeOfHIT", HITId=self.a_hit(hit), HITTypeId=kind)

    @precondition(lambda self: self.hit_ids)
    @rule(hit=numbers, revert=st.booleans())
    def change_review_status(self, hit: int, revert: bool) -> None:
        self.call("UpdateHITReviewStatus", HITId=self.a_hit(hit), Revert=revert)

    @precondition(lambda self: self.hit_ids)
    @rule(hit=numbers)
    def delete(self, hit: int) -> None:
        self.call("DeleteHIT", HITId=self.a_hit(hit))

    @rule(cents=st.sampled_from([1, 50_000]))
    def deposit(self, cents: int) -> None:
        with self.marketplace.write() as transaction:
            account = ledger.account_of(transaction, LOCAL_REQUESTER)
            if not account.prepaid:
                # Launched without limit: that much may still come back, and is not there before it does.
                self.debt = account.held
            ledger.deposit(transaction, LOCAL_REQUESTER, cents)

    @rule(seconds=st.sampled_from([1, 1, 1, 29, 29, 61, 600, 3601, 86401, 40 * 86400]))
    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @invariant()
    def everything_adds_up(self) -> None:
        if not hasattr(self, "marketplace"):
            return
        with self.marketplace.read() as transaction:
            rows = transaction.all(HITRow, SELECT_HIT)
            work = transaction.all(AssignmentRow, select(*columns(AssignmentRow, assignments)))
            entries = transaction.all(LedgerRow, select(*columns(LedgerRow, ledger_entries)))
            account = ledger.account_of(transaction, LOCAL_REQUESTER)
        held = 0
        for hit in rows:
            count = dict.fromkeys(NEXT, 0)
            for assignment in work:
                if assignment.hit_id == hit.hit_id:
                    count[assignment.status] += 1
            assert hit.pending == count["Accepted"]
            assert hit.completed == count["Approved"] + count["Rejected"]
            taken = hit.pending + hit.completed + count["Submitted"]
            assert hit.available == hit.max_assignments - taken >= 0
            assert hit.expired == (hit.expiration <= transaction.now) or hit.deleted is not None
            open_places = hit.pending + count["Submitted"] + (0 if hit.expired else hit.available)
            held += open_places * ledger.cents(hit.reward)
            assert hit_status(hit, transaction.now) != "Disposed" or taken == hit.completed
        assert sum(entry.held for entry in entries) == account.held == held
        assert sum(entry.available for entry in entries) == account.available
        rewarded = [entry.assignment_id or "" for entry in entries if entry.kind == "reward"]
        assert sorted(rewarded) == sorted(
            assignment.assignment_id for assignment in work if assignment.status == "Approved"
        )
        assert not account.prepaid or account.available >= -self.debt
        self.nothing_is_lost(work)

    def nothing_is_lost(self, work: Any) -> None:
        assert {assignment.assignment_id for assignment in work} == set(self.statuses)
        for assignment in work:
            before = self.statuses[assignment.assignment_id]
            assert assignment.status == before or assignment.status in NEXT[before], (before, assignment.status)
            self.statuses[assignment.assignment_id] = assignment.status
            if assignment.assignment_id in self.fields:
                assert assignment.fields == self.fields[assignment.assignment_id]
                assert assignment.status in ("Submitted", "Approved", "Rejected")
            elif assignment.status == "Accepted":
                assert assignment.deadline > self.clock.now


TestMarketplaces = Marketplaces.TestCase
TestMarketplaces.settings = settings(max_examples=60, stateful_step_count=50, deadline=None)
