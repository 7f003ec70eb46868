"""balance."""

import pytest

from tests.conftest import Run


def test_the_balance_is_data(run: Run, words: list[str]) -> None:
    result = run("balance")
    assert (result.stdout, result.stderr) == ("1000000000.00\n", "")


def test_without_credentials_amazons_marketplaces_say_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    result = run("balance", "--sandbox")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("warning: Amazon closed Mechanical Turk on 2026-09-30")
    assert "\nerror: no AWS credentials found\nhint: " in result.stderr
