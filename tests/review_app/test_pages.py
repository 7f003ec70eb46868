from datetime import UTC, datetime
from decimal import Decimal

import pytest

from simpleturk.review_app.pages import duration, environment, moment, percent, plural, query, usd, when


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "–"),
        (0, "0 s"),
        (59.4, "59 s"),
        (200, "3 min 20 s"),
        (3000, "50 min"),
        (7500, "2 h 5 min"),
        (400_000, "4 days"),
    ],
)
def test_durations_are_short(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text


def test_figures_are_written_for_people() -> None:
    assert (percent(0.666), percent(None)) == ("67 %", "–")
    assert (usd(Decimal("1234.5")), usd(None)) == ("$1,234.50", "–")
    assert (plural(1, "worker"), plural(1200, "worker")) == ("1 worker", "1,200 workers")
    assert when(datetime(2026, 11, 27, 9, 5, tzinfo=UTC)) == "2026-11-27 09:05 UTC"


def test_queries_leave_out_what_is_empty() -> None:
    assert query({"q": "a b&c", "page": "3"}, page="") == "?q=a+b%26c"
    assert query({}, page=0) == "?"


def test_templates_escape_all_values() -> None:
    template = environment().from_string('<a title="{{ text }}">{{ text }}</a>')
    assert template.render(text="\"'<>&") == '<a title="&#34;&#39;&lt;&gt;&amp;">&#34;&#39;&lt;&gt;&amp;</a>'


def test_no_template_marks_a_value_as_safe() -> None:
    for name in environment().list_templates():
        source, _, _ = environment().loader.get_source(environment(), name)  # type: ignore[union-attr]
        assert "|safe" not in source.replace(" ", "") and "autoescape" not in source


def test_times_of_decisions_look_like_other_times() -> None:
    assert moment("2026-11-27T23:45:12.500Z") == "2026-11-27 23:45 UTC"
    assert moment("2026-11-28T00:45:12+01:00") == "2026-11-27 23:45 UTC"
    assert (moment("last week"), moment(None)) == ("last week", "")
