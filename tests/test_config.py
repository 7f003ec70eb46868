"""simpleturk.toml."""

from pathlib import Path

import pytest

from simpleturk.config import Config, load_config
from simpleturk.errors import Problems
from tests.conftest import Files, Run


def test_without_a_file_everything_is_built_in(folder: Path) -> None:
    assert load_config() == Config()


def test_options_and_endpoints_are_read(folder: Path) -> None:
    Path("simpleturk.toml").write_text(
        '\ufefftemplate = "é.html"\n[marketplaces.prod]\nendpoint_url = "https://turk.example"\n', encoding="utf-8"
    )
    assert load_config() == Config({"template": "é.html"}, {"prod": "https://turk.example"})


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("template = ", ["is not TOML: Invalid value (at end of document)"]),
        ('templat = "x"\nids = 3', ["templat is not a setting", "ids has to be text in quotes"]),
        ("marketplaces = 3", ["marketplaces has to be tables such as"]),
        (
            '[marketplaces.local]\nendpoint_url = "x"',
            ["marketplaces.local: only sandbox and prod can have another endpoint"],
        ),
        ('[marketplaces.prod]\nurl = "x"', ["marketplaces.prod has to be written as"]),
        ('[marketplaces.prod]\nendpoint_url = "x"', ["marketplaces.prod: 'x' is not a URL"]),
    ],
)
def test_every_problem_of_the_file_is_named(folder: Path, text: str, problems: list[str]) -> None:
    Path("simpleturk.toml").write_text(text)
    with pytest.raises(Problems) as caught:
        load_config()
    found = [problem.what for problem in caught.value.problems]
    assert len(found) == len(problems)
    assert all(one.startswith(start) for one, start in zip(found, problems, strict=True))


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
