"""The operations of an MTurk endpoint in Python's names, with paging. Amazon's CamelCase stops here."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from simpleturk.client.endpoints import Endpoint
from simpleturk.client.retries import RetryingClient
from simpleturk.client.service_errors import UNREADABLE, not_mturk
from simpleturk.client.stats import Stats
from simpleturk.errors import MarketplaceError
from simpleturk.mturk.models import HIT, Assignment, HITSource, InvalidValue, identifier, usd

#: The largest page of a list, in items. Source: ResultSize in the service model.
PAGE = 100

#: The server may cut a page short once its questions or answers have this many characters.
LONG_PAGE = 6 * 1024 * 1024

#: The parameter of a call that gets a HIT with its question: by default, simpleturk's marketplaces leave it out.
WITH_QUESTION = "WithQuestion"

T = TypeVar("T")


class MTurk:
    """The calls that simpleturk makes. Each raises MarketplaceError or a class derived from it.

    `client` is a boto3 client of the marketplace; `concurrency` is how many calls may be in flight; `notify` gets a
    message for the user when the marketplace does not answer.
    """

    def __init__(
        self,
        client: Any,
        marketplace: Endpoint,
        concurrency: int = 1,
        notify: Callable[[str], None] | None = None,
    ) -> None:
        self.marketplace = marketplace
        self.concurrency = concurrency
        self.calls = RetryingClient(client, marketplace, concurrency, notify)

    @property
    def stats(self) -> Stats:
        """The calls so far."""
        return self.calls.stats

    def balance(self) -> Decimal:
        """The account's available balance in USD."""
        response = self.calls.call("get_account_balance")
        return self._read(lambda response: usd(response["AvailableBalance"]), response)

    def create_hit_type(self, parameters: dict[str, Any]) -> str:
        """Find or create the HIT type with these properties (CreateHITType's parameters); return its id."""
        response = self.calls.call("create_hit_type", **parameters)
        return self._read(lambda response: identifier(response["HITTypeId"]), response)

    def create_hit(self, hit_type_id: str, question: str, token: str, parameters: dict[str, Any]) -> str:
        """Create a HIT and return its id; `token` makes a repetition harmless for 24 hours.

        Raises AlreadyExists if a request with this token created a HIT before.
        """
        response = self.calls.call(
            "create_hit_with_hit_type",
            HITTypeId=hit_type_id,
            Question=question,
            UniqueRequestToken=token,
            **parameters,
        )
        return self._read(lambda response: identifier(response["HIT"]["HITId"]), response)

    def hit(self, hit_id: str) -> HIT:
        """A HIT. A deleted HIT may have the status Disposed, or raise NoSuchHIT."""
        response = self.calls.call("get_hit", HITId=hit_id)
        return self._read(lambda response: HIT.from_api(response["HIT"]), response)

    def question(self, hit_id: str) -> str:
        """The question of a HIT: XML. A deleted HIT may raise NoSuchHIT."""
        return self._read(lambda response: str(response["HIT"]["Question"]), self._with_question(hit_id))

    def hit_source(self, hit_id: str) -> HITSource:
        """The question and the properties of a HIT; also of a deleted one, if the marketplace still has it."""
        return self._read(lambda response: HITSource.from_api(response["HIT"]), self._with_question(hit_id))

    def _with_question(self, hit_id: str) -> dict[str, Any]:
        asked = {} if self.marketplace.is_amazon else {WITH_QUESTION: True}
        return self.calls.call("get_hit", HITId=hit_id, **asked)

    def hit_pages(self) -> Iterator[list[HIT]]:
        """All HITs of the account that are not deleted, in pages of up to 100: one call each."""
        for page in self._pages("list_hits", "HITs"):
            yield [self._read(HIT.from_api, document) for document in page]

    def assignments(self, hit_id: str, statuses: Sequence[str], most: int) -> Iterator[Assignment]:
        """The submitted assignments of a HIT in any of these states ("Submitted", "Approved", "Rejected").

        `most` is how many assignments the HIT can have: once they are listed, no further page is requested.
        """
        listed = 0
        for page in self._pages("list_assignments_for_hit", "Assignments", HITId=hit_id, AssignmentStatuses=statuses):
            yield from (self._read(Assignment.from_api, document) for document in page)
            listed += len(page)
            if listed >= most:
                return

    def assignment(self, assignment_id: str) -> Assignment:
        """A submitted assignment."""
        response = self.calls.call("get_assignment", AssignmentId=assignment_id)
        return self._read(lambda response: Assignment.from_api(response["Assignment"]), response)

    def upload_url(self, assignment_id: str, sha256: str) -> str:
        """The address of a file that a worker uploaded. It works for a minute."""
        response = self.calls.call("get_file_upload_url", AssignmentId=assignment_id, QuestionIdentifier=sha256)
        return self._read(lambda response: str(response["FileUploadURL"]), response)

    def approve(self, assignment_id: str, feedback: str | None, override_rejection: bool) -> None:
        """Approve an assignment: the worker is paid."""
        optional = {"RequesterFeedback": feedback} if feedback else {}
        self.calls.call(
            "approve_assignment", AssignmentId=assignment_id, OverrideRejection=override_rejection, **optional
        )

    def reject(self, assignment_id: str, feedback: str) -> None:
        """Reject an assignment: the worker is not paid, and reads the feedback."""
        self.calls.call("reject_assignment", AssignmentId=assignment_id, RequesterFeedback=feedback)

    def bonus(self, assignment_id: str, worker_id: str, amount: Decimal, reason: str, token: str) -> None:
        """Pay the worker of an assignment a bonus in USD; `token` makes a repetition harmless for 24 hours."""
        with _repeatable():
            self.calls.call(
                "send_bonus",
                AssignmentId=assignment_id,
                WorkerId=worker_id,
                BonusAmount=f"{amount:.2f}",
                Reason=reason,
                UniqueRequestToken=token,
            )

    def bonuses(self, assignment_id: str) -> Iterator[tuple[Decimal, str]]:
        """The bonuses of an assignment: pairs of USD and the reason."""
        for page in self._pages("list_bonus_payments", "BonusPayments", AssignmentId=assignment_id):
            for payment in page:
                yield self._read(lambda payment: (usd(payment["BonusAmount"]), payment.get("Reason", "")), payment)

    def bonuses_of_hit(self, hit_id: str) -> Iterator[tuple[str, Decimal, str]]:
        """The bonuses of a HIT's assignments: the assignment, USD and the reason."""

        def read(payment: dict[str, Any]) -> tuple[str, Decimal, str]:
            return payment["AssignmentId"], usd(payment["BonusAmount"]), payment.get("Reason", "")

        for page in self._pages("list_bonus_payments", "BonusPayments", HITId=hit_id):
            for payment in page:
                yield self._read(read, payment)

    def expire(self, hit_id: str, moment: datetime) -> None:
        """Expire a HIT at a moment; a moment in the past expires it now."""
        with _repeatable():
            self.calls.call("update_expiration_for_hit", HITId=hit_id, ExpireAt=moment)

    def add_assignments(self, hit_id: str, number: int, token: str) -> None:
        """Add assignments to a HIT; `token` makes a repetition harmless for 24 hours."""
        with _repeatable():
            self.calls.call(
                "create_additional_assignments_for_hit",
                HITId=hit_id,
                NumberOfAdditionalAssignments=number,
                UniqueRequestToken=token,
            )

    def delete(self, hit_id: str) -> None:
        """Delete a HIT and its answers."""
        self.calls.call("delete_hit", HITId=hit_id)

    def block(self, worker_id: str, reason: str) -> None:
        """Block a worker from this account's HITs."""
        self.calls.call("create_worker_block", WorkerId=worker_id, Reason=reason)

    def unblock(self, worker_id: str) -> None:
        """Unblock a worker."""
        self.calls.call("delete_worker_block", WorkerId=worker_id)

    def blocks(self) -> Iterator[tuple[str, str]]:
        """The blocked workers: pairs of a worker's id and the reason."""
        for page in self._pages("list_worker_blocks", "WorkerBlocks"):
            for block in page:
                yield self._read(lambda block: (block["WorkerId"], block.get("Reason", "")), block)

    def notify(self, worker_ids: Sequence[str], subject: str, text: str) -> dict[str, str]:
        """Send a message to at most 100 workers; return the reason for each worker who did not get it.

        Nothing makes a repetition harmless, so a call without answer is not repeated: the error's `is_passing` is set.
        """
        parameters = {"WorkerIds": list(worker_ids), "Subject": subject, "MessageText": text}
        response = self.calls.call_unrepeated("notify_workers", **parameters)

        def read(response: dict[str, Any]) -> dict[str, str]:
            failures = response.get("NotifyWorkersFailureStatuses", [])
            return {failure["WorkerId"]: str(failure["NotifyWorkersFailureMessage"]) for failure in failures}

        return self._read(read, response)

    def create_qualification_type(self, name: str, description: str) -> str:
        """Create a qualification type that workers cannot request; return its id. Its name must be new."""
        response = self.calls.call(
            "create_qualification_type", Name=name, Description=description, QualificationTypeStatus="Active"
        )

        def read(response: dict[str, Any]) -> str:
            return identifier(response["QualificationType"]["QualificationTypeId"])

        return self._read(read, response)

    def delete_qualification_type(self, qualification: str) -> None:
        """Delete a qualification type of the account."""
        self.calls.call("delete_qualification_type", QualificationTypeId=qualification)

    def qualification_types(self) -> Iterator[tuple[str, str]]:
        """The qualification types of the account: pairs of id and name."""
        own = {"MustBeRequestable": False, "MustBeOwnedByCaller": True}
        for page in self._pages("list_qualification_types", "QualificationTypes", **own):
            for document in page:
                yield self._read(lambda kind: (identifier(kind["QualificationTypeId"]), str(kind["Name"])), document)

    def holders(self, qualification: str) -> Iterator[tuple[str, int]]:
        """The workers who hold a qualification type of the account: pairs of a worker's id and the value."""
        where = {"QualificationTypeId": qualification, "Status": "Granted"}
        for page in self._pages("list_workers_with_qualification_type", "Qualifications", **where):
            for held in page:
                yield self._read(lambda held: (str(held["WorkerId"]), int(held["IntegerValue"])), held)

    def grant(self, worker_id: str, qualification: str, value: int) -> None:
        """Grant a qualification, or change its value. The worker gets no message."""
        self.calls.call(
            "associate_qualification_with_worker",
            QualificationTypeId=qualification,
            WorkerId=worker_id,
            IntegerValue=value,
            SendNotification=False,
        )

    def revoke(self, worker_id: str, qualification: str) -> None:
        """Revoke a qualification. The worker gets no message."""
        self.calls.call("disassociate_qualification_from_worker", QualificationTypeId=qualification, WorkerId=worker_id)

    def _pages(self, operation: str, name: str, **parameters: Any) -> Iterator[list[dict[str, Any]]]:
        """The pages of a list. A page that is not full is the last, whatever its token says: this saves a call."""
        token: dict[str, str] = {}
        while True:
            response = self.calls.call(operation, MaxResults=PAGE, **parameters, **token)
            page = response.get(name, [])
            yield page
            is_cut_short = self._read(_characters, page) > LONG_PAGE
            if not response.get("NextToken") or not page or (len(page) < PAGE and not is_cut_short):
                return
            token = {"NextToken": response["NextToken"]}

    def _read(self, convert: Callable[[Any], T], document: Any) -> T:
        """Convert a response, or a part of it. Raises MarketplaceError if it is not a response of MTurk's API.

        A response of the local marketplace that cannot be read is a bug: its exception is raised as it is.
        """
        try:
            return convert(document)
        except UNREADABLE as error:
            if self.marketplace.is_local:
                raise
            raise not_mturk(self.marketplace, str(error) if isinstance(error, InvalidValue) else "") from error


@contextmanager
def _repeatable() -> Iterator[None]:
    """Ignore the refusal of a request that was processed before.

    The endpoint recognises the request by its token; UpdateExpirationForHIT by its HIT and moment.
    """
    try:
        yield
    except MarketplaceError as error:
        if "already been processed" not in error.message:
            raise


def _characters(page: list[dict[str, Any]]) -> int:
    return sum(len(item.get("Question", "")) + len(item.get("Answer", "")) for item in page)
