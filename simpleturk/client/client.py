"""The boundary to any Mechanical Turk endpoint: connecting, operations in Python's words, paging.

Amazon's CamelCase stops here. This is the only module outside of marketplace/ that imports boto3.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any

from simpleturk.client.retries import Caller
from simpleturk.errors import MarketplaceError
from simpleturk.mturk.models import HIT, Assignment

#: The largest page of a list, in items. Source: ResultSize in the service model.
PAGE = 100

#: A page whose questions or answers come to this many characters may have been cut short by the server.
LONG_PAGE = 6 * 1024 * 1024


class MTurk(Caller):
    """The calls that simpleturk makes, in Python's names; every one raises MarketplaceError and its kinds."""

    def balance(self) -> Decimal:
        """The account's available balance in USD."""
        return self._read(lambda answer: Decimal(answer["AvailableBalance"]), self._call("get_account_balance"))

    def create_hit_type(self, parameters: dict[str, Any]) -> str:
        """Find or make the HIT type of these properties (CreateHITType's parameters); return its id."""
        return self._read(lambda answer: str(answer["HITTypeId"]), self._call("create_hit_type", **parameters))

    def create_hit(self, hit_type_id: str, question: str, token: str, parameters: dict[str, Any]) -> str:
        """Create a HIT and return its id; `token` makes a repetition harmless for 24 hours.

        Raises AlreadyExists when this very request has made a HIT before.
        """
        answer = self._call(
            "create_hit_with_hit_type",
            HITTypeId=hit_type_id,
            Question=question,
            UniqueRequestToken=token,
            **parameters,
        )
        return self._read(lambda answer: str(answer["HIT"]["HITId"]), answer)

    def hit(self, hit_id: str) -> HIT:
        """One HIT. A deleted one may be shown as Disposed, or raise NoSuchHIT."""
        return self._read(lambda answer: HIT.from_api(answer["HIT"]), self._call("get_hit", HITId=hit_id))

    def hit_pages(self) -> Iterator[list[HIT]]:
        """All HITs of the account that are not deleted, in pages of up to 100: one call each."""
        for page in self._pages("list_hits", "HITs"):
            yield [self._read(HIT.from_api, document) for document in page]

    def assignments(self, hit_id: str, statuses: Sequence[str], most: int) -> Iterator[Assignment]:
        """The submitted assignments of a HIT in any of these states ("Submitted", "Approved", "Rejected").

        `most` is how many it can have: no further page is asked for when these are there.
        """
        listed = 0
        for page in self._pages("list_assignments_for_hit", "Assignments", HITId=hit_id, AssignmentStatuses=statuses):
            yield from (self._read(Assignment.from_api, document) for document in page)
            listed += len(page)
            if listed >= most:
                return

    def assignment(self, assignment_id: str) -> Assignment:
        """One assignment that was submitted."""
        answer = self._call("get_assignment", AssignmentId=assignment_id)
        return self._read(lambda answer: Assignment.from_api(answer["Assignment"]), answer)

    def approve(self, assignment_id: str, feedback: str | None, override_rejection: bool) -> None:
        """Approve: the worker is paid."""
        optional = {"RequesterFeedback": feedback} if feedback else {}
        self._call("approve_assignment", AssignmentId=assignment_id, OverrideRejection=override_rejection, **optional)

    def reject(self, assignment_id: str, feedback: str) -> None:
        """Reject: the worker is not paid, and reads why."""
        self._call("reject_assignment", AssignmentId=assignment_id, RequesterFeedback=feedback)

    def bonus(self, assignment_id: str, worker_id: str, amount: Decimal, reason: str, token: str) -> None:
        """Pay the worker of an assignment more; `amount` is USD. `token` makes a repetition harmless for 24 hours."""
        given = {"AssignmentId": assignment_id, "WorkerId": worker_id, "Reason": reason, "UniqueRequestToken": token}
        with _once():
            self._call("send_bonus", BonusAmount=f"{amount:.2f}", **given)

    def bonuses(self, assignment_id: str) -> Iterator[tuple[Decimal, str]]:
        """The bonuses of an assignment: USD, and the reason."""
        for page in self._pages("list_bonus_payments", "BonusPayments", AssignmentId=assignment_id):
            for paid in page:
                yield self._read(lambda paid: (Decimal(paid["BonusAmount"]), paid.get("Reason", "")), paid)

    def expire(self, hit_id: str, moment: datetime) -> None:
        """Take a HIT off the market at a moment; one that is past means now."""
        with _once():
            self._call("update_expiration_for_hit", HITId=hit_id, ExpireAt=moment)

    def add_assignments(self, hit_id: str, number: int, token: str) -> None:
        """Give a HIT more places; `token` makes a repetition harmless for 24 hours."""
        given = {"HITId": hit_id, "NumberOfAdditionalAssignments": number, "UniqueRequestToken": token}
        with _once():
            self._call("create_additional_assignments_for_hit", **given)

    def delete(self, hit_id: str) -> None:
        """Delete a HIT and its answers."""
        self._call("delete_hit", HITId=hit_id)

    def block(self, worker_id: str, reason: str) -> None:
        """Keep a worker from this account's HITs."""
        self._call("create_worker_block", WorkerId=worker_id, Reason=reason)

    def unblock(self, worker_id: str) -> None:
        """Let a worker do this account's HITs again."""
        self._call("delete_worker_block", WorkerId=worker_id)

    def blocks(self) -> Iterator[tuple[str, str]]:
        """Pairs of a blocked worker's id and the reason."""
        for page in self._pages("list_worker_blocks", "WorkerBlocks"):
            for block in page:
                yield self._read(lambda block: (block["WorkerId"], block.get("Reason", "")), block)

    def _pages(self, operation: str, name: str, **parameters: Any) -> Iterator[list[dict[str, Any]]]:
        """A list's pages. One that is not full is the last, whatever its token says: this saves a call."""
        token: dict[str, str] = {}
        while True:
            result = self._call(operation, MaxResults=PAGE, **parameters, **token)
            page = result.get(name, [])
            yield page
            characters = self._read(_characters, page)
            cut_short = characters > LONG_PAGE
            if not result.get("NextToken") or not page or (len(page) < PAGE and not cut_short):
                return
            token = {"NextToken": result["NextToken"]}


@contextmanager
def _once() -> Iterator[None]:
    """A request that has been done before, as its token says, or for UpdateExpirationForHIT its HIT and moment."""
    try:
        yield
    except MarketplaceError as error:
        if "already been processed" not in error.message:
            raise


def _characters(page: list[dict[str, Any]]) -> int:
    return sum(len(item.get("Question", "")) + len(item.get("Answer", "")) for item in page)
