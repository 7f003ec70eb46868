"""All code is formatted, linted and typed as pyproject.toml says.

mypy keeps its cache in .mypy_cache, so it takes long only the first time.
"""

import subprocess
import sys

import pytest

from tests.conftest import REPOSITORY


@pytest.mark.parametrize("check", [["ruff", "format", "--check"], ["ruff", "check"], ["mypy"]])
def test_formatter_linter_and_type_checker_find_nothing(check: list[str]) -> None:
    completed = subprocess.run([sys.executable, "-m", *check], cwd=REPOSITORY, capture_output=True, text=True)
    assert completed.returncode == 0, completed.stdout + completed.stderr
