import json

from simpleturk.review_app.comparison import MAX_SHOWN, compared, field_values, new_words, value_of
from tests.batch.review.queue.made_items import made_item


def test_what_differs_is_marked_word_by_word() -> None:
    item = made_item("3A", output='{"text": "a red cat", "kind": "Cat", "n": 1}')
    other = made_item("3B", "bob", output='{"text": "a big red bird", "kind": " cat ", "n": 2, "more": true}')
    rows = {row.name: row for row in compared(item, [other])}
    assert [piece.strip() for piece, is_new in rows["text"].others[0].pieces if is_new] == ["big", "bird"]
    assert "".join(piece for piece, _ in rows["text"].others[0].pieces) == "a big red bird"
    assert not rows["kind"].differs
    assert rows["n"].differs and rows["n"].others[0].value == value_of(2)
    assert rows["more"].value is None and rows["more"].differs


def test_a_field_that_only_this_answer_has_differs() -> None:
    [row] = compared(made_item("3A", output='{"a": 1}'), [made_item("3B", "bob", output="{}")])
    assert row.others[0].value is None and row.others[0].differs


def test_long_values_are_cut_and_counted() -> None:
    value = value_of("x" * (MAX_SHOWN + 5))
    assert (len(value.text), value.left_out, value.is_json) == (MAX_SHOWN, 5, False)
    fields, more = field_values({str(number): number for number in range(1000)})
    assert (len(fields), more) == (200, 800)


def test_texts_of_many_words_are_not_compared_word_by_word() -> None:
    text = " ".join(map(str, range(800)))
    assert new_words(text, text + " x") == [(text + " x", False)]
    assert new_words("", "a") == [("a", True)]


def test_values_that_are_no_text_are_shown_as_json() -> None:
    assert value_of({"a": "é"}).text == json.dumps({"a": "é"}, ensure_ascii=False)
