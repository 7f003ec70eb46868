"""The error family: what is printed of problems, and suggestions."""

from pathlib import Path

import pytest

from simpleturk.errors import (
    Problem,
    Problems,
    Repetitions,
    SimpleturkError,
    SomeFailed,
    UsageError,
    reporting_missing_file,
    suggestion,
)


def test_an_error_prints_its_message_and_then_its_hint() -> None:
    assert list(SimpleturkError("it failed", "do this").lines()) == [("error", "it failed"), ("hint", "do this")]
    assert list(SimpleturkError("it failed").lines()) == [("error", "it failed")]


def test_each_class_has_its_exit_code() -> None:
    codes = [int(kind("").status) for kind in (SimpleturkError, UsageError, SomeFailed)]
    assert codes == [1, 2, 3]


def test_at_most_ten_problems_of_a_kind_are_printed_and_the_others_counted() -> None:
    problems = [Problem(f"ids, line {number}", "has no assignment id") for number in range(1, 506)]
    lines = list(Problems([*problems, Problem("ids, line 600", "is not UTF-8")]).lines())
    assert lines[0] == ("error", "ids, line 1: has no assignment id")
    assert lines[10:] == [
        ("error", "ids, line 600: is not UTF-8"),
        ("error", "and 495 more: has no assignment id"),
    ]


def test_problems_that_differ_only_in_numbers_and_quoted_text_are_of_one_kind() -> None:
    problems = [Problem("p.json", f"'name{number}' is longer than {number} characters") for number in range(30)]
    lines = [text for _, text in Problems(problems).lines()]
    assert len(lines) == 11
    assert lines[-1] == "and 20 more with the same problem"


def test_at_most_25_problems_of_different_kinds_are_printed() -> None:
    words = [f"{first}{second}" for first in "abcdef" for second in "ghijkl"]
    lines = [text for _, text in Problems([Problem("p", f"has a {word}") for word in words]).lines()]
    assert len(lines) == 26
    assert lines[-1] == "and 11 more problems"


def test_a_hint_that_several_problems_share_is_printed_once() -> None:
    problems = [Problem("a", "is not text", "save it as UTF-8"), Problem("b", "is not text", "save it as UTF-8")]
    assert [label for label, _ in Problems(problems).lines()] == ["error", "hint", "error"]


def test_repetitions_are_counted_by_kind_with_their_noun() -> None:
    repetitions = Repetitions()
    assert [repetitions.is_shown("in progress: 1 assignment") for _ in range(12)] == [True] * 10 + [False] * 2
    assert repetitions.is_shown("it is deleted")
    assert list(repetitions.summaries("HIT")) == ["and 2 more HITs: in progress: 1 assignment"]


def test_a_missing_file_is_an_error_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(SimpleturkError) as caught, reporting_missing_file("ids.txt", "name another"):
        (tmp_path / "ids.txt").open()
    assert list(caught.value.lines()) == [("error", "ids.txt: no such file"), ("hint", "name another")]


def test_a_similar_name_is_suggested() -> None:
    assert suggestion("Rewrad", ["Reward", "Title"]) == "did you mean Reward?"
    assert suggestion("title", ["Reward", "Title"]) == "did you mean Title?"
    assert suggestion("Colour", ["Reward", "Title"]) is None
