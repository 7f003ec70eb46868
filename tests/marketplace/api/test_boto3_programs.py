"""The API through a stock boto3 client: Amazon's model judges both directions."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import Worker

HTML = (
    '<HTMLQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2011-11-11/'
    'HTMLQuestion.xsd"><HTMLContent><![CDATA[<p>Hello é</p>]]></HTMLContent>'
    "<FrameHeight>450</FrameHeight></HTMLQuestion>"
)
HIT = {
    "Title": "t",
    "Description": "d",
    "Reward": "0.1",
    "LifetimeInSeconds": 3600,
    "AssignmentDurationInSeconds": 600,
    "Question": HTML,
}
WorkerOf = Callable[[str], Worker]


def create(mturk: Any, **changes: Any) -> dict[str, Any]:
    hit: dict[str, Any] = mturk.create_hit(**(HIT | changes))["HIT"]
    return hit


def code(call: Callable[..., Any], **parameters: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    response: dict[str, Any] = dict(caught.value.response)
    return str(response.get("TurkErrorCode") or response["Error"]["Code"]).removeprefix("AWS.MechanicalTurk.")


def message(call: Callable[..., Any], **parameters: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return str(caught.value.response["Error"]["Message"])


def test_the_life_of_a_hit_in_counters(mturk: Any, worker: WorkerOf) -> None:
    hit = create(mturk, MaxAssignments=5)

    def state() -> tuple[str, int, int, int]:
        got = mturk.get_hit(HITId=hit["HITId"])["HIT"]
        names = ("Available", "Pending", "Completed")
        return (got["HITStatus"], *(got[f"NumberOfAssignments{name}"] for name in names))

    assert state() == ("Assignable", 5, 0, 0)
    people = [worker(name) for name in "abcde"]
    held = [person.accept(hit["HITGroupId"]) for person in people[:3]]
    assert state() == ("Assignable", 2, 3, 0)
    held += [person.accept(hit["HITGroupId"]) for person in people[3:]]
    people[0].submit(held[0])
    people[1].submit(held[1])
    assert state() == ("Unassignable", 0, 3, 0)
    people[2].give_back(held[2])
    assert state() == ("Assignable", 1, 2, 0)
    held[2] = people[2].accept(hit["HITGroupId"])
    for person, assignment_id in list(zip(people, held, strict=True))[2:]:
        person.submit(assignment_id)
    assert state() == ("Reviewable", 0, 0, 0)
    for assignment_id in held:
        mturk.approve_assignment(AssignmentId=assignment_id)
    assert state() == ("Reviewable", 0, 0, 5)
