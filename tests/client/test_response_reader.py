"""Responses read without botocore's parser are those that botocore reads."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.parsers import ResponseParserFactory

from simpleturk.client.connect import connect, parse_time
from simpleturk.client.response_reader import ResponseReader
from tests.client.conftest import LOCAL

MODEL = ServiceModel(Loader().load_service_model("mturk", "service-2"), "mturk")
FACTORY = ResponseParserFactory()
FACTORY.set_parser_defaults(timestamp_parser=parse_time)
HEADERS = {"x-amzn-RequestId": "r1", "Content-Type": "application/x-amz-json-1.1"}


def parsed_by_botocore(shape: Any, body: bytes) -> dict[str, Any]:
    parser = FACTORY.create_parser("json")
    document = parser.parse({"body": body, "headers": HEADERS, "status_code": 200}, shape)
    document.pop("ResponseMetadata")
    return dict(document)


def example(shape: Any, chosen: random.Random) -> Any:
    """A JSON value of a shape: with missing members, null, and members that the model does not have."""
    if shape.type_name == "structure":
        members = {name: example(member, chosen) for name, member in shape.members.items() if chosen.random() < 0.8}
        nothing = {name: None for name in shape.members if chosen.random() < 0.1}
        return members | nothing | {"New": [1, {"a": None}]}
    if shape.type_name == "list":
        return [example(shape.member, chosen) for _ in range(chosen.randrange(4))]
    if shape.type_name == "map":
        return {f"k{number}": example(shape.value, chosen) for number in range(3)}
    values: dict[str, list[Any]] = {
        "timestamp": [0, 1800000000.123, "2026-11-27T10:00:00Z"],
        "boolean": [True, False],
        "string": ["", "é"],
    }
    return chosen.choice(values.get(shape.type_name, [0, 7]))


@pytest.mark.parametrize("operation", MODEL.operation_names)
def test_every_operations_response_is_what_botocore_reads(operation: str) -> None:
    reader, shape = ResponseReader(parse_time), MODEL.operation_model(operation).output_shape
    chosen = random.Random(operation)
    for _ in range(20):
        body = json.dumps(example(shape, chosen) if shape else {}).encode()
        assert reader.read(shape, body) == parsed_by_botocore(shape, body)


def test_a_response_of_the_local_marketplace_has_the_metadata_of_other_responses(tmp_path: Path) -> None:
    response = connect(LOCAL, database=tmp_path / "m.db").calls.call("get_account_balance")
    metadata = response["ResponseMetadata"]
    assert metadata["HTTPStatusCode"] == 200 and metadata["RetryAttempts"] == 0
    assert metadata["RequestId"] == metadata["HTTPHeaders"]["x-amzn-requestid"]
    assert response["AvailableBalance"]


def test_a_refusal_of_the_local_marketplace_is_botocores_error_and_is_made_once(tmp_path: Path) -> None:
    client = connect(LOCAL, database=tmp_path / "m.db").calls.client
    with pytest.raises(client.exceptions.RequestError) as caught:
        client.get_hit(HITId="3NONE")
    assert caught.value.response["TurkErrorCode"] == "AWS.MechanicalTurk.HITDoesNotExist"
    assert caught.value.response["Error"]["Message"].startswith("Hit 3NONE does not exist")
    assert client.get_account_balance()["ResponseMetadata"]["HTTPStatusCode"] == 200
