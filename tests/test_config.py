"""simpleturk.toml."""

import subprocess
import sys
from pathlib import Path

import pytest

from simpleturk.config import Config, load_config
from simpleturk.errors import Problems
from tests.conftest import Files, Run


def test_without_a_file_all_defaults_are_built_in(folder: Path) -> None:
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
        ('marketplaces.prod = "x"', ["marketplaces.prod has to be written as"]),
        ("site = 3\nids = ''", ["ids has to be text in quotes", "site has to be a table"]),
        (
            '[site]\ncolour = "red"\ncolor = "red"\nmax_held = true',
            [
                "site.color has to be",
                "site.max_held has to be written as max_held = 25",
                "site.colour is not a setting",
            ],
        ),
    ],
)
def test_every_problem_of_the_file_is_named(folder: Path, text: str, problems: list[str]) -> None:
    Path("simpleturk.toml").write_text(text)
    with pytest.raises(Problems) as caught:
        load_config()
    texts = [problem.what for problem in caught.value.problems]
    assert len(texts) == len(problems)
    assert all(any(text.startswith(start) for text in texts) for start in problems), texts


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('ids = "a"\n\ntemplat = "x"', "simpleturk.toml, line 3"),
        ('ids = "a"\n[site]\n# a comment\nids = "b"\nsign_up = "yes"', "simpleturk.toml, line 4"),
        ('[ marketplaces . "prod" ]\nendpoint_url = "x"', "simpleturk.toml, line 2"),
        ('site.color = "red"', "simpleturk.toml, line 1"),
        ('site = { color = "red" }', "simpleturk.toml"),
    ],
)
def test_a_problem_is_reported_at_its_line_where_the_setting_has_one(folder: Path, text: str, where: str) -> None:
    Path("simpleturk.toml").write_text(text)
    with pytest.raises(Problems) as caught:
        load_config()
    assert where in [problem.where for problem in caught.value.problems]


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
