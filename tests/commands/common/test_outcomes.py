"""Reports of what happened to the items of a command."""

from tests.conftest import Files, Run


def test_equal_failures_of_items_are_printed_ten_times_and_then_counted(run: Run, batch_files: Files) -> None:
    batch_files([{"word": str(number)} for number in range(30)])
    assert run("launch").exit_code == 0
    result = run("delete")
    assert result.exit_code == 3
    lines = result.stderr.splitlines()
    assert [line.partition(": available")[2] for line in lines[:10]] == [" to workers; --force expires it first"] * 10
    assert lines[10:] == [
        "error: and 20 more HITs: available to workers; --force expires it first",
        "Deleted 0 HITs.",
        "error: 30 of 30 HITs could not be deleted",
    ]
