"""What the page of one assignment shows."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from simpleturk.batch.results.files import uploads_of
from simpleturk.mturk.media_types import BINARY
from simpleturk.mturk.uploads import Upload
from simpleturk.review_app.comparison import MAX_OTHERS, Correction, Row, Value, compared, corrections_of, field_values
from simpleturk.review_app.corrections import as_json, editable_fields

if TYPE_CHECKING:
    from simpleturk.batch.review.decision import Decision
    from simpleturk.batch.review.queue.items import Item
    from simpleturk.batch.review.queue.worker_record import WorkerRecord
    from simpleturk.review_app.session import Review

#: The most characters of an output that can be edited in the browser.
MAX_EDITED = 200_000

#: Media types of uploaded files that the page itself shows.
_MEDIA_TYPE = re.compile(r"[a-z]{1,20}/[a-z0-9.+-]{1,80}")
_SHOWN = {"image": "image", "audio": "audio", "video": "video"}


@dataclass(frozen=True)
class UploadedFile:
    """A file of an answer: its address here, and how the page shows it: image, audio, video, open or download."""

    upload: Upload
    url: str
    kind: str


@dataclass(frozen=True)
class ShownFrame:
    """The frame of a HIT: its address and its height in pixels (0: fits the content), or why there is none."""

    url: str = ""
    height: int = 0
    reason: str = ""


@dataclass(frozen=True)
class ItemView:
    """One assignment as the page shows it. `place` counts from 1, 0 for work outside of the order."""

    item: "Item"
    decision: "Decision | None"
    verdict: str
    record: "WorkerRecord"
    place: int
    previous: str | None
    following: str | None
    next_open: str | None
    fields: dict[str, Value]
    more_fields: int
    corrections: dict[str, Correction]
    more_corrections: int
    inputs: dict[str, Value] | None
    more_inputs: int
    rows: Sequence[Row]
    others: "Sequence[Item]"
    more_others: int
    agreement: float | None
    files: Sequence[UploadedFile]
    rest: int
    edited: dict[str, str] | None
    edited_json: str | None
    frame: ShownFrame
    next_frame: ShownFrame | None

    @property
    def due_seconds(self) -> int | None:
        """Seconds until the work is approved automatically; None for reviewed work."""
        return int((self.item.due - datetime.now(UTC)).total_seconds()) if self.item.due else None


def view_of(review: "Review", item: "Item", frame_of: "Callable[[Item], ShownFrame]") -> ItemView:
    """The view of an item. `frame_of` gives the frame of its HIT, and of the next one."""
    name, next_open = item.assignment_id, review.next_open(item.assignment_id)
    following = review.item(next_open) if next_open else None
    decision, others = review.log.get(name), review.items.others(item)
    shown, more = field_values(item.output)
    inputs: tuple[dict[str, Value] | None, int] = (None, 0)
    if "input" in item.record:
        inputs = field_values(item.input)
    place = review.place(name)
    output = decision.output if decision and decision.output is not None else item.output
    text: str | None = as_json(output)
    if text is not None and len(text) > MAX_EDITED:
        text = None
    return ItemView(
        item,
        decision,
        review.verdict(item),
        review.record(item.worker_id),
        0 if place is None else place + 1,
        review.neighbour(name, -1),
        review.neighbour(name, 1),
        next_open,
        shown,
        more,
        *corrections_of(item, decision),
        *inputs,
        compared(item, others) if others else (),
        others[:MAX_OTHERS],
        max(0, len(others) - MAX_OTHERS),
        review.answer_agreement(item),
        files_of(item),
        len(review.rest_of_worker(item.worker_id)),
        editable_fields(output) if text is not None else None,
        text,
        frame_of(item),
        frame_of(following) if following else None,
    )


def files_of(item: "Item") -> list[UploadedFile]:
    """The files of an answer, each once."""
    files = {upload.sha256: upload for upload in uploads_of(item.assignment)}
    return [
        UploadedFile(upload, f"/files/{item.assignment_id}/{digest}", kind_of(upload))
        for digest, upload in files.items()
    ]


def kind_of(upload: Upload) -> str:
    """How a page shows a file. Types are as the worker's browser said, so the answer's own bytes are not trusted."""
    media = upload.type.partition(";")[0].strip().lower()
    main = media.partition("/")[0]
    if main in _SHOWN and media != "image/svg+xml":
        return _SHOWN[main]
    return "open" if media in ("text/plain", "application/pdf") else "download"


def served_type(upload: Upload) -> str:
    """The media type with which a file is served: its own if browsers only show or play it."""
    media = upload.type.partition(";")[0].strip().lower()
    if kind_of(upload) == "download" or not _MEDIA_TYPE.fullmatch(media):
        return BINARY
    return "text/plain; charset=utf-8" if media == "text/plain" else media
