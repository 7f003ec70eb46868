"""A batch whose inputs name local files."""

from hashlib import sha256
from pathlib import Path

import pytest

from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.conftest import Files

TEMPLATE = (
    '<!doctype html><title>T</title><form action="https://www.mturk.com/mturk/externalSubmit">'
    '<img alt="x" src="{{ asset(input.image) }}"><input name="a"><button>Submit</button></form>'
)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
NAME = f"{sha256(PNG).hexdigest()}.png"


@pytest.fixture
def batch(batch_files: Files, folder: Path) -> Path:
    (folder / "images").mkdir()
    (folder / "images" / "a.png").write_bytes(PNG)
    (folder / "images" / "é 🙂.png").write_bytes(PNG)
    batch_files([{"image": "images/a.png"}, {"image": "images/é 🙂.png"}], template=TEMPLATE)
    return folder


def questions(local: Marketplace) -> list[str]:
    from sqlalchemy import select

    from simpleturk.marketplace.store.questions import question_of_hit
    from simpleturk.marketplace.store.schema import hits

    with local.read() as transaction:
        hit_ids = transaction.scalars(select(hits.c.hit_id).order_by(hits.c.seq))
        return [question_of_hit(transaction, hit_id) for hit_id in hit_ids]
