"""Properties files for tests: a good one, and what is wrong with a bad one."""

import json
from pathlib import Path
from typing import Any

import pytest

from simpleturk.batch.properties.file import load_properties
from simpleturk.batch.properties.model import Properties
from simpleturk.errors import Problems

GOOD: dict[str, Any] = {
    "Title": "t",
    "Description": "d",
    "Reward": 0.1,
    "AssignmentDurationInSeconds": 60,
}


def load(folder: Path, text: str | dict[str, Any], **overrides: str) -> Properties:
    path = folder / "p.json"
    path.write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")
    return load_properties(Path("p.json"), overrides)


def problems(folder: Path, text: str | dict[str, Any], **overrides: str) -> list[str]:
    with pytest.raises(Problems) as caught:
        load(folder, text, **overrides)
    assert all(problem.where.startswith("p.json") for problem in caught.value.problems)
    return [problem.what for problem in caught.value.problems]
