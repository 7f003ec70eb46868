"""A batch's pages → what the rules find in them, before workers do."""

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from simpleturk.batch.batch import Batch
from simpleturk.batch.inputs.jsonl import Input, Inputs
from simpleturk.batch.lint.finding import Finding, Mistake
from simpleturk.batch.lint.frame import frame, missing_permissions, other_form
from simpleturk.batch.lint.markup import typographic_quotes, untyped_button
from simpleturk.batch.lint.numbers import large_numbers
from simpleturk.batch.lint.page import Page
from simpleturk.batch.lint.references import input_references
from simpleturk.batch.lint.review_keys import ReviewKeys
from simpleturk.batch.lint.rules import PAGE_RULES, block, unused
from simpleturk.batch.lint.uploads import lost_files, lost_files_of_form
from simpleturk.batch.lint.values import shown_tags, two_syntaxes
from simpleturk.batch.templates.question_source import QuestionSource
from simpleturk.errors import Problems
from simpleturk.mturk.questions import is_question_xml

#: The rules read at most this many pages with different markup whole. Of the others, they check the addresses.
MOST_PAGES = 200

#: The number of errors, and of warnings, of a rule on a page that are reported one by one. The others are counted.
MOST_MISTAKES = 100


@dataclass(frozen=True)
class BatchContext:
    """What some rules know about the batch of a page: the questions of its review policies, its property Allow, and
    whether its marketplace stores files."""

    keys: ReviewKeys = ReviewKeys()
    allowed: Sequence[str] = ()
    takes_uploads: bool = True


NO_CONTEXT = BatchContext()


def check_batch(batch: Batch, most: int | None = None) -> list[Finding]:
    """What the rules find in a batch's pages, errors first.

    With `most`, only the pages of about this many inputs are read, spread evenly over all inputs.
    """
    step = 1 if most is None else max(1, -(-batch.size // most))
    sample = itertools.islice(batch.inputs_to_launch(), 0, None, step)
    keys = ReviewKeys(str(batch.properties_path), batch.properties.review_questions())
    context = BatchContext(keys, batch.properties.Allow, batch.takes_uploads)
    return check_inputs(batch.template, batch.inputs, sample, batch.inputs_to_launch(), context)


def check_inputs(
    source: QuestionSource,
    inputs: Inputs,
    items: Iterable[Input],
    all_items: Iterable[Input],
    context: BatchContext = NO_CONTEXT,
) -> list[Finding]:
    """What the rules find in the pages of `items` that can be rendered, errors first.

    A mistake that several pages have is one finding. The rule `unused` reads `all_items`.
    """
    findings: dict[tuple[str, str, str], Finding] = {}
    seen: set[int] = set()
    for item in items:
        of_page: dict[tuple[str, str, str], Finding] = {}
        with suppress(Problems, ValueError):
            for finding in _findings(source, item, inputs, seen, context):
                of_page.setdefault((finding.rule, finding.where, finding.what), finding)
        for key, finding in of_page.items():
            earlier = findings.get(key)
            findings[key] = replace(earlier, more=earlier.more + 1) if earlier else finding
    # The file is read again: its inputs may not fit into memory.
    numbers = large_numbers(source, inputs, (item for item in inputs if isinstance(item, Input)))
    everything = [
        *block(source),
        *two_syntaxes(source),
        *findings.values(),
        *unused(source, inputs, all_items),
        *numbers,
    ]
    return sorted(everything, key=lambda finding: not finding.is_error)


def check_page(source: QuestionSource, item: Input, inputs: Inputs, allowed: Sequence[str] = ()) -> list[Finding]:
    """What the rules find in the page of one input. Raises Problems if it cannot be rendered."""
    of_page = _findings(source, item, inputs, set(), BatchContext(allowed=allowed))
    of_input = (*unused(source, inputs, [item]), *large_numbers(source, inputs, [item]))
    return [*block(source), *two_syntaxes(source), *of_page, *of_input]


def _findings(
    source: QuestionSource, item: Input, inputs: Inputs, seen: set[int], context: BatchContext
) -> Iterator[Finding]:
    """The findings of the page of one input; `seen` has the hashes of the tags of earlier pages."""
    html = source.render(item.value)
    where = inputs.where(item.line)
    yield from shown_tags(source, item.value, where)
    if is_question_xml(html):
        yield from context.keys.unknown_in_form(html, where)
        yield from lost_files_of_form(html, context.takes_uploads, str(source.path), where)
        return
    tags = hash(_tags(html))
    if tags in seen or len(seen) >= MOST_PAGES:
        yield from input_references(source, html, item.value, where)
        return
    seen.add(tags)
    page = Page(*source.traced(item.value), source, where)
    for name, rule in PAGE_RULES.items():
        yield from _first_findings(page, name, rule(page))
    yield from context.keys.unknown_on(page, where)
    for name, mistakes in (
        ("other-form", other_form(page)),
        ("permission", missing_permissions(page, context.allowed)),
        ("frame", frame(page)),
        ("upload", lost_files(page, context.takes_uploads)),
        ("quotes", typographic_quotes(page)),
        ("button-type", untyped_button(page)),
    ):
        yield from _first_findings(page, name, mistakes)


def _first_findings(page: Page, rule: str, mistakes: Iterable[Mistake]) -> Iterator[Finding]:
    """The first errors and the first warnings of a rule on a page, and the numbers of the others."""
    numbers: Counter[bool] = Counter()
    for mistake in mistakes:
        numbers[mistake.is_error] += 1
        if numbers[mistake.is_error] <= MOST_MISTAKES:
            yield page.finding(rule, mistake)
    for is_error, number in numbers.items():
        if number > MOST_MISTAKES:
            yield page.more(rule, number - MOST_MISTAKES, is_error)


_TAG = re.compile(r"<[A-Za-z/][^<>]*>")
_ATTRIBUTE_VALUE = re.compile(r"(?<!value)(?<!name)(?<!\bid)=\s*(?:\"[^\"]*\"|'[^']*')")


def _tags(html: str) -> str:
    """A page's tags with names, ids and values: pages with the same tags have the same mistakes, but for addresses."""
    return _ATTRIBUTE_VALUE.sub("=", "".join(_TAG.findall(html)))
