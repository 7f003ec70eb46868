"""Lists of ids, as people and programs write them → ids with what else their line says.

A list has one id per line, with or without a header; or is CSV or JSON Lines with a column of ids among others:
AssignmentId, assignment_id, "Assignment ID". Blank lines and lines that begin with # do not count. A header is never
taken for an id, nor one column for another.
"""

import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from simpleturk.batch.inputs.csv_cells import as_written
from simpleturk.batch.inputs.csv_reader import DELIMITERS, folded, header_of, rows_of, wrong_length
from simpleturk.batch.inputs.file_kinds import FileKind, kind_of, wrong_kind
from simpleturk.errors import Problem, Problems
from simpleturk.mturk.limits import AMAZON_WORKER_ID, WORKER_ID
from simpleturk.mturk.strict_json import parse_json
from simpleturk.text_files import NotText, decoded, utf8_lines

#: Invisible characters around an id.
_INVISIBLE = " \t\r\n\f\v\xa0\u200b\u200c\u200d\u2060\ufeff\0"

_ENTITY_ID = re.compile("[A-Z0-9]{1,64}")

#: The lines by which the kind of a file is recognized.
_HEAD_LINES = 100

#: Words that data frames and people write above a column of ids.
_HEADER_WORDS = frozenset(
    "id ids uid name names x v1 0 value values worker workers assignment assignments hit hits".split()
)


@dataclass(frozen=True)
class IdKind:
    """A kind of ids: its noun in messages, its column on the requester site, its key in results, its pattern."""

    noun: str
    column: str
    key: str
    pattern: re.Pattern[str]


ASSIGNMENTS = IdKind("assignment id", "AssignmentId", "assignment_id", _ENTITY_ID)
WORKERS = IdKind("worker id", "WorkerId", "worker_id", WORKER_ID)
HITS = IdKind("HIT id", "HITId", "hit_id", _ENTITY_ID)
KINDS = (ASSIGNMENTS, WORKERS, HITS)


@dataclass(frozen=True)
class ListedId:
    """An id, the line on which it is, and the texts of the other columns by their folded names: {"workerid": …}."""

    line: int
    id: str
    others: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class IdList:
    """The ids of a list in their order, each once; `repeated` has pairs of a line and the earlier line with its id.

    In a table, an id may stand in several rows: only lists of nothing but ids have `repeated` lines.
    """

    ids: list[ListedId]
    repeated: list[tuple[int, int]]


def is_header(line: str, kind: IdKind) -> bool:
    """Whether a line is the header of a list that has nothing but a column of these ids."""
    return folded(line.strip(_INVISIBLE)) == folded(kind.column)


def header_names(lines: Iterator[bytes]) -> tuple[list[str], Iterator[bytes]]:
    """The folded names of a table's columns, [] for a list that is no table; and all lines again."""
    seen: list[bytes] = []
    for line in lines:
        seen.append(line)
        text = line.decode("utf-8-sig", "replace").strip(_INVISIBLE)
        if text and not text.startswith("#") and not text.lower().startswith("sep="):
            names = re.split("[,;\t]", text) if not text.startswith("{") else []
            return [folded(name) for name in names], itertools.chain(seen, lines)
    return [], iter(seen)


def read_id_list(chunks: Iterable[bytes], name: str, kind: IdKind, repeats: bool = False) -> IdList:
    """Read a list of ids; with `repeats`, its `ids` have every row of a table.

    Raises Problems with all problems of the file, or with one if it is another kind of file.
    """
    try:
        lines = utf8_lines(chunks)
        leading: list[bytes] = []
        for line in lines:
            text = decoded(line, len(leading) + 1).strip(_INVISIBLE)
            if text and not text.startswith("#"):
                head = [line, *itertools.islice(lines, _HEAD_LINES)]
                whole = itertools.chain([b"\n"] * len(leading), head, lines)
                text = b"".join(head).decode(errors="replace")
                return _read(whole, len(leading) + 1, text, name, kind, repeats)
            leading.append(line)
    except NotText as error:
        raise Problems([error.problem(name)]) from error
    return IdList([], [])


def _read(lines: Iterable[bytes], first: int, head: str, name: str, kind: IdKind, repeats: bool) -> IdList:
    """Read lines; those before line `first` are blank, `head` is the text from there on."""
    text = head.partition("\n")[0].strip(_INVISIBLE)
    if text.startswith("["):
        hint = f"write one id per line; to convert a JSON array: jq -r '.[]' {name}"
        raise Problems([Problem(name, f"is a JSON array, not a list with one {kind.noun} per line", hint)])
    is_table = text.lower().startswith("sep=") or any(sign in re.sub('"[^"]*"', "", text) for sign in DELIMITERS)
    items = _table(lines, name, kind) if is_table and not text.startswith("{") else _plain(lines, first, name, kind)
    ids: dict[str, ListedId] = {}
    problems: list[Problem] = []
    repeated: list[tuple[int, int]] = []
    further: list[ListedId] = []
    for item in items:
        if isinstance(item, Problem):
            problems.append(item)
        elif item.id in ids:
            if repeats and item.others:
                further.append(item)
            elif not item.others:
                repeated.append((item.line, ids[item.id].line))
        else:
            ids[item.id] = item
    if problems:
        # A file without any id is another kind of file: its first line shows that.
        # Records without a key are more often inputs where the ids of a batch are named.
        records = () if kind is HITS else (FileKind.INPUTS,)
        kinds = (FileKind.IDS, FileKind.RESULTS, FileKind.TABLE, *records)
        wrong = None if ids else wrong_kind(name, kind_of(head), *kinds)
        raise Problems(problems if ids else [wrong or problems[0]])
    return IdList([*ids.values(), *further], repeated)


def _table(lines: Iterable[bytes], name: str, kind: IdKind) -> Iterator[ListedId | Problem]:
    """The ids in the column of a table."""
    rows = rows_of(lines)
    line, names = header_of(rows)
    columns = [place for place, column in enumerate(names) if folded(column) == folded(kind.column)]
    if len(columns) != 1:
        yield Problem(f"{name}, line {line}", *_wrong_columns(names, columns, kind))
        return
    keys = [folded(column) for column in names]
    for line, row in rows:
        if not any(row) or row[0].startswith("#"):
            continue
        where = f"{name}, line {line}"
        if len(row) <= columns[0] or any(row[len(names) :]):
            yield Problem(where, *wrong_length(row, len(names), rows.delimiter))
            continue
        row = [as_written(cell) for cell in row]
        text = row[columns[0]].strip(_INVISIBLE)
        if not kind.pattern.fullmatch(text):
            yield Problem(where, f"{names[columns[0]]} is {text[:60]!r}, which is not {_a(kind.noun)}")
            continue
        # A column may be named twice: the first counts.
        others = dict(reversed(list(zip(keys, row, strict=False))))
        yield ListedId(line, text, others)


def _wrong_columns(names: list[str], columns: list[int], kind: IdKind) -> tuple[str, str]:
    """The problem of a header without exactly one column of ids, and the next step."""
    if columns:
        same = " and ".join(repr(names[place]) for place in columns)
        return f"has several columns of {kind.noun}s: {same}", "remove all but one of them"
    shown = ", ".join(repr(name[:40]) for name in names[:10]) + (", …" if len(names) > 10 else "")
    hint = f"name the column {kind.column}, or write one {kind.noun} per line"
    return f"has no column {kind.column}; its columns are {shown}", hint


def _plain(lines: Iterable[bytes], first: int, name: str, kind: IdKind) -> Iterator[ListedId | Problem]:
    """The ids of lines with an id or a JSON object each."""
    found: list[ListedId] = []
    problems = 0
    for number, line in enumerate(lines, start=1):
        text = decoded(line, number).strip(_INVISIBLE)
        if not text or text.startswith("#"):
            continue
        if number == first and is_header(unquoted(text), kind):
            continue
        if text.startswith("{"):
            item = _of_json(text, number, name, kind, is_whole=line.endswith(b"\n"))
        else:
            item = _of_text(unquoted(text), number, number == first, name, kind)
        if isinstance(item, Problem):
            problems += 1
            yield item
        else:
            found.append(item)
    if found and found[0].line == first and not problems and _may_be_header(found, kind):
        what = f"{found[0].id!r} may be a header, or {_a(kind.noun)}"
        hint = f"write {kind.column} as the header, or remove the line; an id can also be an argument of the command"
        yield Problem(f"{name}, line {first}", what, hint)
        return
    yield from found


def unquoted(text: str) -> str:
    """The text of a line that is an id, without quotes and invisible characters around it."""
    text = text.strip(_INVISIBLE)
    quoted = re.fullmatch("\"([^\"]*)\"|'([^']*)'", text)
    return (quoted[1] or quoted[2] or "").strip(_INVISIBLE) if quoted else text


def _may_be_header(found: list[ListedId], kind: IdKind) -> bool:
    """Whether the first of several lines may be a header although it could be an id."""
    first, *others = (item.id for item in found)
    if not others or found[0].others:
        return False
    if folded(first) in _HEADER_WORDS:
        return True
    return kind is WORKERS and not _is_amazons(first) and all(map(_is_amazons, others))


def _is_amazons(worker_id: str) -> bool:
    return len(worker_id) > 8 and AMAZON_WORKER_ID.fullmatch(worker_id) is not None


def _of_text(text: str, number: int, is_first: bool, name: str, kind: IdKind) -> ListedId | Problem:
    where = f"{name}, line {number}"
    other = next((other for other in KINDS if other is not kind and is_header(text, other)), None)
    if is_first and other:
        return Problem(where, f"the column is {text}, not {kind.column}", f"name a file of {kind.noun}s")
    if not kind.pattern.fullmatch(text):
        hint = f"name a file with one id per line, or CSV or JSON Lines with {kind.key}"
        return Problem(where, f"{text[:60]!r} is not {_a(kind.noun)}", hint)
    return ListedId(number, text)


def _of_json(text: str, number: int, name: str, kind: IdKind, is_whole: bool) -> ListedId | Problem:
    """The id in a record of JSON Lines, also in an API document: {"HIT": {"HITId": …}}."""
    where = f"{name}, line {number}"
    try:
        record = parse_json(text)
    except ValueError:
        hint = "the line is incomplete: remove it, or repair the file with simpleturk results --output"
        if is_whole:
            hint = f"write one id or one JSON object with {kind.key} per line"
        return Problem(where, f"has no {kind.noun}", hint)
    inner = [record, *(value for key, value in record.items() if folded(key) in ("hit", "assignment"))]
    members = [(key, value) for part in inner if isinstance(part, dict) for key, value in part.items()]
    values = {str(value): key for key, value in members if folded(key) == folded(kind.column) and value}
    if len(values) > 1:
        return Problem(where, f"has several {kind.noun}s: {' and '.join(values)}", "remove all but one of them")
    [text] = values or [""]
    if not text:
        return Problem(where, f"has no {kind.noun}", f"each line needs {kind.key}")
    if not kind.pattern.fullmatch(text):
        return Problem(where, f"{values[text]} is {text[:60]!r}, which is not {_a(kind.noun)}")
    others = {folded(key): _shown(value) for key, value in reversed(members)}
    return ListedId(number, text, others)


def _shown(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
