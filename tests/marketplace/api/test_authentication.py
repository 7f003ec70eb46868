"""Callers: each requester sees only their own things."""

import http.client
import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from simpleturk.marketplace.api.signature import secret_of
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.people.requesters import add_key, add_requester
from simpleturk.marketplace.web.settings import ServerSettings
from tests.conftest import serving


@pytest.fixture
def call(marketplace: Marketplace) -> Callable[[str, str], tuple[int, str]]:
    """Send a call to a server at an address, signed with a requester's key for a host; return status and body."""
    with marketplace.write() as transaction:
        key = add_key(transaction, add_requester(transaction, "Lab"))
    credentials = Credentials(key.access_key_id, secret_of(marketplace.store, key.access_key_id))

    def send(address: str, host: str) -> tuple[int, str]:
        target = "MTurkRequesterServiceV20170117.GetAccountBalance"
        headers = {"Host": host, "X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}
        request = AWSRequest("POST", f"http://{host}/", headers=headers, data=b"{}")
        SigV4Auth(credentials, "mturk-requester", "us-east-1").add_auth(request)
        connection = http.client.HTTPConnection(urlsplit(address).netloc)
        connection.putrequest("POST", "/", skip_host=True, skip_accept_encoding=True)
        for name, value in request.headers.items():
            connection.putheader(name, value)
        connection.putheader("Content-Length", "2")
        connection.endheaders(b"{}")
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer.status, body

    return send


OWN_HOSTS = [
    "127.0.0.1",
    "localhost:8484",
    "work.example.org",
    "WORK.example.org:443",
    "mturk-requester.us-east-1.amazonaws.com",
    "mturk-requester-sandbox.us-east-1.amazonaws.com",
]


@pytest.mark.parametrize("host", OWN_HOSTS)
def test_a_call_that_is_signed_for_a_name_of_the_marketplace_is_accepted(
    call: Callable[[str, str], tuple[int, str]], marketplace: Marketplace, host: str
) -> None:
    with serving(marketplace, ServerSettings(open_access=False, hosts=("work.example.org",))) as address:
        assert call(address, host)[0] == 200


@pytest.mark.parametrize("host", ["relay.example", "work.example.org.relay.example", "10.1.2.3:8484"])
def test_a_call_that_was_signed_for_another_server_is_refused(
    call: Callable[[str, str], tuple[int, str]],
    marketplace: Marketplace,
    host: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings = ServerSettings(open_access=False, hosts=("work.example.org",))
    with caplog.at_level(logging.WARNING, "simpleturk.marketplace"), serving(marketplace, settings) as address:
        for _ in range(2):
            status, body = call(address, host)
            assert status == 400
            assert "InvalidSignatureException" in body
    [message] = [record.getMessage() for record in caplog.records if "refused an API call" in record.getMessage()]
    assert repr(host) in message
    assert "[site]" in message


def test_requesters_do_not_see_each_others_things(signing: Any) -> None:
    lab, other = signing("Lab"), signing("Other")
    hit = lab.create_hit(
        Title="t", Description="d", Reward="0.10", AssignmentDurationInSeconds=60, LifetimeInSeconds=60, **QUESTION
    )["HIT"]
    lab.create_worker_block(WorkerId="ann", Reason="r")
    kind = lab.create_qualification_type(Name="q", Description="d", QualificationTypeStatus="Active")
    kind_id = kind["QualificationType"]["QualificationTypeId"]
    assert other.list_hits()["HITs"] == []
    assert other.list_worker_blocks()["WorkerBlocks"] == []
    assert other.list_qualification_types(MustBeRequestable=False)["QualificationTypes"] == []
    for call, parameters in (
        (other.get_hit, {"HITId": hit["HITId"]}),
        (other.delete_hit, {"HITId": hit["HITId"]}),
        (other.list_assignments_for_hit, {"HITId": hit["HITId"]}),
        (other.get_qualification_type, {"QualificationTypeId": kind_id}),
        (other.create_hit_with_hit_type, {"HITTypeId": hit["HITTypeId"], "LifetimeInSeconds": 60, **QUESTION}),
        (other.associate_qualification_with_worker, {"QualificationTypeId": kind_id, "WorkerId": "ann"}),
    ):
        with pytest.raises(other.exceptions.RequestError, match="does not exist"):
            call(**parameters)


QUESTION = {
    "Question": '<HTMLQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2011-11-11/'
    'HTMLQuestion.xsd"><HTMLContent><![CDATA[<p>Hi</p>]]></HTMLContent><FrameHeight>0</FrameHeight></HTMLQuestion>'
}
