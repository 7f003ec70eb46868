"""A fake marketplace that is fast enough to measure a client: python -m tests.benchmarks.fake_mturk [LATENCY]

It stores HITs in memory and serves only the operations that a batch needs. Its own operation "Work" submits the work of
every HIT, "Counts" returns the calls so far. It prints its URL.
"""

import asyncio
import json
import sys
import time
from dataclasses import dataclass
from typing import Any

from tests.fault_proxy import Faults, FaultyEndpoint

ANSWER = (
    '<QuestionFormAnswers xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/'
    'QuestionFormAnswers.xsd"><Answer><QuestionIdentifier>answer</QuestionIdentifier><FreeText>yes</FreeText></Answer>'
    "</QuestionFormAnswers>"
)


@dataclass(slots=True)
class Made:
    """A HIT."""

    annotation: str
    places: int
    size: int
    created: float
    approved: int = 0


class FakeMTurk(FaultyEndpoint):
    """Answers calls from memory."""

    def __init__(self, faults: Faults) -> None:
        super().__init__("", faults)
        self.hits: dict[str, Made] = {}
        self.tokens: dict[str, str] = {}
        self.pages: list[str] = []
        self.is_done = False

    async def _pass_on(self, request: bytes) -> bytes:
        head, _, body = request.partition(b"\r\n\r\n")
        start = head.lower().index(b"x-amz-target:")
        name = head[start : (head + b"\r\n").index(b"\r\n", start)].rpartition(b".")[2].decode()
        answer = getattr(self, f"_{name}")(json.loads(body))
        text = json.dumps(answer).encode()
        status = b"400 No" if "__type" in answer else b"200 OK"
        kind = b"Content-Type: application/x-amz-json-1.1\r\nContent-Length: "
        return b"HTTP/1.1 %b\r\n%b%d\r\n\r\n%b" % (status, kind, len(text), text)

    def _GetAccountBalance(self, _: Any) -> dict[str, Any]:
        return {"AvailableBalance": "1000000.00"}

    def _CreateHITType(self, _: Any) -> dict[str, Any]:
        return {"HITTypeId": "3" + "T" * 29}

    def _CreateHITWithHITType(self, request: Any) -> dict[str, Any]:
        token = request.get("UniqueRequestToken")
        if token in self.tokens:
            text = f"The HIT with ID {self.tokens[token]} already exists"
            return {"__type": "RequestError", "Message": text, "TurkErrorCode": "AWS.MechanicalTurk.HITAlreadyExists"}
        hit_id = f"3{len(self.hits):029d}"
        if token:
            self.tokens[token] = hit_id
        annotation, places = request.get("RequesterAnnotation", ""), request["MaxAssignments"]
        self.hits[hit_id] = Made(annotation, places, len(request["Question"]), time.time())
        self.pages.append(hit_id)
        return {"HIT": self._document(hit_id)}

    def _GetHIT(self, request: Any) -> dict[str, Any]:
        return {"HIT": self._document(request["HITId"])}

    def _ListHITs(self, request: Any) -> dict[str, Any]:
        start = int(request.get("NextToken", 0))
        listed = [self._document(hit_id) for hit_id in self.pages[start : start + 100] if hit_id in self.hits]
        return {"NumResults": len(listed), "HITs": listed, "NextToken": str(start + 100)}

    def _ListAssignmentsForHIT(self, request: Any) -> dict[str, Any]:
        hit_id = request["HITId"]
        made = self.hits[hit_id]
        listed = [
            {
                "AssignmentId": f"A{hit_id}{number}",
                "WorkerId": f"W{number}",
                "HITId": hit_id,
                "AssignmentStatus": "Approved" if number < made.approved else "Submitted",
                "AcceptTime": made.created,
                "SubmitTime": made.created + 30,
                "AutoApprovalTime": made.created + 2_592_000,
                "Answer": ANSWER,
            }
            for number in range(made.places if self.is_done else 0)
        ]
        return {"NumResults": len(listed), "Assignments": listed}

    def _ApproveAssignment(self, request: Any) -> dict[str, Any]:
        self.hits[request["AssignmentId"][1:31]].approved += 1
        return {}

    def _RejectAssignment(self, request: Any) -> dict[str, Any]:
        return self._ApproveAssignment(request)

    def _SendBonus(self, request: Any) -> dict[str, Any]:
        return {}

    def _ListBonusPayments(self, _: Any) -> dict[str, Any]:
        return {"NumResults": 0, "BonusPayments": []}

    def _DeleteHIT(self, request: Any) -> dict[str, Any]:
        del self.hits[request["HITId"]]
        return {}

    def _Work(self, _: Any) -> dict[str, Any]:
        self.is_done = True
        return {}

    def _Counts(self, _: Any) -> dict[str, Any]:
        counts, self.calls = dict(self.calls), type(self.calls)()
        return counts

    def _document(self, hit_id: str) -> dict[str, Any]:
        made = self.hits[hit_id]
        return {
            "HITId": hit_id,
            "HITTypeId": "3" + "T" * 29,
            "CreationTime": made.created,
            "Title": "Describe an image",
            "Question": "x" * made.size,
            "HITStatus": "Reviewable" if self.is_done else "Assignable",
            "MaxAssignments": made.places,
            "Reward": "0.10",
            "AutoApprovalDelayInSeconds": 2_592_000,
            "Expiration": made.created + 604_800,
            "RequesterAnnotation": made.annotation,
            "NumberOfAssignmentsPending": 0,
            "NumberOfAssignmentsAvailable": 0 if self.is_done else made.places,
            "NumberOfAssignmentsCompleted": made.approved,
        }


def main() -> None:
    """Serve until stdin ends."""
    with FakeMTurk(Faults(latency=float(sys.argv[1]) if len(sys.argv) > 1 else 0.0)) as endpoint:
        print(endpoint.url, flush=True)
        asyncio.run(asyncio.to_thread(sys.stdin.read))


if __name__ == "__main__":
    main()
