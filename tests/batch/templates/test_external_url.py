"""External URLs: values of inputs become parts of an address, but never change its host or folder."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simpleturk.batch.templates.external_url import ExternalPage
from simpleturk.errors import Problems
from simpleturk.marketplace.questions.question import parse_question


def external(url: str, value: dict[str, Any]) -> str:
    """The address that a property and an input make."""
    rendered = parse_question(ExternalPage(url, 0, Path("p.json")).render(value)).url
    assert rendered
    return rendered


@pytest.mark.parametrize(
    ("url", "value", "made"),
    [
        ("{{ url }}", {"url": "https://x.org/a?b=1&c=2#d"}, "https://x.org/a?b=1&c=2#d"),
        (" {{ url }}?x={{ y }} ", {"url": "https://x.org", "y": "&=?"}, "https://x.org?x=%26%3D%3F"),
        ("https://x.org/{{ a }}", {"a": "b/c d.html"}, "https://x.org/b/c%20d.html"),
        ("https://x.org/?q={{ a }}&r=1", {"a": "x&r=2#z%41é\n"}, "https://x.org/?q=x%26r%3D2%23z%2541%C3%A9%0A&r=1"),
        ("https://x.org/?q={{ a|urlencode }}", {"a": "a b/&"}, "https://x.org/?q=a%20b/%26"),
        ("https://x.org/?q={{ input }}", {"a": [1]}, "https://x.org/?q=%7B%22a%22:%20%5B1%5D%7D"),
        ("https://{{ a }}/task", {"a": "lab.example.org:8080"}, "https://lab.example.org:8080/task"),
        ("https://x.org{{ a }}", {"a": "/task"}, "https://x.org/task"),
        ("https://x.org/?q={{ a }}{{ b }}{{ c }}", {"a": True, "b": None, "c": 1.5}, "https://x.org/?q=true1.5"),
    ],
)
def test_values_are_escaped_in_the_url(url: str, value: dict[str, Any], made: str) -> None:
    assert external(url, value) == made


@pytest.mark.parametrize(
    ("url", "value"),
    [
        ("https://{{ a }}.example.org/", "evil.com/"),
        ("https://lab.example.org{{ a }}", ".evil.com/"),
        ("https://lab.example.org{{ a }}", ":8080/"),
        ("https://lab.example.org{{ a }}/", "@evil.com"),
        ("https://x.org/tasks/{{ a }}", "../../admin"),
        ("https://x.org/tasks/{{ a }}", "a/.."),
    ],
)
def test_a_value_cannot_lead_to_another_host_or_folder(url: str, value: str) -> None:
    with pytest.raises(Problems, match=r"p\.json: ExternalURL: "):
        external(url, {"a": value})


@given(text=st.text())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_value_changes_the_parts_of_the_url(text: str) -> None:
    if {"\0", "\1"} & set(text) or any("\ud800" <= sign <= "\udfff" for sign in text):
        return
    parts = urlsplit(external("https://x.org/task?q={{ q }}&end=1#f", {"q": text}))
    assert (parts.netloc, parts.path, parts.fragment) == ("x.org", "/task", "f")
    assert parse_qsl(parts.query, keep_blank_values=True) == [("q", text), ("end", "1")]
