"""Findings of check as messages."""

import pytest

from simpleturk.batch.lint.finding import Finding
from simpleturk.errors import Problem


@pytest.mark.parametrize(
    ("input_", "more", "text"),
    [
        ("", 0, "<img> has no text [no-alt]"),
        ("inputs.jsonl, line 2", 0, "<img> has no text [no-alt] (for inputs.jsonl, line 2)"),
        ("inputs.jsonl, line 2", 1, "<img> has no text [no-alt] (for inputs.jsonl, line 2, and 1 more line)"),
        ("inputs.jsonl, line 2", 1500, "<img> has no text [no-alt] (for inputs.jsonl, line 2, and 1,500 more lines)"),
    ],
)
def test_the_message_of_a_finding_names_its_rule_and_its_inputs(input_: str, more: int, text: str) -> None:
    finding = Finding("no-alt", "t.html, line 1", "<img> has no text", "add alt", input=input_, more=more)
    assert finding.problem() == Problem("t.html, line 1", text, "add alt")
