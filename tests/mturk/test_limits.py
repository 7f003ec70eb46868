"""Limits of the service, compared with botocore's model where the model has them."""

import re
from typing import Any

import pytest
from botocore.loaders import Loader

from simpleturk.mturk.limits import AMAZON_WORKER_ID, WORKER_ID

WORKER_SHAPE: dict[str, Any] = Loader().load_service_model("mturk", "service-2")["shapes"]["CustomerId"]


@pytest.mark.parametrize("worker_id", ["A1", "AB", "A" * 64, "A", "A" * 65, "B1", "Aa", ""])
def test_amazons_worker_ids_are_those_of_the_service_model(worker_id: str) -> None:
    in_model = len(worker_id) <= WORKER_SHAPE["max"] and re.match(WORKER_SHAPE["pattern"], worker_id)
    assert bool(AMAZON_WORKER_ID.fullmatch(worker_id)) == bool(in_model)


@pytest.mark.parametrize("worker_id", ["A1B2C3", "ann", "ann.b-c_d@example.org", "7" * 64])
def test_workers_may_choose_ids_that_read_as_names(worker_id: str) -> None:
    assert WORKER_ID.fullmatch(worker_id)


@pytest.mark.parametrize("worker_id", ["", "a b", "é", "a/b", "7" * 65, "ann\n"])
def test_other_characters_and_longer_ids_are_refused(worker_id: str) -> None:
    assert not WORKER_ID.fullmatch(worker_id)
