"""Answer keys: which tests they fit, and how they score answers."""

from typing import Any

import pytest

from simpleturk.marketplace.errors import RequestError
from simpleturk.marketplace.questions import answer_key
from simpleturk.mturk.questions import SCHEMAS
from tests.marketplace.questions.test_question_form import form

ANSWER_KEY = f"""<AnswerKey xmlns="{SCHEMAS}/2005-10-01/AnswerKey.xsd">
<Question><QuestionIdentifier>colour</QuestionIdentifier>
<AnswerOption><SelectionIdentifier>red</SelectionIdentifier><AnswerScore>10</AnswerScore></AnswerOption>
<AnswerOption><SelectionIdentifier>blue</SelectionIdentifier><AnswerScore>3</AnswerScore></AnswerOption>
<DefaultScore>-1</DefaultScore></Question></AnswerKey>"""


def key(mapping: str = "") -> answer_key.AnswerKey:
    if mapping:
        mapping = f"<QualificationValueMapping>{mapping}</QualificationValueMapping>"
    return answer_key.read_key(ANSWER_KEY.replace("</AnswerKey>", f"{mapping}</AnswerKey>"))


RANGES = (
    "<RangeMapping><SummedScoreRange><InclusiveLowerBound>5</InclusiveLowerBound><InclusiveUpperBound>10"
    "</InclusiveUpperBound><QualificationValue>2</QualificationValue></SummedScoreRange>"
    "<OutOfRangeQualificationValue>0</OutOfRangeQualificationValue></RangeMapping>"
)


@pytest.mark.parametrize(
    ("mapping", "red", "blue", "nothing"),
    [
        ("", 10, 3, -1),
        ("<PercentageMapping><MaximumSummedScore>16</MaximumSummedScore></PercentageMapping>", 63, 19, -6),
        ("<ScaleMapping><SummedScoreMultiplier>1.5</SummedScoreMultiplier></ScaleMapping>", 15, 5, -2),
        (RANGES, 2, 0, 0),
    ],
)
def test_the_mapping_turns_the_sum_of_scores_into_a_value(mapping: str, red: int, blue: int, nothing: int) -> None:
    answers = [[["colour", {"selections": [colour], "other": None}]] for colour in ("red", "blue")]
    assert [answer_key.score(key(mapping), fields) for fields in (*answers, [])] == [red, blue, nothing]


def test_an_option_scores_only_for_exactly_its_selections() -> None:
    both: list[Any] = [["colour", {"selections": ["red", "blue"], "other": None}]]
    assert answer_key.score(key(), both) == -1


@pytest.mark.parametrize(
    ("old", "new"), [("colour", "age"), ("colour", "pets"), ("colour", "nothing"), (">red<", ">green<")]
)
def test_a_key_that_does_not_fit_its_test_is_refused(old: str, new: str) -> None:
    with pytest.raises(RequestError):
        answer_key.check_key(answer_key.read_key(ANSWER_KEY.replace(old, new)), form())


def test_a_value_stays_within_32_bits() -> None:
    scale = "<ScaleMapping><SummedScoreMultiplier>1000000</SummedScoreMultiplier></ScaleMapping>"
    large = answer_key.read_key(
        ANSWER_KEY.replace("<AnswerScore>10<", "<AnswerScore>999999999<").replace(
            "</AnswerKey>", f"<QualificationValueMapping>{scale}</QualificationValueMapping></AnswerKey>"
        )
    )
    assert answer_key.score(large, [["colour", {"selections": ["red"], "other": None}]]) == 2**31 - 1


@pytest.mark.parametrize(
    ("mapping", "problem"),
    [
        ("<PercentageMapping><MaximumSummedScore>0</MaximumSummedScore></PercentageMapping>", "at least 1"),
        ("<ScaleMapping><SummedScoreMultiplier>NaN</SummedScoreMultiplier></ScaleMapping>", "'NaN' is not a number"),
        ("<ScaleMapping/>", "needs SummedScoreMultiplier here"),
        ("<OtherMapping/>", "OtherMapping is no mapping"),
    ],
)
def test_a_mapping_that_cannot_be_applied_is_refused(mapping: str, problem: str) -> None:
    with pytest.raises(RequestError, match=problem):
        key(mapping)
