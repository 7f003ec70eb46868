"""init."""

from pathlib import Path

import pytest

from simpleturk.commands.tasks.init import examples
from tests.conftest import Run

WITH_PICTURES = [
    "audio_transcription",
    "bounding_boxes",
    "compare_answers",
    "compare_models",
    "conversation",
    "image_captioning",
    "named_entities",
    "question_answering",
    "rating_scale",
    "survey",
    "text_classification",
    "web_search",
]


@pytest.mark.parametrize("name", examples())
def test_a_new_task_folder_can_be_launched_at_once(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    result = run("init", "mine", "--from", name)
    assert (result.exit_code, result.stdout) == (0, "")
    monkeypatch.chdir("mine")
    launched = run("launch")
    assert launched.exit_code == 0, launched.stderr
    assert "warning" not in launched.stderr
    if name in WITH_PICTURES:
        assert {"README.md", "picture.jpg", "template.html", "properties.json", "inputs.jsonl", "simpleturk.toml"} <= {
            path.name for path in Path().iterdir()
        }
        assert all(len(line) < 65_535 for line in Path("template.html").read_bytes().splitlines())


def test_all_examples_are_listed(run: Run) -> None:
    assert set(WITH_PICTURES) <= set(examples())
    listed = run("init", "--list").stdout.splitlines()
    assert [line.partition(":")[0] for line in listed] == examples()


def test_every_example_has_questions_small_enough_for_amazon(folder: Path, run: Run) -> None:
    for name in WITH_PICTURES:
        run("init", name, "--from", name)
        result = run("check", "--template", f"{name}/template.html", "--properties", f"{name}/properties.json",
                     "--inputs", f"{name}/inputs.jsonl", "--json")  # fmt: skip
        largest = int(result.stderr.rpartition(" bytes; ")[0].rpartition(" ")[2].replace(",", ""))
        assert largest < 65_535


def test_init_overwrites_nothing(folder: Path, run: Run) -> None:
    (folder / "mine").mkdir()
    (folder / "mine" / "template.html").write_text("my work")
    result = run("init", "mine")
    assert (result.exit_code, result.stderr.splitlines()[0]) == (1, "error: mine already exists")
    assert (folder / "mine" / "template.html").read_text() == "my work"
    (folder / "file").write_text("x")
    assert run("init", "file").exit_code == 1
    (folder / "empty").mkdir()
    assert run("init", "empty", "--from", "survey").exit_code == 0


def test_usage_errors(run: Run) -> None:
    assert run("init").exit_code == 2
    result = run("init", "x", "--from", "../../etc")
    assert result.exit_code == 2 and "no such example" in result.stderr
    assert "did you mean" in run("init", "x", "--from", "surve").stderr
    assert not Path("x").exists()
