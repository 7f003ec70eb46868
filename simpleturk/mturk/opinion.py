"""Questions about a task, which a worker may answer after submitting it: the property `Opinion`.

Amazon's service has no such questions. So that a call stays valid everywhere, they stand in a processing instruction
after the question's document, which XML parsers pass over:

    <HTMLQuestion …>…</HTMLQuestion><?simpleturk-opinion [{"Name": "clear", …}]?>

Answers come back in the assignment's Answer, as one more field of the name `simpleturk.opinion` that holds JSON.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: The field of an Answer that holds an opinion.
FIELD = "simpleturk.opinion"

#: The kinds of answers, each with its meaning.
KINDS = {"scale": "a number from 1 to 5", "yes-no": "yes or no", "text": "a text"}

MAX_QUESTIONS = 5
MAX_QUESTION = 300
MAX_TEXT = 2000
NAME = r"[a-z][a-z0-9_]{0,39}"
SCALE = ("1", "2", "3", "4", "5")

_INSTRUCTION = re.compile(r"<\?simpleturk-opinion ([^<>?]*)\?>\s*\Z")


@dataclass(frozen=True)
class OpinionQuestion:
    """A question about a task: a name for the answer, what the worker reads, and one of KINDS."""

    name: str
    text: str
    kind: str


def with_opinion(xml: str, questions: Sequence[OpinionQuestion]) -> str:
    """A question's document with questions about the task; unchanged without any."""
    if not questions:
        return xml
    records = [{"Name": item.name, "Question": item.text, "Answer": item.kind} for item in questions]
    # Pure ASCII without the characters that end the instruction.
    escaped = json.dumps(records).replace("<", "\\u003c").replace(">", "\\u003e").replace("?", "\\u003f")
    return f"{xml.rstrip()}<?simpleturk-opinion {escaped}?>"


def opinion_questions(xml: str) -> list[OpinionQuestion]:
    """The questions about the task that stand after a question's document. Malformed ones are left out."""
    # Searched from the end: a question may have megabytes.
    start = xml.rfind("<?simpleturk-opinion ")
    found = _INSTRUCTION.fullmatch(xml, start) if start >= 0 else None
    if found is None:
        return []
    try:
        records = json.loads(found[1])
    except (ValueError, RecursionError):
        return []
    questions: dict[str, OpinionQuestion] = {}
    for record in records if isinstance(records, list) else []:
        if not isinstance(record, dict):
            continue
        name, text, kind = (record.get(key) for key in ("Name", "Question", "Answer"))
        is_usable = isinstance(name, str) and re.fullmatch(NAME, name) and isinstance(text, str) and kind in KINDS
        if is_usable and len(str(text)) <= MAX_QUESTION:
            questions.setdefault(str(name), OpinionQuestion(str(name), str(text), str(kind)))
    return list(questions.values())[:MAX_QUESTIONS]


def answered(questions: Sequence[OpinionQuestion], form: Mapping[str, str]) -> dict[str, Any]:
    """A worker's answers by name: whole numbers, true or false, and texts. What is empty or malformed is left out.

    `form` has the answers as the page sends them: "1" to "5", "yes" or "no", text.
    """
    answers: dict[str, Any] = {}
    for question in questions:
        value = form.get(question.name, "").strip()
        if question.kind == "scale" and value in SCALE:
            answers[question.name] = int(value)
        elif question.kind == "yes-no" and value in ("yes", "no"):
            answers[question.name] = value == "yes"
        elif question.kind == "text" and value:
            answers[question.name] = value[:MAX_TEXT]
    return answers
