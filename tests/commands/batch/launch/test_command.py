"""launch."""

import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.conftest import Files, Run, do

WORDS = [{"word": word} for word in ("cat", "dog", "emu")]


def hits(run: Run) -> list[dict[str, Any]]:
    """Every HIT of the local marketplace, in the order in which they were created."""
    return [json.loads(line) for line in run("hits").stdout.splitlines()]


def ids() -> list[str]:
    return Path("hit_ids.txt").read_text().split()


def test_one_hit_per_input_in_input_order(batch_files: Files, run: Run) -> None:
    batch_files(WORDS)
    result = run("launch")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "3 HITs × 2 assignments at $0.10 on the local marketplace: $0.60 + $0.00 fees = $0.60" in result.stderr
    assert (
        "Launched 3 HITs on the local marketplace: 3 created, 0 recovered, 0 already present; ids in hit_ids.txt"
        in result.stderr
    )
    made = hits(run)
    assert [hit["hit_id"] for hit in made] == ids()
    assert [hit["annotation"].rpartition(":")[2] for hit in made] == ["1", "2", "3"]
    assert len({hit["hit_type_id"] for hit in made}) == 1


def test_launching_again_creates_nothing(batch_files: Files, run: Run) -> None:
    batch_files(WORDS)
    run("launch")
    before = ids()
    result = run("launch")
    assert (result.exit_code, ids()) == (0, before)
    assert (
        "Launched 3 HITs on the local marketplace: 0 created, 0 recovered, 3 already present; ids in hit_ids.txt"
        in result.stderr
    )
    assert len(hits(run)) == 3


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda: Path("inputs.jsonl").write_text('{"word": "cow"}\n'), "the inputs (inputs.jsonl)"),
        (lambda: Path("template.html").write_text("<form>{{ word }}</form>"), "template.html"),
    ],
)
def test_changed_files_are_named_and_refused(batch_files: Files, run: Run, change: Any, named: str) -> None:
    batch_files(WORDS)
    run("launch")
    change()
    result = run("launch")
    assert (result.exit_code, len(hits(run))) == (1, 3)
    assert f"error: {named} changed since this batch was launched" in result.stderr


def test_changed_properties_are_refused_but_not_their_layout(batch_files: Files, run: Run) -> None:
    batch_files(WORDS)
    run("launch")
    document = json.loads(Path("properties.json").read_text())
    Path("properties.json").write_text(json.dumps(document, indent=4, sort_keys=True))
    assert run("launch").exit_code == 0
    result = run("launch", "--set", "Reward=0.20")
    assert "properties.json (or --set) changed since this batch was launched" in result.stderr


def test_an_ids_file_without_a_record_is_never_touched(batch_files: Files, run: Run) -> None:
    batch_files(WORDS)
    Path("hit_ids.txt").write_text("3PRECIOUS\n")
    result = run("launch")
    assert result.exit_code == 1
    assert "hit_ids.txt already exists" in result.stderr
    assert Path("hit_ids.txt").read_text() == "3PRECIOUS\n"
    assert hits(run) == []


def test_every_problem_of_the_three_files_is_reported_before_any_call(batch_files: Files, run: Run) -> None:
    batch_files('{"word": 1}\n{oops\n{"other": 2}\n{"other": 3}\n', Titel="x")
    result = run("launch")
    assert result.exit_code == 1
    assert "error: properties.json, line 1, column 156: Titel is not a property" in result.stderr
    assert "error: inputs.jsonl, line 2: not JSON" in result.stderr
    assert "error: template.html, line 3: " in result.stderr
    assert "(for inputs.jsonl, line 3, and 1 more line)" in result.stderr
    assert not Path("hit_ids.txt").exists() and not Path("hit_ids.batch.json").exists()
    assert not Path("market.db").exists() or hits(run) == []


def test_no_inputs_are_a_problem(batch_files: Files, run: Run) -> None:
    batch_files("\n\n")
    result = run("launch")
    assert (result.exit_code, "inputs.jsonl: holds no inputs" in result.stderr) == (1, True)


def test_a_question_that_is_too_large_is_named_with_its_size(batch_files: Files, run: Run) -> None:
    batch_files([{"word": "x"}, {"word": "x" * 70_000}])
    assert run("launch", "--dry-run").exit_code == 0
    result = run("launch", "--dry-run", "--sandbox")
    assert result.exit_code == 1
    assert "error: inputs.jsonl, line 2: the question has 70," in result.stderr
    assert "bytes; this marketplace takes 65,535" in result.stderr


def test_inputs_from_stdin_are_saved(batch_files: Files, run: Run) -> None:
    batch_files([])
    result = run("launch", "--inputs", "-", input='{"word": "é"}\n{"word": "b"}\n')
    assert result.exit_code == 0
    assert Path("hit_ids.inputs.jsonl").read_text() == '{"word": "é"}\n{"word": "b"}\n'
    assert len(ids()) == 2
    again = run("launch", "--inputs", "-", input='{"word": "é"}\n{"word": "b"}\n')
    assert "Launched 2 HITs on the local marketplace: 0 created, 0 recovered, 2 already present" in again.stderr
    assert "the inputs (hit_ids.inputs.jsonl) changed" in run("launch", "--inputs", "-", input='{"word": "z"}\n').stderr


def test_bad_inputs_from_stdin_leave_nothing_behind(batch_files: Files, run: Run, folder: Path) -> None:
    batch_files([])
    before = sorted(path.name for path in folder.iterdir())
    assert "error: stdin, line 1: not JSON" in run("launch", "--inputs", "-", input="oops\n").stderr
    assert sorted(path.name for path in folder.iterdir()) == before


def test_a_dry_run_changes_nothing(batch_files: Files, run: Run) -> None:
    batch_files(WORDS)
    result = run("launch", "--dry-run")
    assert result.exit_code == 0
    assert "$0.60" in result.stderr
    assert "Dry run: 3 HITs can be created; questions have 405 bytes on average" in result.stderr
    assert not Path("hit_ids.txt").exists() and hits(run) == []


def test_set_overrides_a_property(batch_files: Files, run: Run) -> None:
    batch_files(WORDS, Country="US")
    assert run("launch", "--set", "Reward=0.25", "--set", "Country=", "--set", "Title=Ünï").exit_code == 0
    assert {(hit["reward"], hit["title"]) for hit in hits(run)} == {("0.25", "Ünï")}
    assert run("launch", "--set", "Reward").exit_code == 2


def test_requirements_that_no_worker_meets_are_a_warning(batch_files: Files, run: Run) -> None:
    batch_files(WORDS, Country=["US", "IN"])
    result = run("launch", "--dry-run")
    assert (
        "warning: properties.json: no worker known to the local marketplace meets Country: no worker can do"
        in result.stderr
    )
    assert "hint: remove the requirement with --set Country=" in result.stderr
    assert "warning" not in run("launch", "--dry-run", "--set", "Country=").stderr


def test_a_qualified_worker_prevents_the_warning(batch_files: Files, run: Run, local: Marketplace) -> None:
    from simpleturk.marketplace.people import workers

    batch_files(WORDS, Country="US-CA")
    with local.write() as transaction:
        workers.register(transaction, "ann")
        workers.set_profile(transaction, "ann", workers.Profile("US", "CA"))
    assert "warning" not in run("launch").stderr


@pytest.mark.parametrize("name", ["", ".", "/"])
def test_an_ids_file_without_a_name_is_a_usage_error(batch_files: Files, run: Run, name: str) -> None:
    batch_files(WORDS)
    result = run("launch", "--ids", name)
    assert (result.exit_code, "is not the name of a file" in result.stderr) == (2, True)


def test_a_folder_that_does_not_exist_is_refused(batch_files: Files, run: Run) -> None:
    batch_files(WORDS)
    result = run("launch", "--ids", "nowhere/ids.txt")
    assert (result.exit_code, "error: nowhere: no such folder" in result.stderr) == (1, True)


@pytest.mark.parametrize("missing", ["properties", "inputs"])
def test_a_missing_option_is_a_usage_error(run: Run, missing: str) -> None:
    options = {"template": "t", "properties": "p", "inputs": "i"}
    del options[missing]
    result = run("launch", *(word for name, value in options.items() for word in (f"--{name}", value)))
    assert result.exit_code == 2
    assert f"--{missing}" in result.stderr


def test_a_missing_file_is_named(batch_files: Files, run: Run) -> None:
    batch_files(WORDS)
    for name in ("template", "properties", "inputs"):
        result = run("launch", f"--{name}", "gone.x")
        assert (result.exit_code, "error: gone.x: no such file" in result.stderr) == (1, True)


def test_simple_amts_spellings_are_accepted(batch_files: Files, run: Run) -> None:
    batch_files(WORDS)
    Path("simpleturk.toml").unlink()
    result = run(
        "launch", "--html_template=template.html", "--hit_properties_file", "properties.json",
        "--input_json_file", "inputs.jsonl", "--hit_ids_file=old.txt",
    )  # fmt: skip
    assert result.exit_code == 0
    assert len(Path("old.txt").read_text().split()) == 3


def test_the_shipped_example_launches_as_it_is(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    from simpleturk.resources import shipped

    for name in ("simple", "image_sentence"):
        shutil.copytree(shipped("examples", name), folder / name)
        monkeypatch.chdir(folder / name)
        assert run("launch").exit_code == 0
        assert len(ids()) == 5


def test_a_launched_line_cannot_be_skipped(batch_files: Files, run: Run, refused: list[int]) -> None:
    batch_files(WORDS)
    refused[:] = [3]
    assert run("launch").exit_code == 1
    result = run("launch", "--skip", "1")
    assert (result.exit_code, result.stderr.splitlines()[0]) == (
        1,
        "error: the input on line 1 is already launched, so it cannot be skipped",
    )
    assert len(hits(run)) == 2


def feed(pipe: Path, text: str) -> threading.Thread:
    """Make a named pipe, as `<(…)` does, and write to it once somebody reads."""
    os.mkfifo(pipe)
    thread = threading.Thread(target=pipe.write_text, args=(text,))
    thread.start()
    return thread


def test_template_and_inputs_may_come_from_pipes_of_the_shell(batch_files: Files, run: Run, folder: Path) -> None:
    batch_files(WORDS)
    template = (folder / "template.html").read_text()
    threads = [feed(folder / "page", template), feed(folder / "data", '{"word": "cat"}\n{"word": "dog"}\n')]
    result = run("launch", "--template", "page", "--inputs", "data")
    for thread in threads:
        thread.join()
    assert (result.exit_code, len(ids())) == (0, 2)
    assert Path("hit_ids.inputs.jsonl").read_text() == '{"word": "cat"}\n{"word": "dog"}\n'


def test_inputs_from_a_pipe_overwrite_no_other_file(batch_files: Files, run: Run) -> None:
    batch_files(WORDS)
    Path("hit_ids.inputs.jsonl").write_text("mine\n")
    result = run("launch", "--inputs", "-", input='{"word": "cat"}\n')
    assert result.exit_code == 1
    assert result.stderr.startswith("error: hit_ids.inputs.jsonl already exists")
    assert (Path("hit_ids.inputs.jsonl").read_text(), Path("hit_ids.txt").exists()) == ("mine\n", False)


@pytest.mark.parametrize(
    ("file", "text", "named"),
    [
        ("template.html", "", "template.html: the page is empty"),
        ("template.html", "{{ " + "(" * 5000 + " }}", "template.html"),
        ("template.html", "{{ 1" + "+1" * 20000 + " }}", "template.html: cannot be compiled"),
        ("inputs.jsonl", "[" * 600 + "]" * 600 + "\n", "inputs.jsonl, line 1: not JSON: nested too deeply"),
        ("inputs.jsonl", '{"word": 1e400}\n', "inputs.jsonl, line 1: not JSON: 1e400 is too large a number"),
        ("properties.json", '{"Reward": 1e99999999999999999999}', "properties.json: not JSON: 1e9"),
        ("simpleturk.toml", "x = " + "[" * 5000, "simpleturk.toml: is not TOML"),
    ],
)
def test_hostile_files_are_refused_with_a_message(
    batch_files: Files, run: Run, file: str, text: str, named: str
) -> None:
    batch_files(WORDS)
    Path(file).write_text(text)
    result = run("launch", "--template", "template.html", "--properties", "properties.json", "--inputs", "inputs.jsonl")
    assert result.exit_code == 1
    assert f"error: {named}" in result.stderr


@pytest.mark.parametrize("value", ["[" * 5000, "1e99999999999999999999", "nan", "9" * 5000])
def test_hostile_values_of_set_are_refused_with_a_message(batch_files: Files, run: Run, value: str) -> None:
    batch_files(WORDS)
    result = run("launch", "--set", f"Reward={value}")
    assert (result.exit_code, f"error: --set Reward={value[:40]}: Reward: " in result.stderr) == (1, True)


def test_text_with_invalid_characters_is_refused_by_the_marketplace(batch_files: Files, run: Run) -> None:
    batch_files(WORDS)
    run("launch")
    result = run("block", "--yes", "--reason", "\udce9", "ann")
    assert (result.exit_code, "holds half a character" in result.stderr) == (3, True)
    assert run("block", "--list").stdout == ""


@pytest.mark.parametrize("name", ["a?b=c.db", "50%41.db", ":memory:", "a#b.db"])
def test_a_database_may_have_any_name(batch_files: Files, run: Run, name: str) -> None:
    batch_files(WORDS)
    assert run("launch", "--database", name).exit_code == 0
    assert Path(name).stat().st_size
    assert not Path("market.db").exists()
    assert json.loads(run("progress", "--json").stdout)["assignable"] == 3


def test_inputs_may_be_csv_also_through_a_pipe(batch_files: Files, run: Run, local: Marketplace) -> None:
    batch_files([])
    table = 'word;n\r\n"Straße\nzwei";1\r\ndog;2\r\n'
    Path("words.csv").write_bytes(table.encode())
    assert run("launch", "--inputs", "words.csv").exit_code == 0
    assert run("launch", "--inputs", "-", "--ids", "piped.txt", input=table.encode()).exit_code == 0
    assert Path("piped.inputs.csv").read_bytes() == table.encode()
    for name in ("hit_ids.txt", "piped.txt"):
        made = Path(name).read_text().split()
        do(local, made[0], "ann")
        [record] = [json.loads(line) for line in run("results", "--ids", name).stdout.splitlines()]
        assert (record["line"], record["input"]) == (2, {"word": "Straße\nzwei", "n": "1"})


def test_rows_that_repeat_questions_are_a_warning(folder: Path, batch_files: Files, run: Run) -> None:
    batch_files([])
    Path("rows.csv").write_text("word,n\ncat,1\ncat,2\ndog,1\ncat,3\n")
    result = run("launch", "--inputs", "rows.csv")
    assert (result.exit_code, "warning: 2 rows of rows.csv repeat the questions of earlier rows" in result.stderr) == (
        0,
        True,
    )


def test_a_bad_first_row_is_reported_once(folder: Path, batch_files: Files, run: Run) -> None:
    batch_files([], template="<p>${word}</p>")
    Path("rows.csv").write_bytes(b"word,n\ncaf\xe9,1\n")
    result = run("launch", "--inputs", "rows.csv")
    assert (
        result.stderr.splitlines()[0]
        == "error: rows.csv, line 2: is not UTF-8 text (byte 4 is 0xe9, é in Windows-1252)"
    )
    assert result.stderr.count("error: ") == 1
    assert "not UTF-8 text" in run("render-template", "--inputs", "rows.csv").stderr
