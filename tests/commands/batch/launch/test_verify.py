"""launch --verify."""

import json
from pathlib import Path

from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.commands.batch.launch.test_command import WORDS, ids
from tests.conftest import Files, Run


def test_verify_confirms_that_every_input_has_one_hit(batch_files: Files, run: Run) -> None:
    batch_files(WORDS)
    assert "there is no batch to verify" in run("launch", "--verify").stderr
    run("launch", "--skip", "2")
    result = run("launch", "--verify", "--stats")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "Verified on the local marketplace: 2 inputs, 2 ids, one HIT each, no other HITs." in result.stderr
    assert "Calls: ListHITs 1;" in result.stderr


def test_verify_names_every_difference(batch_files: Files, run: Run, local: Marketplace) -> None:
    batch_files([{"word": word} for word in "abcdef"])
    run("launch")
    a, b, c, d, e, f = ids()
    with local.write() as transaction:
        annotation = f"simpleturk:{json.loads(Path('hit_ids.batch.json').read_text())['batch_id']}:"
        from sqlalchemy import update

        from simpleturk.marketplace.store.schema import hits as table

        for hit_id, line in ((f, 3), (e, 9)):
            change = update(table).where(table.c.hit_id == hit_id).values(annotation=annotation + str(line))
            transaction.execute(change)
    run("delete", "--force", "--yes", d)
    Path("hit_ids.txt").write_text(f"{b}\n{a}\n{c}\n{d}\n")
    result = run("launch", "--verify")
    assert result.exit_code == 3
    assert [line for line in result.stderr.splitlines() if line.startswith("error: ")] == [
        f"error: input line 1: the ids file has {b} in its place, the HIT of line 2",
        f"error: input line 2: the ids file has {a} in its place, the HIT of line 1",
        f"error: input line 3 has 2 HITs: {c}, {f}",
        f"error: input line 4: its HIT {d} is deleted or of another account",
        "error: input line 5 has no HIT",
        "error: input line 6 has no HIT",
        f"error: {e}: HITs of this batch for line 9, which has no input",
        "error: 7 problems of hit_ids.txt on the local marketplace",
    ]


def test_verify_names_repeated_and_incomplete_lines_and_a_record_of_another_size(batch_files: Files, run: Run) -> None:
    batch_files(WORDS)
    run("launch")
    made = ids()
    Path("hit_ids.txt").write_text("\n".join([*made, made[0], "3ABC"]))
    record = json.loads(Path("hit_ids.batch.json").read_text()) | {"hits": 2}
    Path("hit_ids.batch.json").write_text(json.dumps(record))
    result = run("launch", "--verify")
    assert result.exit_code == 3
    assert "error: hit_ids.txt, line 4 repeats line 1" in result.stderr
    assert "error: hit_ids.txt: the last line, '3ABC', is incomplete" in result.stderr
    assert "error: the batch record says 2 HITs" in result.stderr


def test_verify_of_a_batch_that_is_not_found_is_one_problem(batch_files: Files, run: Run) -> None:
    batch_files(WORDS)
    run("launch")
    Path("hit_ids.txt").write_text("3STRANGE1\n3STRANGE2\n3STRANGE3\n")
    record = json.loads(Path("hit_ids.batch.json").read_text()) | {"batch_id": "0" * 32}
    Path("hit_ids.batch.json").write_text(json.dumps(record))
    result = run("launch", "--verify")
    assert (result.exit_code, result.stderr.count("error: ")) == (1, 1)
    assert "error: all 3 HITs of hit_ids.txt are not found on the local marketplace: 3STRANGE1" in result.stderr
