"""What workers say about tasks is kept beside their answers."""

from collections.abc import Callable
from typing import Any

import pytest

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.people import opinions, privacy
from simpleturk.marketplace.people.worker_errors import WorkerError
from simpleturk.mturk.opinion import OpinionQuestion, with_opinion
from tests.conftest import Worker
from tests.marketplace.api.test_boto3_programs import HTML, create

QUESTIONS = [OpinionQuestion("clear", "Clear?", "scale"), OpinionQuestion("note", "Else?", "text")]


@pytest.fixture
def submitted(mturk: Any, worker: Callable[[str], Worker]) -> tuple[str, str]:
    """An assignment of ann with questions about its task, and its HIT."""
    hit = create(mturk, Question=with_opinion(HTML, QUESTIONS), MaxAssignments=2)
    return worker("ann").do(hit["HITGroupId"]), hit["HITId"]


def test_questions_are_asked_of_the_worker_once_the_work_is_submitted(
    mturk: Any, marketplace: Marketplace, worker: Callable[[str], Worker], submitted: tuple[str, str]
) -> None:
    assignment_id, hit_id = submitted
    group = mturk.get_hit(HITId=hit_id)["HIT"]["HITGroupId"]
    accepted = worker("bob").accept(group)
    with marketplace.write() as transaction:
        assert opinions.questions_after(transaction, "ann", assignment_id) == QUESTIONS
        assert opinions.questions_after(transaction, "bob", assignment_id) == []
        assert opinions.questions_after(transaction, "bob", accepted) == []
        for who, which in (("bob", assignment_id), ("bob", accepted), ("ann", "3NONE")):
            with pytest.raises(WorkerError):
                opinions.save(transaction, who, which, {"clear": "5"})
        opinions.save(transaction, "ann", assignment_id, {"clear": "nonsense"})
        assert opinions.questions_after(transaction, "ann", assignment_id) == QUESTIONS
        opinions.save(transaction, "ann", assignment_id, {"clear": "5", "note": "<ok>"})
        assert opinions.questions_after(transaction, "ann", assignment_id) == []


def test_an_opinion_is_one_more_field_of_the_answer_and_leaves_the_others(
    mturk: Any, marketplace: Marketplace, submitted: tuple[str, str]
) -> None:
    assignment_id, hit_id = submitted
    before = mturk.get_assignment(AssignmentId=assignment_id)["Assignment"]
    with marketplace.write() as transaction:
        opinions.save(transaction, "ann", assignment_id, {"clear": "5", "note": "<ok>"})
    [after] = mturk.list_assignments_for_hit(HITId=hit_id)["Assignments"]
    field = "<Answer><QuestionIdentifier>simpleturk.opinion</QuestionIdentifier><FreeText>"
    field += '{"clear": 5, "note": "&lt;ok&gt;"}</FreeText></Answer>'
    assert after == before | {
        "Answer": before["Answer"].replace("</QuestionFormAnswers>", f"{field}</QuestionFormAnswers>")
    }


def test_an_opinion_is_a_part_of_the_workers_data(marketplace: Marketplace, submitted: tuple[str, str]) -> None:
    with marketplace.write() as transaction:
        opinions.save(transaction, "ann", submitted[0], {"note": "private"})
        exported = privacy.export(transaction, "ann") or {}
        assert exported["assignments"][0]["opinion"] == {"note": "private"}
        pseudonym = privacy.forget(transaction, "ann", answers=True) or ""
        exported = privacy.export(transaction, pseudonym) or {}
        assert exported["assignments"][0]["opinion"] is None
