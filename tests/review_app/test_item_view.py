import json

import pytest

from simpleturk.mturk.media_types import BINARY
from simpleturk.mturk.uploads import Upload
from simpleturk.review_app.comparison import Correction, Value
from simpleturk.review_app.item_view import ShownFrame, files_of, kind_of, served_type, view_of
from tests.batch.review.queue.made_items import made_item
from tests.review_app.served_review import the_review


@pytest.mark.parametrize(
    ("media", "kind", "served"),
    [
        ("image/png", "image", "image/png"),
        ("IMAGE/PNG; a=b", "image", "image/png"),
        ("image/svg+xml", "download", BINARY),
        ("audio/webm;codecs=opus", "audio", "audio/webm"),
        ("video/mp4", "video", "video/mp4"),
        ("text/plain", "open", "text/plain; charset=utf-8"),
        ("text/html", "download", BINARY),
        ("application/pdf", "open", "application/pdf"),
        ("image/png\r\nX-Evil: 1", "image", BINARY),
        ("image/<script>", "image", BINARY),
        ("", "download", BINARY),
    ],
)
def test_only_files_that_browsers_show_without_running_them_are_shown(media: str, kind: str, served: str) -> None:
    upload = Upload("f", 1, media, "0" * 64)
    assert (kind_of(upload), served_type(upload)) == (kind, served)


def test_a_file_is_listed_once_under_its_digest() -> None:
    upload = {"name": "../<b>.png", "size": 3, "type": "image/png", "sha256": "ab" * 32}
    item = made_item("3A", output=json.dumps([upload, upload]))
    assert [file.url for file in files_of(item)] == [f"/files/3A/{'ab' * 32}"]


def test_the_view_has_what_is_decided_and_who_answered_the_same(answers: list[str]) -> None:
    review = the_review()
    item = review.items.by_id[answers[0]]
    review.change([item], "output", {"field.answer": "a lion"})
    view = view_of(review, item, lambda shown: ShownFrame(f"/frame/{shown.assignment_id}"))
    assert (view.place, view.previous, view.following, view.next_open) == (1, None, answers[1], answers[1])
    assert view.corrections == {"answer": Correction(Value("a cat"), Value("a lion"))}
    assert view.agreement == review.answer_agreement(item) == 0
    assert view.edited == {"answer": "a lion"} and view.fields["answer"].text == "a cat"
    assert [other.worker_id for other in view.others] == ["bob"]
    assert view.next_frame == ShownFrame(f"/frame/{answers[1]}")
    assert view.rest == 2 and view.due_seconds is not None and view.due_seconds > 0
    assert view.inputs is not None and view.inputs["word"].text == "cat"
