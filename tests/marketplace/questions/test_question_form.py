"""QuestionForms: what their schema allows, what workers may answer, and how tests are scored."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.marketplace.errors import RequestError
from simpleturk.marketplace.questions import answer_key
from simpleturk.marketplace.questions.question import parse_question
from simpleturk.marketplace.questions.question_form import Form, fill, other_name
from simpleturk.mturk.questions import SCHEMAS

FORM = f"""<QuestionForm xmlns="{SCHEMAS}/2005-10-01/QuestionForm.xsd">
<Overview><Title>About you</Title><Text>Please read.</Text><List><ListItem>one</ListItem></List>
<FormattedContent><![CDATA[<p>See <a href="https://example.org/">this</a>, <b>please</b>.</p>]]></FormattedContent>
</Overview>
<Question><QuestionIdentifier>colour</QuestionIdentifier><DisplayName>Colour</DisplayName><IsRequired>true</IsRequired>
<QuestionContent><Text>Which?</Text></QuestionContent><AnswerSpecification><SelectionAnswer>
<StyleSuggestion>radiobutton</StyleSuggestion><Selections>
<Selection><SelectionIdentifier>red</SelectionIdentifier><Text>Red</Text></Selection>
<Selection><SelectionIdentifier>blue</SelectionIdentifier><Text>Blue</Text></Selection>
</Selections></SelectionAnswer></AnswerSpecification></Question>
<Question><QuestionIdentifier>pets</QuestionIdentifier><QuestionContent><Text>Pets?</Text></QuestionContent>
<AnswerSpecification><SelectionAnswer><MinSelectionCount>1</MinSelectionCount><MaxSelectionCount>3</MaxSelectionCount>
<Selections><Selection><SelectionIdentifier>cat</SelectionIdentifier><Text>Cat</Text></Selection>
<Selection><SelectionIdentifier>dog</SelectionIdentifier><Text>Dog</Text></Selection>
<OtherSelection><Constraints><Length maxLength="5"/></Constraints></OtherSelection>
</Selections></SelectionAnswer></AnswerSpecification></Question>
<Question><QuestionIdentifier>age</QuestionIdentifier><IsRequired>false</IsRequired>
<QuestionContent><Text>Age?</Text></QuestionContent>
<AnswerSpecification><FreeTextAnswer><Constraints><IsNumeric minValue="18" maxValue="99"/></Constraints>
</FreeTextAnswer></AnswerSpecification></Question>
<Question><QuestionIdentifier>zip</QuestionIdentifier><QuestionContent><Text>Zip?</Text></QuestionContent>
<AnswerSpecification><FreeTextAnswer><Constraints><Length minLength="2" maxLength="5"/>
<AnswerFormatRegex regex="^[a-z]+$" errorText="Letters only." flags="i"/></Constraints>
<NumberOfLinesSuggestion>2</NumberOfLinesSuggestion></FreeTextAnswer></AnswerSpecification></Question>
</QuestionForm>"""

ANSWER_KEY = f"""<AnswerKey xmlns="{SCHEMAS}/2005-10-01/AnswerKey.xsd">
<Question><QuestionIdentifier>colour</QuestionIdentifier>
<AnswerOption><SelectionIdentifier>red</SelectionIdentifier><AnswerScore>10</AnswerScore></AnswerOption>
<AnswerOption><SelectionIdentifier>blue</SelectionIdentifier><AnswerScore>3</AnswerScore></AnswerOption>
<DefaultScore>-1</DefaultScore></Question>MAPPING</AnswerKey>""".replace("MAPPING", "")


def form(xml: str = FORM) -> Form:
    found = parse_question(xml).form
    assert found
    return found


GOOD = {"colour": ["red"], "zip": ["Ab"]}


def test_answers_are_stored_as_what_they_are() -> None:
    sent = GOOD | {"pets": ["dog", "cat"], other_name("pets"): ["newt"], "age": ["30"]}
    filled = fill(form(), sent)
    assert filled.problems == {}
    assert filled.fields == [
        ["colour", {"selections": ["red"], "other": None}],
        ["pets", {"selections": ["cat", "dog"], "other": "newt"}],
        ["age", "30"],
        ["zip", "Ab"],
    ]


@pytest.mark.parametrize(
    ("changes", "question", "said"),
    [
        ({"colour": []}, "colour", "Select 1."),
        ({"colour": ["red", "blue"]}, "colour", "Select 1."),
        ({"colour": ["green"]}, "colour", "Select 1."),
        ({"pets": ["cat"], other_name("pets"): ["crocodile"]}, "pets", "Write at most 5 characters."),
        ({"age": ["old"]}, "age", "Write a number."),
        ({"age": ["17"]}, "age", "The least is 18."),
        ({"age": ["100"]}, "age", "The most is 99."),
        ({"age": ["nan"]}, "age", "The most is 99."),
        ({"zip": [""]}, "zip", "Write an answer."),
        ({"zip": ["a"]}, "zip", "Write at least 2 characters."),
        ({"zip": ["abcdef"]}, "zip", "Write at most 5 characters."),
        ({"zip": ["ab1"]}, "zip", "Letters only."),
    ],
)
def test_broken_constraints_are_named_by_question(changes: dict[str, list[str]], question: str, said: str) -> None:
    assert fill(form(), GOOD | changes).problems == {question: said}


def test_what_need_not_be_answered_may_be_left_out() -> None:
    assert fill(form(), GOOD).fields == [["colour", {"selections": ["red"], "other": None}], ["zip", "Ab"]]


def test_a_hostile_expression_takes_nobodys_work_and_little_time() -> None:
    evil = FORM.replace("^[a-z]+$", "^(([a-z])+.)+[A-Z]([a-z])+$").replace('maxLength="5"/>\n<Ans', "/>\n<Ans")
    assert fill(form(evil), GOOD | {"zip": ["a" * 40]}).problems in ({}, {"zip": "Letters only."})


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("<Title>About you</Title>", "<Heading>x</Heading>", "[2,10]"),
        ("<IsRequired>true</IsRequired>", "<IsRequired>maybe</IsRequired>", "'maybe' is not true or false"),
        ("<QuestionIdentifier>age</QuestionIdentifier>", "", "needs QuestionIdentifier here"),
        ("<QuestionIdentifier>age</", "<QuestionIdentifier>zip</", "used twice"),
        ("<StyleSuggestion>radiobutton", "<StyleSuggestion>wheel", "is no StyleSuggestion"),
        ("<MaxSelectionCount>3", "<MaxSelectionCount>4", "cannot be made"),
        ("<MinSelectionCount>1", "<MinSelectionCount>-1", "is not a whole number"),
        ('regex="^[a-z]+$"', 'regex="("', "the regular expression cannot be read"),
        ('regex="^[a-z]+$"', "", "needs the attribute regex"),
        ('href="https://example.org/"', 'href="javascript:alert(1)"', "is not a web address"),
        ("<b>please</b>", "<script>x</script>", "may not hold the element script"),
        ("<b>please</b>", '<b onclick="x">please</b>', "may not have the attribute onclick"),
        ("<b>please</b>", "<b>please", "not well-formed"),
        ("<Text>Pets?</Text>", "<Application><Flash/></Application>", "no longer supported"),
        (
            "<FreeTextAnswer><Constraints><IsNumeric",
            "<FileUploadAnswer/><FreeTextAnswer><Constraints><IsNumeric",
            "one",
        ),
        ("</QuestionForm>", "<Other/></QuestionForm>", "holds Overview and Question"),
        ("2005-10-01/QuestionForm.xsd", "2005-10-02/QuestionForm.xsd", "Cannot find the declaration"),
    ],
)
def test_what_the_schema_forbids_is_refused_with_its_place(old: str, new: str, place: str) -> None:
    assert FORM.count(old) >= 1
    with pytest.raises(RequestError) as caught:
        parse_question(FORM.replace(old, new, 1))
    assert caught.value.code == "AWS.MechanicalTurk.XMLParseError"
    assert place in caught.value.message
    assert "[" in caught.value.message


def key(mapping: str = "") -> answer_key.Key:
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
def test_tests_are_scored(mapping: str, red: int, blue: int, nothing: int) -> None:
    given = [[["colour", {"selections": [one], "other": None}]] for one in ("red", "blue")]
    assert [answer_key.score(key(mapping), fields) for fields in (*given, [])] == [red, blue, nothing]


def test_only_the_exact_selection_scores() -> None:
    both: list[Any] = [["colour", {"selections": ["red", "blue"], "other": None}]]
    assert answer_key.score(key(), both) == -1


@pytest.mark.parametrize(
    ("old", "new"), [("colour", "age"), ("colour", "pets"), ("colour", "nothing"), (">red<", ">green<")]
)
def test_a_key_that_does_not_fit_its_test_is_refused(old: str, new: str) -> None:
    with pytest.raises(RequestError):
        answer_key.check_key(answer_key.read_key(ANSWER_KEY.replace(old, new)), form())


@given(
    st.recursive(
        st.sampled_from(["x", "", "<![CDATA[<p>]]>"]),
        lambda inner: st.tuples(
            st.sampled_from(
                "Overview Question QuestionIdentifier QuestionContent Text AnswerSpecification FreeTextAnswer "
                "SelectionAnswer Selections Selection FormattedContent Constraints List Binary".split()
            ),
            st.lists(inner, max_size=4),
        ).map(lambda pair: f"<{pair[0]}>{''.join(pair[1])}</{pair[0]}>"),
        max_leaves=12,
    )
)
def test_no_xml_breaks_the_reader(inner: str) -> None:
    try:
        parse_question(f'<QuestionForm xmlns="{SCHEMAS}/2017-11-06/QuestionForm.xsd">{inner}</QuestionForm>')
    except RequestError as error:
        assert error.code == "AWS.MechanicalTurk.XMLParseError"
