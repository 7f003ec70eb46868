"""The AWS CLI on the local marketplace."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Worker
from tests.marketplace.api.test_boto3_programs import HTML

Aws = Callable[..., Any]


@pytest.fixture
def aws(site: str) -> Aws:
    """Run `aws mturk …`; what it prints, read as JSON."""

    def run(*arguments: str, status: int = 0) -> Any:
        environment = os.environ | {
            "AWS_ENDPOINT_URL_MTURK": site,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "x",
            "AWS_SECRET_ACCESS_KEY": "x",
        }
        command = [sys.executable, "-m", "awscli", "mturk", *arguments, "--output", "json"]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120)
        assert done.returncode == status, done.stderr
        return json.loads(done.stdout or "{}") if not status else done.stderr

    return run


def test_a_hit_is_created_done_and_approved_with_the_aws_cli(
    aws: Aws, worker: Callable[[str], Worker], folder: Path
) -> None:
    (folder / "question.xml").write_text(HTML, encoding="utf-8")
    hit = aws(
        *"create-hit --title t --description d --reward 0.10 --max-assignments 1 --unique-request-token one".split(),
        *"--lifetime-in-seconds 3600 --assignment-duration-in-seconds 600 --question file://question.xml".split(),
    )["HIT"]
    assert hit["Question"] == HTML
    assignment = worker("ann").do(hit["HITTypeId"])
    assert [one["HITId"] for one in aws("list-hits", "--max-items", "1")["HITs"]] == [hit["HITId"]]
    [found] = aws("list-assignments-for-hit", "--hit-id", hit["HITId"])["Assignments"]
    assert found["AssignmentId"] == assignment
    aws("approve-assignment", "--assignment-id", assignment)
    reason = ["--reason", "thanks", "--bonus-amount", "1.00"]
    aws("send-bonus", "--worker-id", "ann", "--assignment-id", assignment, *reason)
    assert aws("get-account-balance")["AvailableBalance"] == "1000000000.00"
    aws("delete-hit", "--hit-id", hit["HITId"])
    refused = aws("approve-assignment", "--assignment-id", assignment, status=255)
    assert "An error occurred (RequestError) when calling the ApproveAssignment operation" in refused
