"""block and unblock."""

from pathlib import Path

from tests.conftest import Run, records


def test_blocking_and_unblocking(run: Run, words: list[str]) -> None:
    assert run("block", "ann").exit_code == 2  # no --reason
    assert run("block", "--reason", "spam").exit_code == 2  # nobody
    Path("bad.txt").write_text('bob\n{"worker_id": "eve", "n": 1}\n')
    result = run("block", "--reason", "spam é", "--workers", "bad.txt", "ann", input="y\n")
    assert "Block 3 workers from all your HITs on the local marketplace? [y/N]" in result.stderr
    assert run("block", "--list").stdout.splitlines() == [
        f'{{"worker_id": "{name}", "reason": "spam é"}}' for name in ("ann", "bob", "eve")
    ]
    assert run("block", "--list", "ann").exit_code == 2
    assert run("unblock", "ann", "--workers", "bad.txt").stderr == "Unblocked 3 workers.\n"
    assert run("unblock", "ann").stderr == "ann was not blocked.\nUnblocked 0 workers.\n"
    assert run("block", "--list").stdout == ""
    assert run("unblock").exit_code == 2


def test_a_block_that_is_not_confirmed_blocks_no_worker(run: Run, words: list[str]) -> None:
    assert run("block", "--reason", "spam", "ann", input="").exit_code == 1
    assert run("block", "--list").stdout == ""


def test_an_invalid_worker_id_fails_and_is_named(run: Run, words: list[str]) -> None:
    result = run("block", "--reason", "spam", "--yes", "é")
    assert (
        result.exit_code,
        "error: worker é: the local marketplace refused: 1 validation error" in result.stderr,
    ) == (3, True)


def test_a_worker_id_may_look_like_an_option(run: Run, words: list[str]) -> None:
    assert run("block", "-f", "--reason", "x", "--", "ann").exit_code == 0
    assert run("block", "--yes", "--reason", "x", "--", "-f", "--hit_ids_file").exit_code == 0
    assert [one["worker_id"] for one in records(run("block", "--list").stdout)] == ["ann", "-f", "--hit_ids_file"]


def test_the_column_of_worker_ids_is_blocked_and_no_header(run: Run, words: list[str]) -> None:
    for number, text in enumerate(("WorkerId\neve\n", "name;worker_id\nWorkerId;bob\n", '"Worker ID"\n"ann"\n')):
        Path("workers.csv").write_bytes(text.encode("utf-16" if number else "utf-8"))
        assert run("block", "--reason", "x", "--yes", "--workers", "workers.csv").stderr == "Blocked 1 worker.\n"
    assert [one["worker_id"] for one in records(run("block", "--list").stdout)] == ["eve", "bob", "ann"]


def test_a_file_without_a_column_of_worker_ids_blocks_no_worker(run: Run, words: list[str]) -> None:
    for text, said in (
        ("AssignmentId\n3A\n", "the column is AssignmentId, not WorkerId"),
        ("name,country\nann,US\n", "has no column WorkerId; its columns are 'name', 'country'"),
        ("WorkerId,worker_id\nann,bob\n", "has several columns of worker ids"),
        ("id\nann\n", "'id' may be a header, or a worker id"),
    ):
        Path("w.csv").write_text(text)
        result = run("block", "--reason", "x", "--yes", "--workers", "w.csv")
        assert (result.exit_code, said in result.stderr) == (1, True), result.stderr
    assert run("block", "--list").stdout == ""
