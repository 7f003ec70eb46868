import json
import re
import time
from pathlib import Path

import pytest

from simpleturk.errors import MarketplaceError
from tests.review_app.served_review import Answer, ServedReview, served_review, the_review


def plan_of(answer: Answer) -> str:
    found = re.search(r'name="plan" value="([0-9a-f]+)"', answer.text)
    assert found, answer.text
    return found[1]


def wait_until_finished(served: ServedReview) -> None:
    for _ in range(6000):
        if json.loads(served.get("/plan/progress").text)["finished"]:
            return
        time.sleep(0.01)
    raise AssertionError("the plan is not finished")


def test_money_moves_only_after_the_amounts_were_confirmed(served: ServedReview, answers: list[str]) -> None:
    served.decide(answers[0], "approve")
    served.decide(answers[1], "reject", feedback="Empty")
    page = served.get("/plan")
    assert "Spend $0.10, approve 1 assignment and reject 1 assignment on the local marketplace." in page.text
    assert "A rejection can be turned into an approval until 30 days after" in page.text
    assert "cannot be" not in page.text and "3 assignments of this review are undecided" in page.text
    plan = plan_of(page)
    for form in ({}, {"plan": plan}, {"plan": "0" * 64, "agree": "yes"}, {"agree": "yes"}):
        assert served.post("/plan/apply", **form).status == 409
    assert [item.status for item in served.review.items] == ["Submitted"] * 5
    assert not Path("hit_ids.ledger.jsonl").exists()
    assert served.post("/plan/apply", plan=plan_of(served.get("/plan")), agree="yes").status == 303
    wait_until_finished(served)
    assert served.review.items.by_id[answers[0]].status == "Approved"
    done = served.get("/plan").text
    assert "Approved 1 assignment" in done and "Rejected 1 assignment" in done
    assert "Empty" in served.get("/ledger").text
    assert "All decisions have been applied" in served.get("/plan?new=1").text


def test_a_decision_after_the_plan_was_shown_needs_a_new_confirmation(served: ServedReview, answers: list[str]) -> None:
    served.decide(answers[0], "approve")
    plan = plan_of(served.get("/plan"))
    served.decide(answers[1], "approve")
    answer = served.post("/plan/apply", plan=plan, agree="yes")
    assert answer.status == 409 and "have changed" in answer.text and "approve 2 assignments" in answer.text
    assert not Path("hit_ids.ledger.jsonl").exists()


def test_where_the_command_did_not_name_production_the_plan_is_only_shown(answers: list[str], tmp_path: Path) -> None:
    with served_review(tmp_path, the_review(may_apply=False)) as served:
        served.sign_in().decide(answers[0], "approve")
        page = served.get("/plan")
        assert "Apply it in the terminal" in page.text and 'name="agree"' not in page.text
        assert served.post("/plan/apply", plan="x", agree="yes").status == 409
    assert not Path("hit_ids.ledger.jsonl").exists()


def test_an_application_that_fails_says_so_with_a_way_on(
    served: ServedReview, answers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    served.decide(answers[0], "approve")
    plan = plan_of(served.get("/plan"))

    def broken(*arguments: object) -> None:
        raise MarketplaceError("endpoint cannot be reached")

    with monkeypatch.context() as failing:
        failing.setattr(served.review.mturk, "approve", broken)
        served.post("/plan/apply", plan=plan, agree="yes")
        wait_until_finished(served)
    text = served.get("/plan").text
    assert "endpoint cannot be reached" in text and "what has happened is not repeated" in text
    again = served.get("/plan?new=1")
    served.post("/plan/apply", plan=plan_of(again), agree="yes")
    wait_until_finished(served)
    assert served.review.items.by_id[answers[0]].status == "Approved"


def test_without_decisions_there_is_no_plan(served: ServedReview) -> None:
    assert "Nothing is decided yet" in served.get("/plan").text
