"""QuestionForms: which documents are read, and which errors the others cause."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.marketplace.errors import RequestError
from simpleturk.marketplace.questions.form_content import Content
from simpleturk.marketplace.questions.question import parse_question
from simpleturk.marketplace.questions.question_form import AnswerFormat, Form, FreeText, Selection
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


def form(xml: str = FORM) -> Form:
    """The form of a QuestionForm document."""
    read = parse_question(xml).form
    assert read
    return read


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("<Title>About you</Title>", "<Heading>x</Heading>", "[2,10]"),
        ("<IsRequired>true</IsRequired>", "<IsRequired>maybe</IsRequired>", "'maybe' is not true or false"),
        ("<QuestionIdentifier>age</QuestionIdentifier>", "", "needs QuestionIdentifier here"),
        ("<QuestionIdentifier>age</", "<QuestionIdentifier>zip</", "used twice"),
        ("<StyleSuggestion>radiobutton", "<StyleSuggestion>wheel", "is no StyleSuggestion"),
        ("<MaxSelectionCount>3", "<MaxSelectionCount>4", "do not fit 3 selections"),
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
def test_a_broken_rule_of_the_schema_is_refused_with_its_place(old: str, new: str, place: str) -> None:
    assert FORM.count(old) >= 1
    with pytest.raises(RequestError) as caught:
        parse_question(FORM.replace(old, new, 1))
    assert caught.value.code == "AWS.MechanicalTurk.XMLParseError"
    assert place in caught.value.message
    assert "[" in caught.value.message


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
def test_any_xml_is_read_or_refused(inner: str) -> None:
    try:
        parse_question(f'<QuestionForm xmlns="{SCHEMAS}/2017-11-06/QuestionForm.xsd">{inner}</QuestionForm>')
    except RequestError as error:
        assert error.code == "AWS.MechanicalTurk.XMLParseError"


def test_a_question_form_becomes_overviews_and_questions() -> None:
    overview, *questions = form().blocks
    assert isinstance(overview, tuple)
    assert [content.kind for content in overview] == ["title", "text", "list", "formatted"]
    assert overview[2] == Content("list", items=("one",))
    assert questions == form().questions
    assert [question.identifier for question in form().questions] == ["colour", "pets", "age", "zip"]
    assert [question.required for question in form().questions] == [True, False, False, False]


def test_constraints_and_selections_are_read() -> None:
    colour, pets, age, postcode = [question.answer for question in form().questions]
    assert isinstance(colour, Selection) and isinstance(pets, Selection)
    assert (colour.style, colour.min_selections, colour.max_selections, colour.other) == ("radiobutton", 1, 1, None)
    assert (pets.style, pets.max_selections, pets.other) == ("checkbox", 3, FreeText(max_length=5))
    assert age == FreeText(numeric=True, min_value=18, max_value=99)
    assert postcode == FreeText(
        min_length=2, max_length=5, formats=(AnswerFormat("^[a-z]+$", "Letters only.", True),), lines=2
    )
