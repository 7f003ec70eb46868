"""The operator's word for a HIT."""

import pytest

from simpleturk.marketplace.web.wording import plural_of, reworded


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        ("Open a HIT to preview it.", "task", "Open a task to preview it."),
        ("A HIT is small. HITs are small.", "item", "An item is small. Items are small."),
        ("<dt>HITs left</dt>", "survey", "<dt>Surveys left</dt>"),
        ('{% block title %}x{% endblock %}{{ "HITs" }}', "study", '{% block title %}x{% endblock %}{{ "Studies" }}'),
        ("Find HITs", "task", "Find tasks"),
        ("This HIT is over.", "HIT", "This HIT is over."),
        ("WHITE HITs, hit and HITType", "task", "WHITE tasks, hit and HITType"),
    ],
)
def test_a_text_has_the_operators_word_in_the_form_that_fits(text: str, word: str, expected: str) -> None:
    assert reworded(text, word) == expected


def test_plurals() -> None:
    assert [plural_of(word) for word in ("task", "study", "box", "survey", "batch")] == [
        "tasks",
        "studies",
        "boxes",
        "surveys",
        "batches",
    ]
