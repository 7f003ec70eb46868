"""The names of fields that a question shows."""

from simpleturk.marketplace.questions.field_names import field_names
from simpleturk.mturk.questions import question_xml

FORM = """<QuestionForm xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2017-11-06/QuestionForm.xsd">
<Question><QuestionIdentifier>q1</QuestionIdentifier><QuestionContent><Text>?</Text></QuestionContent>
<AnswerSpecification><FreeTextAnswer/></AnswerSpecification></Question></QuestionForm>"""


def test_a_page_has_the_names_of_its_controls() -> None:
    page = """<!doctype html><form name="f"><INPUT NAME='a&amp;b'><select name=s><option>1</select><textarea name="t">
<input name="no"></textarea><button name="go">x</button><crowd-classifier name="category"></crowd-classifier>
<a name="anchor"></a><script>var x = '<input name="scripted">';</script></form>"""
    assert field_names(question_xml(page, 0)) >= {"a&b", "s", "t", "go", "category"}
    assert not field_names(question_xml(page, 0)) & {"f", "anchor", "scripted"}


def test_a_form_has_its_identifiers_and_a_page_elsewhere_has_no_names() -> None:
    assert field_names(FORM) == {"q1"}
    url = """<ExternalQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2006-07-14/ExternalQuestion.xsd">
<ExternalURL>https://example.org/</ExternalURL><FrameHeight>0</FrameHeight></ExternalQuestion>"""
    assert field_names(url) == frozenset()
