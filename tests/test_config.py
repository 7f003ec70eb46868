"""simpleturk.toml."""

import subprocess
import sys
from pathlib import Path

import pytest

from simpleturk.config import Config, Named, load_config
from simpleturk.errors import Problem, Problems
from tests.conftest import Files, Run


def test_without_a_file_all_defaults_are_built_in(folder: Path) -> None:
    assert load_config() == Config()


def test_options_and_endpoints_are_read(folder: Path) -> None:
    Path("simpleturk.toml").write_text(
        '\ufefftemplate = "é.html"\n[marketplaces.prod]\nendpoint_url = "https://turk.example"\n', encoding="utf-8"
    )
    assert load_config() == Config({"template": "é.html"}, {"prod": Named("https://turk.example")})


def test_a_file_that_is_not_toml_is_one_problem(folder: Path) -> None:
    Path("simpleturk.toml").write_text("template = ")
    with pytest.raises(Problems) as caught:
        load_config()
    assert caught.value.problems == [Problem("simpleturk.toml", "is not TOML: Invalid value (at end of document)")]


def test_the_settings_of_the_site_are_those_that_the_file_gives(folder: Path) -> None:
    Path("simpleturk.toml").write_text('[site]\nname = ""\nsign_up = false\nmax_held = 3\n')
    assert load_config().site == {"name": "", "sign_up": False, "max_held": 3}


def test_pydantic_is_imported_only_if_there_is_a_file(folder: Path) -> None:
    code = "import sys; from simpleturk.config import load_config; load_config(); print('pydantic' in sys.modules)"
    for expected in ("False", "True"):
        process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert process.stdout.strip() == expected
        Path("simpleturk.toml").write_text('ids = "ids.txt"')


def test_a_broken_file_stops_commands_with_a_message_but_not_the_help(folder: Path, run: Run) -> None:
    Path("simpleturk.toml").write_text("nonsense")
    result = run("progress")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("error: simpleturk.toml: is not TOML")
    assert run("progress", "--help").exit_code == 0


def test_options_beat_the_environment_which_beats_the_file(
    batch_files: Files, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_files([{"word": "cat"}])
    assert run("launch", "--dry-run").exit_code == 0
    monkeypatch.setenv("SIMPLETURK_TEMPLATE", "environment.html")
    assert "error: environment.html: no such file" in run("launch", "--dry-run").stderr
    assert "error: option.html: no such file" in run("launch", "--dry-run", "--template", "option.html").stderr
