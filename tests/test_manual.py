"""The manual: complete, up to date, linked, and its commands are ones that the program accepts."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from simpleturk import __version__
from simpleturk.commands.help import INDEX, MANUAL, topics
from simpleturk.config import load_config
from simpleturk.config.model import SiteTable
from tests.conftest import REPOSITORY, Run, write_batch
from tests.manual import DOCUMENTS, generate
from tests.test_readme import accept, command_lines

PAGES = {path.stem: path.read_text(encoding="utf-8") for path in sorted(MANUAL.glob("*.md"))}
COMMANDS = sorted({(name, line) for name, text in PAGES.items() for line in command_lines(text)})
LINKS = re.compile(r"\[[^]]+\]\(([^)]+)\)")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_generated_parts_are_up_to_date(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text == generate(text), "run: python -m tests.manual"


def test_every_topic_is_in_the_index_once() -> None:
    listed = re.findall(r"^- \[([a-z-]+)\]\(([a-z-]+)\.md\): [^A-Z]", PAGES[INDEX], re.MULTILINE)
    assert sorted(listed) == [(topic, topic) for topic in topics()]


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_to_files_that_exist(name: str) -> None:
    for target in LINKS.findall(PAGES[name]):
        assert target.startswith("https://") or (MANUAL / target).is_file(), target


@pytest.mark.parametrize("name", PAGES)
def test_a_topic_begins_with_its_title_and_a_paragraph(name: str) -> None:
    title, blank, paragraph = PAGES[name].splitlines()[:3]
    assert re.fullmatch("# [A-Z].*", title) and not blank and paragraph


@pytest.mark.parametrize(("name", "line"), COMMANDS)
def test_every_command_line_is_accepted(name: str, line: str) -> None:
    accept(line)


@pytest.mark.parametrize("name", PAGES)
def test_examples_of_json_and_toml_can_be_read(name: str) -> None:
    for language, text in re.findall(r"```(json|toml)\n(.*?)```", PAGES[name], re.DOTALL):
        if language == "toml":
            tomllib.loads(text)
        elif text.startswith(("{\n", "[{")):
            json.loads(text)
        else:
            [json.loads(line) for line in text.splitlines()]


def fields_examples() -> list[str]:
    """The pieces of templates that use fields."""
    pieces = [piece for text in PAGES.values() for piece in re.findall(r"```html\n(.*?)```", text, re.DOTALL)]
    return [piece for piece in pieces if "field." in piece]


@pytest.mark.parametrize("piece", fields_examples())
def test_examples_with_fields_are_templates_that_pass_check(folder: Path, run: Run, piece: str) -> None:
    head = '{% extends "simpleturk/page.html" %}{% import "simpleturk/fields.html" as field %}'
    template = piece if "extends" in piece else f"{head}{{% block task %}}{piece}{{% endblock %}}"
    (folder / "picture.png").write_bytes(b"\x89PNG")
    value = {"image": "picture.png", "country": "Peru", "items": [{"text": "a"}], "first": "a", "second": "b"}
    value |= {"messages": [{"role": "assistant", "content": "Hi"}], "answer": "**a**", "answers": ["a", "b", "c"]}
    used = {name: content for name, content in value.items() if f"input.{name}" in template}
    write_batch(folder, [used or {"id": 1}], template)
    result = run("check")
    assert result.exit_code == 0, result.stderr


def test_the_sites_settings_are_accepted_as_the_manual_writes_them(tmp_path: Path) -> None:
    [table] = re.findall(r"```toml\n(\[site\]\n.*?)```", PAGES["configuration"], re.DOTALL)
    (tmp_path / "simpleturk.toml").write_text(table)
    assert set(load_config(tmp_path / "simpleturk.toml").site) == set(SiteTable.model_fields)
    documented = re.findall(
        r"^\| `([a-z_]+)` \| [^|]+ \|$", PAGES["configuration"].split("## The worker")[1], re.MULTILINE
    )
    assert set(documented) == set(SiteTable.model_fields)


@pytest.mark.parametrize("name", ["api", "qualifications"])
def test_examples_in_python_run(name: str, site: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = "\n".join(re.findall(r"```python\n(.*?)```", PAGES[name], re.DOTALL))
    exec(code.replace("http://127.0.0.1:8484", site), {})
    assert capsys.readouterr().out


def test_every_row_of_progress_is_explained(run: Run, words: list[str]) -> None:
    labels = [re.split(r"\s{2,}", line.strip())[0] for line in run("progress").stdout.splitlines()[1:]]
    assert [label for label in labels if f"| {label} |" not in PAGES["progress"]] == []


def test_the_contributors_guide_names_files_that_exist() -> None:
    files = [f"/{path.relative_to(REPOSITORY)}" for path in (REPOSITORY / "simpleturk").rglob("*")]
    files += [f"/{path.relative_to(REPOSITORY)}" for path in (REPOSITORY / "tests").rglob("*")]
    guide = (REPOSITORY / ".github" / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.findall(r"`([a-z_/]+(?:\.py|/))`", re.sub("```.*?```", "", guide, flags=re.DOTALL))
    assert len(named) > 30
    assert [name for name in named if not any(path.endswith(f"/{name.rstrip('/')}") for path in files)] == []


def test_the_changelogs_newest_version_is_the_packages() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    [newest, *_] = re.findall(r"^## (\S+)", (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest == project["version"] == __version__
