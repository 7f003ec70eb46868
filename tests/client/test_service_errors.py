"""Error responses of an endpoint, in the user's words."""

import pytest
from botocore.stub import Stubber

from simpleturk.client.client import MTurk
from simpleturk.client.endpoints import Endpoint
from simpleturk.client.service_errors import unreachable
from simpleturk.errors import AlreadyExists, MarketplaceError, NoSuchAssignment, NoSuchHIT, WrongState


@pytest.mark.parametrize(
    ("code", "turk_code", "text", "error", "message"),
    [
        ("RequestError", "AWS.MechanicalTurk.HITDoesNotExist", "Hit 3X does not exist. (1624047673969)", NoSuchHIT,
         "HIT 3X does not exist on the sandbox"),
        ("RequestError", None, "Hit 3X does not exist. (1523017679385 s)", NoSuchHIT,
         "HIT 3X does not exist on the sandbox"),
        ("RequestError", None, "Assignment 3X does not exist.", NoSuchAssignment,
         "Assignment 3X does not exist on the sandbox"),
        ("RequestError", "AWS.MechanicalTurk.InvalidAssignmentState", "no", WrongState, "the sandbox refused: no"),
        ("RequestError", None, "This operation can be called with a status of: Submitted (1)", WrongState,
         "the sandbox refused: This operation can be called with a status of: Submitted"),
        ("ValidationException", None, "1 validation error", MarketplaceError,
         "the sandbox refused: 1 validation error"),
    ],
)  # fmt: skip
def test_error_codes_and_messages_become_errors_of_simpleturk(
    stub: tuple[MTurk, Stubber],
    code: str,
    turk_code: str | None,
    text: str,
    error: type[MarketplaceError],
    message: str,
) -> None:
    mturk, stubber = stub
    fields = {"TurkErrorCode": turk_code} if turk_code else {}
    stubber.add_client_error("get_hit", code, text, modeled_fields=fields or None)
    with pytest.raises(MarketplaceError) as caught:
        mturk.hit("3X")
    assert type(caught.value) is error
    assert caught.value.message == message


def test_a_repeated_token_is_reported_with_the_hit_that_it_created(stub: tuple[MTurk, Stubber]) -> None:
    mturk, stubber = stub
    hit_id = "3" + "A" * 29
    stubber.add_client_error(
        "create_hit_with_hit_type",
        "RequestError",
        f"The HIT with ID {hit_id} already exists (16)",
        modeled_fields={"TurkErrorCode": "AWS.MechanicalTurk.HitAlreadyExists"},
    )
    with pytest.raises(AlreadyExists) as caught:
        mturk.create_hit("3T", "q", "token", {"LifetimeInSeconds": 60})
    assert caught.value.hit_id == hit_id


@pytest.mark.parametrize(
    ("url", "hint"),
    [
        ("http://127.0.0.1:8484", 'start the server, for example with "simpleturk serve", then run the command again'),
        ("https://turk.example", "check the network and the endpoint, then run the command again"),
    ],
)
def test_the_hint_for_an_endpoint_without_a_response_depends_on_where_it_is(url: str, hint: str) -> None:
    error = unreachable(OSError("refused"), Endpoint("endpoint", url, spends_money=False))
    assert (error.message, error.hint) == (f"{url} cannot be reached: refused", hint)
