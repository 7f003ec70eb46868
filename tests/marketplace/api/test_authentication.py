"""Callers: each requester sees only their own things."""

from typing import Any

import pytest


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
