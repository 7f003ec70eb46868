"""Whole numbers of inputs that the scripts of pages cannot hold."""

import re
from collections.abc import Iterable, Iterator

from simpleturk.batch.inputs.jsonl import Input, Inputs
from simpleturk.batch.lint.finding import Finding
from simpleturk.batch.templates.question_source import QuestionSource

#: JavaScript's numbers have 53 bits: larger whole numbers lose their last digits.
MOST_EXACT = 2**53 - 1

#: How a page takes the input as JSON into a script.
_IN_SCRIPT = re.compile(r"getInput\s*\(|JSON\.parse|\|\s*tojson")


def large_numbers(source: QuestionSource, inputs: Inputs, items: Iterable[Input]) -> Iterator[Finding]:
    """The rule `large-number`: one finding for each member that has such numbers."""
    text = source.text_with_includes()
    scripts = (part.partition("</script")[0] for part in text.split("<script")[1:])
    if not _IN_SCRIPT.search(text) and not any("{{" in script for script in scripts):
        return
    first: dict[str, tuple[int, int]] = {}
    more: dict[str, int] = {}
    for item in items:
        for name, number in _large(item.value):
            if name in first:
                more[name] = more.get(name, 0) + 1
            else:
                first[name] = (item.line, number)
    for name, (line, number) in first.items():
        member = f" of {name!r}" if name else ""
        also = f", and {more[name]:,} more" if name in more else ""
        what = f"the number {str(number)[:40]}{member} loses digits in the page's scripts{also}"
        yield Finding("large-number", inputs.where(line), what, f'write it as text: "{str(number)[:40]}"')


def _large(value: object) -> Iterator[tuple[str, int]]:
    """The whole numbers in an input that scripts cannot hold, each with the name of its member."""
    waiting: list[tuple[str, object]] = [("", value)]
    while waiting:
        name, item = waiting.pop()
        if isinstance(item, dict):
            waiting.extend((str(key), inner) for key, inner in item.items())
        elif isinstance(item, list):
            waiting.extend((name, inner) for inner in item)
        elif isinstance(item, int) and abs(item) > MOST_EXACT:
            yield name, item
