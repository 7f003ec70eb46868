"""Marks in texts as CoNLL."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.batch.results.formats.conll import Conll
from simpleturk.errors import UsageError


def record(text: str, spans: Any, **more: Any) -> dict[str, Any]:
    ids = {"assignment_id": "A1", "hit_id": "H1", "worker_id": "W1"}
    return ids | {"output": {"names": spans}, "input": {"text": text}, "line": 4} | more


def span(text: str, start: int, end: int, label: str = "person") -> dict[str, Any]:
    return {"label": label, "start": start, "end": end, "text": text[start:end]}


def read(lines: str, text: str) -> list[dict[str, Any]]:
    """The marks in a text of CoNLL, found by following its tokens through the text."""
    found: list[dict[str, Any]] = []
    place = 0
    for line in lines.strip().splitlines():
        if line.startswith("# "):
            continue
        token, tag = line.split("\t")
        start = text.index(token, place)
        place = start + len(token)
        if tag.startswith("B-"):
            found.append({"label": tag[2:], "start": start, "end": place})
        elif tag.startswith("I-"):
            assert found[-1]["label"] == tag[2:]
            found[-1]["end"] = place
    return [span(text, one["start"], one["end"], one["label"]) for one in found]


WORDS = st.lists(st.sampled_from(["Ada", "é🙂", "don't", "漢字", "U.S.", "x", "¿", "1,5"]), min_size=1, max_size=12)


@given(WORDS, st.data())
def test_every_mark_of_a_generated_text_comes_back(words: list[str], data: st.DataObject) -> None:
    text = "  ".join(words)
    inside = [number for number, sign in enumerate(text) if not sign.isspace()]
    edges = sorted(data.draw(st.sets(st.sampled_from(inside), max_size=len(inside))))
    pairs = list(zip(edges[::2], edges[1::2], strict=False))
    labels = st.sampled_from(["person", "place"])
    spans = [span(text, start, end + 1, data.draw(labels)) for start, end in pairs]
    writer = Conll()
    writer.add(record(text, spans))
    assert read("".join(writer.lines()), text) == spans
    assert not writer.left_out


def test_a_text_has_its_ids_and_tags() -> None:
    text = "Ada Lovelace met him in London."
    writer = Conll()
    writer.add(record(text, [span(text, 24, 30, "big place"), span(text, 0, 12)]))
    assert "".join(writer.lines()) == (
        "# assignment_id = A1\n# worker_id = W1\n# line = 4\n"
        "Ada\tB-person\nLovelace\tI-person\nmet\tO\nhim\tO\nin\tO\nLondon\tB-big_place\n.\tO\n\n"
    )


def test_what_has_no_place_is_counted() -> None:
    text = "one two three"
    writer = Conll()
    writer.add(record(text, [span(text, 0, 7), span(text, 4, 13), span(text, 3, 4)]))
    writer.add(record("other", [span(text, 4, 13)]))
    writer.add(record(text, "no marks"))
    assert writer.left_out == {
        "mark that overlaps another": 1,
        "mark without a word or sign": 1,
        "answer whose text is not in the input": 1,
        "answer without marks in a text": 1,
    }
    assert re.findall(r"\t(\S+)", "".join(writer.lines())) == ["B-person", "I-person", "O"]


def test_one_of_several_fields_is_chosen() -> None:
    text = "one two"
    both = record(text, [span(text, 0, 3)]) | {"output": {"a": [span(text, 0, 3)], "b": [span(text, 4, 7)]}}
    with pytest.raises(UsageError, match="several fields of marked text: a, b"):
        Conll().add(both)
    writer = Conll("b")
    writer.add(both)
    assert "two\tB-person" in "".join(writer.lines())
