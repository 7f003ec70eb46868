"""One of several server processes."""

import os
from pathlib import Path

import pytest

from simpleturk.commands.marketplace.serve import child
from simpleturk.marketplace.web.settings import ServerSettings, SiteSettings


def test_an_application_from_the_environment_serves_the_database_it_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(child.SETTINGS, ServerSettings(site=SiteSettings(name="Vision Lab")).to_json())
    monkeypatch.setenv(child.DATABASE, str(tmp_path / "other.db"))
    monkeypatch.setenv(child.PARENT, str(os.getppid()))
    monkeypatch.setattr(child, "log_to_stderr", lambda: None)
    assert child.from_environment() is not None
    assert (tmp_path / "other.db").is_file()
