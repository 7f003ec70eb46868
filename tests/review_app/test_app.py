import json
from collections.abc import Callable
from pathlib import Path

import pytest

from simpleturk.batch.review.decisions_file import read_own
from simpleturk.errors import MarketplaceError
from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.conftest import do
from tests.review_app.served_review import ServedReview, served_review, the_review

IDS = Path("hit_ids.txt")


def verdicts() -> dict[str, str | None]:
    return {name: decision.decision for name, decision in read_own(IDS).decisions.items()}


def test_the_first_page_leads_to_the_first_undecided_work(served: ServedReview, answers: list[str]) -> None:
    assert served.get("/").headers["location"] == f"/review/{answers[0]}"
    served.decide(answers[0], "approve")
    assert served.get("/").headers["location"] == f"/review/{answers[1]}"


def test_a_decision_is_in_the_file_before_the_answer_and_leads_to_the_next(
    served: ServedReview, answers: list[str]
) -> None:
    part = json.loads(served.decide(answers[0], "approve").text)
    assert verdicts() == {answers[0]: "approve"}
    assert (part["said"], part["url"]) == ("Approved.", f"/review/{answers[1]}")
    assert f'data-id="{answers[1]}"' in part["head"] and "1 of 5 decided" in part["head"]
    decision = read_own(IDS).decisions[answers[0]]
    assert decision.by == "tester" and decision.hit_id and decision.at and decision.batch_id


def test_deciding_sends_nothing_to_the_marketplace(served: ServedReview, answers: list[str]) -> None:
    before = dict(served.review.mturk.stats.calls)
    served.decide(answers[0], "approve")
    served.decide(answers[1], "reject", feedback="Empty")
    served.decide(answers[2], "bonus", bonus="2.00", bonus_reason="Kind")
    changed = {name for name, number in served.review.mturk.stats.calls.items() if number != before.get(name)}
    assert changed <= {"get_hit"}


def test_a_rejection_without_a_reason_is_not_saved_and_the_reason_is_offered_again(
    served: ServedReview, answers: list[str]
) -> None:
    refused = served.decide(answers[0], "reject", feedback=" ")
    assert (refused.status, json.loads(refused.text)) == (422, {"error": "Write the reason: the worker reads it."})
    assert not Path("hit_ids.decisions.jsonl").exists()
    part = json.loads(served.decide(answers[0], "reject", feedback="No picture is described").text)
    assert 'data-reason="feedback">No picture is described</button>' in part["body"]


def test_all_that_is_left_of_a_worker_is_decided_in_one_step_and_undone_in_one(
    served: ServedReview, answers: list[str]
) -> None:
    stale = served.decide(answers[0], "approve", rest="3")
    assert (stale.status, "2 assignments of this worker wait now" in stale.text) == (422, True)
    part = json.loads(served.decide(answers[0], "approve", rest="2").text)
    assert part["said"] == "Approved: 2 assignments."
    assert verdicts() == {answers[0]: "approve", answers[2]: "approve"}
    undone = json.loads(served.decide(answers[1], "undo").text)
    assert (undone["said"], undone["url"]) == ("Undone: 2 assignments.", f"/review/{answers[0]}")
    assert verdicts() == {}
    assert json.loads(served.decide(answers[1], "undo").text) == {"error": "There is nothing to undo."}


def test_the_last_decision_leads_to_the_plan(served: ServedReview, answers: list[str]) -> None:
    parts = [json.loads(served.decide(name, "pass").text) for name in answers]
    assert parts[-1] == {"said": "Passed.", "url": "/"}
    assert "All 5 assignments are decided" in served.get("/").text


def test_forms_work_without_the_pages_script(served: ServedReview, answers: list[str]) -> None:
    form = {"csrf": served.app.csrf, "assignment_id": answers[0], "act": "pass"}
    answer = served.request("POST", "/decide", form)
    assert (answer.status, answer.headers["location"]) == (303, f"/review/{answers[1]}")
    refused = served.request("POST", "/decide", form | {"act": "reject"})
    assert refused.status == 422 and "Write the reason" in refused.text


def test_the_page_shows_answer_input_others_and_record_as_text(served: ServedReview, answers: list[str]) -> None:
    text = served.get(f"/review/{answers[0]}").text
    assert "a cat" in text and "<dt>word</dt>" in text and ">bob</bdi>" in text
    assert "a <mark>big </mark>cat" in text
    hostile = served.get(f"/review/{answers[4]}").text
    assert "&lt;b&gt;emu&lt;/b&gt;" in hostile and "<b>emu" not in hostile


@pytest.mark.parametrize(
    "path", ["/review/3NONE", "/review/%00", "/answers/3NONE.json", "/files/3NONE/ab", "/workers/zoe", "/x"]
)
def test_what_does_not_exist_is_said_with_a_way_back(served: ServedReview, path: str) -> None:
    answer = served.get(path)
    assert answer.status == 404
    assert "Back to the work" in answer.text


def test_new_work_is_read_on_demand(
    served: ServedReview, answers: list[str], words: list[str], local: Marketplace
) -> None:
    new = do(local, words[2], "zoe", ("answer", "new"))
    assert served.get(f"/review/{new}").status == 404
    assert served.post("/refresh").status == 303
    assert served.get(f"/review/{new}").status == 200
    assert served.review.queue == [*answers, new]


def test_without_the_marketplace_decisions_are_kept_and_the_page_says_what_to_do(
    served: ServedReview, answers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*arguments: object, **options: object) -> None:
        raise MarketplaceError("endpoint cannot be reached: connection refused")

    monkeypatch.setattr(served.review.mturk.calls, "call", gone)
    part = json.loads(served.decide(answers[0], "approve").text)
    assert "The page of this HIT cannot be read: endpoint cannot be reached" in part["head"]
    assert verdicts() == {answers[0]: "approve"}
    answer = served.get("/plan")
    assert answer.status == 502
    assert (
        "connection refused" in answer.text and "Your decisions are saved" in answer.text and "Try again" in answer.text
    )


def test_decisions_of_another_program_are_shown(served: ServedReview, answers: list[str]) -> None:
    Path("hit_ids.decisions.jsonl").write_text(json.dumps({"assignment_id": answers[0], "decision": "pass"}) + "\n")
    assert "verdict pass" in served.get(f"/review/{answers[0]}").text


def test_an_empty_batch_says_that_no_work_waits(words: list[str], tmp_path: Path) -> None:
    with served_review(tmp_path) as served:
        text = served.sign_in().get("/").text
    assert "No work waits for review" in text and "Look for new work" in text


def test_the_frame_shows_the_hit_to_the_page_only(served: ServedReview, answers: list[str]) -> None:
    part = json.loads(served.get(f"/review/{answers[0]}?part=1").text)
    address = part["head"].partition('data-frame="')[2].partition('"')[0].replace("&amp;", "&")
    frame = served.get(address, Cookie="")
    assert frame.status == 200 and "<title>T</title>" in frame.text
    assert "sandbox allow-scripts;" in frame.headers["content-security-policy"]
    assert served.get(f"/frame/{answers[0]}", Cookie="").status == 404
    assert served.get("/hit.js", Cookie="").status == 200


def test_work_outside_of_an_order_without_work_has_no_progress(answers: list[str], tmp_path: Path) -> None:
    with served_review(tmp_path, the_review(chosen=lambda items: [])) as served:
        served.sign_in()
        text = served.get(f"/review/{answers[0]}").text
    assert "<h1" in text and "<progress" not in text and "0 of 0" not in text


def test_the_whole_answer_can_be_saved(served: ServedReview, answers: list[str]) -> None:
    answer = served.get(f"/answers/{answers[4]}.json")
    assert json.loads(answer.text)["output"] == {"answer": "<b>emu</b>"}
    assert answer.headers["content-disposition"].startswith("attachment")


def test_half_characters_and_large_answers_do_not_break_the_page(
    words: list[str], local: Marketplace, tmp_path: Path, answer_of: Callable[[str], str]
) -> None:
    names = [answer_of('{"text": "\\ud800 half"}'), answer_of(json.dumps({"text": "long " * 1_000_000}))]
    with served_review(tmp_path) as served:
        served.sign_in()
        assert "half" in served.get(f"/review/{names[0]}").text
        large = served.get(f"/review/{names[1]}")
    assert large.status == 200 and len(large.text) < 200_000 and "more characters" in large.text


@pytest.fixture
def answer_of(words: list[str], local: Marketplace) -> Callable[[str], str]:
    """Let a new worker submit this output for the first HITs."""
    workers = iter(["w1", "w2"])
    return lambda output: do(local, words[0], next(workers), ("output", output))
