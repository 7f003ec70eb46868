"""Review policies: what they score, and what they do."""

import json
from collections.abc import Callable
from typing import Any

from simpleturk.mturk.questions import question_xml
from tests.conftest import Clock, Worker
from tests.marketplace.api.test_boto3_programs import HIT

WorkerOf = Callable[[str], Worker]


def known(answers: dict[str, list[str]], **parameters: str) -> dict[str, Any]:
    entries = [{"Key": name, "Values": values} for name, values in answers.items()]
    given = [{"Key": name, "Values": [value]} for name, value in parameters.items()]
    return {
        "PolicyName": "ScoreMyKnownAnswers/2011-09-01",
        "Parameters": [{"Key": "AnswerKey", "MapEntries": entries}, *given],
    }


def plurality(*questions: str, **parameters: str) -> dict[str, Any]:
    values = {"QuestionAgreementThreshold": "50", "DisregardAssignmentIfRejected": "T"} | parameters
    given = [{"Key": name, "Values": [value]} for name, value in values.items()]
    return {
        "PolicyName": "SimplePlurality/2011-09-01",
        "Parameters": [{"Key": "QuestionIds", "Values": list(questions)}, *given],
    }


def create(mturk: Any, places: int, **policies: Any) -> dict[str, Any]:
    found: dict[str, Any] = mturk.create_hit(**(HIT | policies), MaxAssignments=places)["HIT"]
    return found


def status(mturk: Any, assignment_id: str) -> str:
    return str(mturk.get_assignment(AssignmentId=assignment_id)["Assignment"]["AssignmentStatus"])


def results(mturk: Any, hit: dict[str, Any], level: str) -> dict[tuple[str, str, str], str]:
    report = mturk.list_review_policy_results_for_hit(HITId=hit["HITId"], MaxResults=100)[f"{level}ReviewReport"]
    return {
        (item["SubjectId"], item.get("QuestionId", ""), item["Key"]): item["Value"] for item in report["ReviewResults"]
    }


def actions(mturk: Any, hit: dict[str, Any], level: str) -> list[tuple[str, str]]:
    report = mturk.list_review_policy_results_for_hit(HITId=hit["HITId"], MaxResults=100)[f"{level}ReviewReport"]
    return [(item["ActionName"], item["Status"]) for item in report["ReviewActions"]]


def test_known_answers_are_scored_at_each_submission(mturk: Any, worker: WorkerOf) -> None:
    policy = known(
        {"a": ["1"], "b": ["x", "y"]},
        ApproveIfKnownAnswerScoreIsAtLeast="100",
        RejectIfKnownAnswerScoreIsLessThan="50",
        RejectReason="wrong",
    )
    hit = create(mturk, 3, AssignmentReviewPolicy=policy)
    right = worker("ann").do(hit["HITTypeId"], ("a", " 1 "), ("b", "y"), ("b", "x"))
    half = worker("bob").do(hit["HITTypeId"], ("a", "1"), ("b", "x"))
    wrong = worker("cat").do(hit["HITTypeId"], ("a", "2"))
    assert [status(mturk, one) for one in (right, half, wrong)] == ["Approved", "Submitted", "Rejected"]
    assert mturk.get_assignment(AssignmentId=wrong)["Assignment"]["RequesterFeedback"] == "wrong"
    found = results(mturk, hit, "Assignment")
    assert [found[one, "", "KnownAnswerScore"] for one in (right, half, wrong)] == ["100", "50", "0"]
    assert (found[half, "a", "KnownAnswerCorrect"], found[half, "b", "KnownAnswerCorrect"]) == ("1", "0")
    assert actions(mturk, hit, "Assignment") == [(name, "Succeeded") for name in
                                                 ("review", "approve", "review", "review", "reject")]  # fmt: skip


def test_101_and_0_mean_always_and_never(mturk: Any, worker: WorkerOf) -> None:
    policy = known({"a": ["1"]}, ApproveIfKnownAnswerScoreIsAtLeast="101", RejectIfKnownAnswerScoreIsLessThan="0")
    hit = create(mturk, 1, AssignmentReviewPolicy=policy)
    assert status(mturk, worker("ann").do(hit["HITTypeId"], ("a", "2"))) == "Submitted"


def test_a_low_score_adds_an_assignment_up_to_the_maximum(mturk: Any, worker: WorkerOf, clock: Clock) -> None:
    policy = known(
        {"a": ["1"]},
        ExtendIfKnownAnswerScoreIsLessThan="101",
        ExtendMaximumAssignments="2",
        ExtendMinimumTimeInSeconds="7200",
    )
    hit = create(mturk, 1, AssignmentReviewPolicy=policy)
    worker("ann").do(hit["HITTypeId"], ("a", "2"))
    got = mturk.get_hit(HITId=hit["HITId"])["HIT"]
    assert (got["MaxAssignments"], got["HITStatus"]) == (2, "Assignable")
    assert got["Expiration"].timestamp() == clock.now + 7200
    worker("bob").do(hit["HITTypeId"], ("a", "2"))
    assert mturk.get_hit(HITId=hit["HITId"])["HIT"]["MaxAssignments"] == 2


def test_a_plurality_is_scored_when_the_last_assignment_is_submitted(mturk: Any, worker: WorkerOf) -> None:
    policy = plurality(
        "a", "b", ApproveIfWorkerAgreementScoreIsAtLeast="100", RejectIfWorkerAgreementScoreIsLessThan="50"
    )
    hit = create(mturk, 3, HITReviewPolicy=policy)
    ann = worker("ann").do(hit["HITTypeId"], ("a", "yes"), ("b", "1"))
    bob = worker("bob").do(hit["HITTypeId"], ("a", " yes"), ("b", "2"))
    assert actions(mturk, hit, "HIT") == []
    cat = worker("cat").do(hit["HITTypeId"], ("a", "no"), ("b", "3"))
    found = results(mturk, hit, "HIT")
    hit_id = hit["HITId"]
    assert found[hit_id, "a", "AgreedAnswer"] == "yes"
    assert (found[hit_id, "a", "AnswerAgreementScore"], found[hit_id, "b", "AnswerAgreementScore"]) == ("66", "33")
    assert (found[hit_id, "b", "AgreedAnswerFound"], found[hit_id, "", "HitAgreementScore"]) == ("false", "50")
    assert [found[one, "", "WorkerAgreementScore"] for one in (ann, bob, cat)] == ["100", "100", "0"]
    assert [status(mturk, one) for one in (ann, bob, cat)] == ["Approved", "Approved", "Rejected"]


def test_too_little_agreement_adds_an_assignment_and_reviews_none_yet(mturk: Any, worker: WorkerOf) -> None:
    policy = plurality(
        "a",
        ExtendIfHITAgreementScoreIsLessThan="100",
        ExtendMaximumAssignments="3",
        ExtendMinimumTimeInSeconds="60",
        ApproveIfWorkerAgreementScoreIsAtLeast="1",
    )
    hit = create(mturk, 2, HITReviewPolicy=policy)
    first = worker("ann").do(hit["HITTypeId"], ("a", "x"))
    worker("bob").do(hit["HITTypeId"], ("a", "y"))
    assert mturk.get_hit(HITId=hit["HITId"])["HIT"]["NumberOfAssignmentsAvailable"] == 1
    assert status(mturk, first) == "Submitted"
    worker("cat").do(hit["HITTypeId"], ("a", "x"))
    assert status(mturk, first) == "Approved"
    assert [name for name, _ in actions(mturk, hit, "HIT")] == ["review", "extend", "review", "approve", "approve"]


def test_a_hit_that_expires_is_scored_too(mturk: Any, worker: WorkerOf, clock: Clock) -> None:
    hit = create(mturk, 3, HITReviewPolicy=plurality("a"))
    worker("ann").do(hit["HITTypeId"], ("a", "x"))
    clock.advance(3601)
    assert results(mturk, hit, "HIT")[hit["HITId"], "", "HitAgreementScore"] == "100"


def test_without_an_agreed_answer_no_assignment_is_reviewed(mturk: Any, worker: WorkerOf) -> None:
    hit = create(mturk, 2, HITReviewPolicy=plurality("a", RejectIfWorkerAgreementScoreIsLessThan="101"))
    done = [worker(name).do(hit["HITTypeId"], ("a", name)) for name in ("ann", "bob")]
    assert [status(mturk, one) for one in done] == ["Submitted", "Submitted"]


def test_pages_of_a_long_report_hold_every_item_once(mturk: Any, worker: WorkerOf) -> None:
    hit = create(mturk, 4, AssignmentReviewPolicy=known({"a": ["1"]}), HITReviewPolicy=plurality("a"))
    for name in ("ann", "bob", "cat", "dan"):
        worker(name).do(hit["HITTypeId"], ("a", "1"))
    seen: dict[str, list[str]] = {}
    token: dict[str, str] = {}
    for _ in range(20):
        page = mturk.list_review_policy_results_for_hit(HITId=hit["HITId"], MaxResults=3, **token)
        for level in ("Assignment", "HIT"):
            for kind in ("ReviewActions", "ReviewResults"):
                seen.setdefault(level + kind, []).extend(map(repr, page[f"{level}ReviewReport"][kind]))
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    lengths = {name: len(items) for name, items in seen.items()}
    assert all(len(set(items)) == len(items) for items in seen.values())
    assert lengths == {
        "AssignmentReviewActions": 4,
        "AssignmentReviewResults": 8,
        "HITReviewActions": 1,
        "HITReviewResults": 4 + 4 * 3,
    }


def page(html: str) -> str:
    return question_xml(html, 0)


def test_correct_work_in_the_json_of_a_page_is_approved(mturk: Any, worker: WorkerOf) -> None:
    policy = known(
        {"clarity": ["3"], "items.0.label": ["cat"], "ok": ["True"]},
        ApproveIfKnownAnswerScoreIsAtLeast="100",
        RejectIfKnownAnswerScoreIsLessThan="100",
    )
    work = {"clarity": 3, "items": [{"label": "cat"}], "ok": True}
    hit = create(mturk, 3, AssignmentReviewPolicy=policy)
    output = worker("ann").do(hit["HITTypeId"], ("output", json.dumps(work)))
    crowd = worker("bob").do(hit["HITTypeId"], ("taskAnswers", json.dumps([work])))
    wrong = worker("cat").do(hit["HITTypeId"], ("output", json.dumps(work | {"clarity": 2})))
    assert [status(mturk, one) for one in (output, crowd, wrong)] == ["Approved", "Approved", "Rejected"]


def test_a_plurality_is_found_in_the_json_of_pages(mturk: Any, worker: WorkerOf) -> None:
    hit = create(mturk, 3, HITReviewPolicy=plurality("tags", RejectIfWorkerAgreementScoreIsLessThan="100"))
    group = hit["HITTypeId"]
    ann = worker("ann").do(group, ("output", '{"tags": ["a", "b"]}'))
    bob = worker("bob").do(group, ("taskAnswers", '[{"tags": ["b", "a"]}]'))
    cat = worker("cat").do(group, ("output", '{"tags": ["c"]}'))
    assert results(mturk, hit, "HIT")[hit["HITId"], "tags", "AgreedAnswer"] == "a|b"
    assert [status(mturk, one) for one in (ann, bob, cat)] == ["Submitted", "Submitted", "Rejected"]


def test_a_question_that_no_answer_contains_rejects_no_work(mturk: Any, worker: WorkerOf) -> None:
    policy = known({"clarty": ["3"]}, RejectIfKnownAnswerScoreIsLessThan="100")
    hit = create(mturk, 2, AssignmentReviewPolicy=policy, Question=page('<form><input name="clarity"></form>'))
    done = [
        worker("ann").do(hit["HITTypeId"], ("clarity", "3")),
        worker("bob").do(hit["HITTypeId"], ("output", '{"clarity": 3}')),
    ]
    assert [status(mturk, one) for one in done] == ["Submitted", "Submitted"]
    assert actions(mturk, hit, "Assignment").count(("reject", "Failed")) == 2
    report = mturk.list_review_policy_results_for_hit(HITId=hit["HITId"])["AssignmentReviewReport"]
    assert "no answer to this HIT has contained: clarty" in str(report["ReviewActions"])


def test_a_field_of_the_page_that_a_worker_leaves_empty_is_a_wrong_answer(mturk: Any, worker: WorkerOf) -> None:
    policy = known({"kind": ["cat"]}, RejectIfKnownAnswerScoreIsLessThan="100")
    question = page('<form><input type="radio" name="kind" value="cat"><input name="note"></form>')
    hit = create(mturk, 1, AssignmentReviewPolicy=policy, Question=question)
    assert status(mturk, worker("ann").do(hit["HITTypeId"], ("note", ""))) == "Rejected"


def test_json_without_a_question_is_rejected_only_after_an_answer_with_it(mturk: Any, worker: WorkerOf) -> None:
    """A page with a field `kind` may store it under another name, so only another answer shows that it can be given."""
    policy = known({"kind": ["cat"]}, RejectIfKnownAnswerScoreIsLessThan="100")
    hit = create(mturk, 3, AssignmentReviewPolicy=policy, Question=page('<form><input name="kind"></form>'))
    first = worker("ann").do(hit["HITTypeId"], ("output", '{"sort": "cat"}'))
    right = worker("bob").do(hit["HITTypeId"], ("output", '{"kind": "cat"}'))
    last = worker("cat").do(hit["HITTypeId"], ("output", '{"sort": "cat"}'))
    assert [status(mturk, one) for one in (first, right, last)] == ["Submitted", "Submitted", "Rejected"]


def test_a_box_that_most_workers_leave_empty_has_no_agreed_answer(mturk: Any, worker: WorkerOf) -> None:
    policy = plurality("box", QuestionAgreementThreshold="10", RejectIfWorkerAgreementScoreIsLessThan="100")
    hit = create(mturk, 3, HITReviewPolicy=policy)
    done = [worker(name).do(hit["HITTypeId"], ("note", name)) for name in ("ann", "bob")]
    done.append(worker("cat").do(hit["HITTypeId"], ("note", ""), ("box", "on")))
    assert [status(mturk, one) for one in done] == ["Submitted"] * 3


def test_programs_write_true_and_false_in_their_own_way(mturk: Any, worker: WorkerOf) -> None:
    for text, takes_part in (("False", True), ("F", True), ("true", False), ("TRUE", False)):
        hit = create(mturk, 2, HITReviewPolicy=plurality("a", DisregardAssignmentIfRejected=text), Title=text)
        rejected = worker("ann").do(hit["HITTypeId"], ("a", "x"))
        mturk.reject_assignment(AssignmentId=rejected, RequesterFeedback="no")
        worker("bob").do(hit["HITTypeId"], ("a", "x"))
        scored = {subject for subject, _, key in results(mturk, hit, "HIT") if key == "WorkerAgreementScore"}
        assert (rejected in scored) == takes_part, text
