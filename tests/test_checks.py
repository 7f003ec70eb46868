"""The code keeps its habits: formatted, linted, typed, as pyproject.toml says."""

import subprocess
import sys

import pytest

from tests.conftest import REPOSITORY


@pytest.mark.parametrize("check", [["ruff", "format", "--check"], ["ruff", "check"], ["mypy"]])
def test_the_checks_find_nothing(check: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", *check], cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
