"""Fixtures of the review in the browser: a batch with answers, and its review over HTTP."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.conftest import do
from tests.review_app.served_review import ServedReview, served_review


@pytest.fixture
def answers(words: list[str], local: Marketplace) -> list[str]:
    """Five assignments that wait for review, in the order of the ids: two each of cat and dog, one of emu."""
    said = [("ann", "a cat"), ("bob", "a big cat"), ("ann", "a dog"), ("bob", "a dog"), ("eve", "<b>emu</b>")]
    places = [words[0], words[0], words[1], words[1], words[2]]
    return [do(local, hit, worker, ("answer", text)) for hit, (worker, text) in zip(places, said, strict=True)]


@pytest.fixture
def served(answers: list[str], tmp_path: Path) -> Iterator[ServedReview]:
    """The review of the batch, served; its cookie is taken already."""
    (tmp_path / "files").mkdir()
    with served_review(tmp_path / "files") as served:
        yield served.sign_in()
