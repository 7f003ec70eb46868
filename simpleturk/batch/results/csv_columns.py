"""The fields of answers → their columns in CSV, of which one strange answer must not make thousands.

Each field of the template has a column, then each field that many answers have. The others share one column as JSON,
which csv_reader.py reads.
"""

import json
import re
from collections.abc import Collection, Mapping

from simpleturk.mturk.answers import JSON_FIELDS

#: The most columns for fields that the template does not name. Spreadsheets have 16,384 columns at most.
MAX_COLUMNS = 1000

#: Fields in fewer than a tenth of the answers, or in only one, have columns if there are at most this many of them.
MAX_RARE = 100

#: The longest name of a column, in characters.
MAX_NAME = 200

#: In headers, programs lose blanks at the ends, and control characters.
_UNSAFE_NAME = re.compile(r"\A\s|\s\Z|\A\Z|[\x00-\x1f\x7f-\x9f\u2028\u2029]")

_ATTRIBUTE = re.compile(r"""(?i)(?<![\w-])name\s*=\s*(?:"([^"]{1,200})"|'([^']{1,200})'|([^\s"'>]{1,200}))""")
_IDENTIFIER = re.compile(r"<(?:\w+:)?QuestionIdentifier>\s*([^<]{1,200}?)\s*</")


def fields_of_template(text: str) -> frozenset[str]:
    """The fields that a template names: attributes `name` in HTML, identifiers of questions in XML.

    The text may name other things, too. Names with placeholders are left out.
    """
    names = {next(filter(None, groups)) for groups in _ATTRIBUTE.findall(text)} | set(_IDENTIFIER.findall(text))
    return frozenset(name for name in names if "{" not in name)


def columns_of_fields(counts: Mapping[str, int], answers: int, known: Collection[str]) -> list[str]:
    """The fields that have columns: those of the template (`known`), then others, both by name.

    `counts` has the number of answers with each field, `answers` is the number of all answers.
    """
    known = {*known, *JSON_FIELDS, "answer"}
    safe = [name for name in counts if len(name) <= MAX_NAME and not _UNSAFE_NAME.search(name)]
    others = [name for name in safe if name not in known]
    rare = [name for name in others if counts[name] < 2 or counts[name] * 10 < answers]
    if len(rare) > MAX_RARE:
        others = list(set(others).difference(rare))
    most = sorted(others, key=lambda name: (-counts[name], name))[:MAX_COLUMNS]
    return sorted(known.intersection(safe)) + sorted(most)


def others_cell(fields: Mapping[str, str]) -> str:
    """The cell of fields without columns; "" for none."""
    return json.dumps(fields, ensure_ascii=False) if fields else ""
