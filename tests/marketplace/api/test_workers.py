"""Blocks of workers, and messages to them."""

from typing import Any

from tests.marketplace.api.test_boto3_programs import code


def test_a_blocked_worker_is_listed_until_unblocked(mturk: Any) -> None:
    for name in ("ann", "bob", "ann"):
        mturk.create_worker_block(WorkerId=name, Reason=f"{name}!")
    assert mturk.list_worker_blocks()["WorkerBlocks"] == [
        {"WorkerId": "ann", "Reason": "ann!"},
        {"WorkerId": "bob", "Reason": "bob!"},
    ]
    mturk.delete_worker_block(WorkerId="ann")
    mturk.delete_worker_block(WorkerId="ann")
    assert [block["WorkerId"] for block in mturk.list_worker_blocks()["WorkerBlocks"]] == ["bob"]
    assert code(mturk.create_worker_block, WorkerId="no spaces", Reason="x") == "ValidationException"
