"""New places are created once each; a new HIT is like the old one, but for other workers."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

from simpleturk.batch.outcomes import Outcome
from simpleturk.batch.review.ledger import open_ledger, read_entries
from simpleturk.batch.review.redo.calls import MAX_ANNOTATION, annotation_of, redo_all
from simpleturk.batch.review.redo.plan import Redo
from simpleturk.batch.times import iso
from simpleturk.client.client import MTurk
from simpleturk.client.connect import connect
from simpleturk.client.endpoints import LOCAL_URL, Endpoint
from simpleturk.errors import MarketplaceError
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.mturk.models import MARK, HITSource
from tests.conftest import Files, Run, do, serving

LEDGER = Path("hit_ids.ledger.jsonl")
UNTIL = iso(datetime.now(UTC) + timedelta(days=30)) or ""
BATCH = "0123456789abcdef" * 2


@pytest.fixture
def mturk(words: list[str]) -> MTurk:
    return connect(Endpoint("local", LOCAL_URL, False), database=Path("market.db"), concurrency=1)


def carried_out(mturk: MTurk, *redos: Redo) -> list[Outcome]:
    with open_ledger(LEDGER, LOCAL_URL, lambda: None) as ledger:
        return [outcome for _, outcome in redo_all(mturk, redos, ledger)]


def test_a_refusal_is_noted_and_tried_again_the_next_time(mturk: MTurk, words: list[str]) -> None:
    redo = Redo(words[0], tuple(f"A{n}" for n in range(8)), 2, "", False, (words[0],))
    [refused] = carried_out(mturk, redo)
    assert "cannot be extended to 10 or more" in (refused.problem or "")
    assert read_entries(LEDGER, LOCAL_URL).phases == {redo.key: "failed"}
    fewer = Redo(words[0], ("A0",), 2, "", False, (words[0],))
    assert carried_out(mturk, fewer, fewer) == [Outcome(words[0]), Outcome(words[0], already=True)]
    assert mturk.hit(words[0]).max_assignments == 3


def test_places_whose_time_could_not_be_extended_are_not_added_again(
    mturk: MTurk, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: Any) -> None:
        raise MarketplaceError("no", code="ServiceFault")

    redo = Redo(words[0], ("A0",), 2, UNTIL, False, (words[0],))
    with monkeypatch.context() as context:
        context.setattr(mturk, "expire", fail)
        assert carried_out(mturk, redo) == [Outcome(words[0], "no")]
    assert read_entries(LEDGER, LOCAL_URL).phases == {redo.key: "begun"}
    monkeypatch.setattr(mturk, "add_assignments", fail)
    assert carried_out(mturk, redo) == [Outcome(words[0])]
    assert mturk.hit(words[0]).max_assignments == 3


def test_a_new_hit_is_like_the_old_one(batch_files: Files, run: Run, local: Marketplace) -> None:
    batch_files(
        [{"word": "cat"}],
        MaxPerWorker=3,
        Country="US",
        Keywords="image, words",
        RequesterAnnotation="my note",
        Allow=["camera"],
    )
    assert run("launch").exit_code == 0
    [old] = Path("hit_ids.txt").read_text().split()
    do(local, old, "ann")
    with serving(local) as address:
        stock: Any = boto3.client(
            "mturk",
            endpoint_url=address,
            region_name="us-east-1",
            aws_access_key_id="x",
            aws_secret_access_key="x",
        )
        mturk = connect(Endpoint("local", LOCAL_URL, False), database=Path("market.db"), concurrency=1)
        assert carried_out(mturk, Redo(old, ("A0", "A1"), 2, UNTIL, True, (old,))) == [Outcome(old)]
        new = str(next(iter(read_entries(LEDGER, LOCAL_URL).records.values()))["new_hit_id"])
        before, after = (stock.get_hit(HITId=hit_id)["HIT"] for hit_id in (old, new))
        kept = ("Title", "Description", "Keywords", "Reward", "Question", "AssignmentDurationInSeconds")
        assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
        assert after["AutoApprovalDelayInSeconds"] == before["AutoApprovalDelayInSeconds"]
        assert after["RequesterAnnotation"].startswith(before["RequesterAnnotation"] + ":")
        assert after["MaxAssignments"] == 2
        *same, own = after["QualificationRequirements"]
        assert same == before["QualificationRequirements"]
        assert own["Comparator"] == "DoesNotExist"
        held = stock.list_workers_with_qualification_type(QualificationTypeId=own["QualificationTypeId"])
        assert [item["WorkerId"] for item in held["Qualifications"]] == ["ann"]
        stock.close()


def test_a_hit_with_ten_requirements_cannot_have_another(
    mturk: MTurk, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    full = [{"QualificationTypeId": f"Q{n}", "Comparator": "Exists"} for n in range(10)]
    source = HITSource("q", "", {"QualificationRequirements": full})
    monkeypatch.setattr(mturk, "hit_source", lambda hit_id: source)
    [outcome] = carried_out(mturk, Redo(words[0], ("A0",), 2, UNTIL, True, (words[0],)))
    assert (outcome.problem or "").startswith("the HIT has 10 qualification requirements")


@pytest.mark.parametrize(
    "own", ["", "my note", "n" * 130 + " MaxPerWorker=100000000 Allow=camera", "several words " * 12 + "MaxPerWorker=5"]
)
def test_an_annotation_keeps_the_limits_and_has_a_word_by_which_the_hit_is_found(own: str) -> None:
    redo = Redo("H", ("A0",), 2, UNTIL, True, ("H",))
    old = f"{own} simpleturk:{BATCH}:123456789012".strip()
    made = annotation_of(HITSource("", old, {}), redo)
    mark = MARK.search(made)
    assert mark is not None
    assert mark.groups() == (BATCH, "123456789012", redo.digest)
    assert len(made) <= MAX_ANNOTATION
    assert [word for word in made.split() if "=" in word] == [word for word in own.split() if "=" in word]
    again = annotation_of(HITSource("", made, {}), Redo("N", ("A1",), 1, UNTIL, True, ("H", "N")))
    assert len(again) == len(made)


def test_a_hit_of_another_program_gets_a_mark_of_its_own() -> None:
    redo = Redo("H", ("A0",), 2, UNTIL, True, ("H",))
    made = annotation_of(HITSource("", "theirs", {}), redo)
    mark = MARK.search(made)
    assert made.startswith("theirs simpleturk:")
    assert mark is not None
    assert mark[3] == redo.digest
