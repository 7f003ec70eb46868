"""Launching templates that are question XML, and HITs whose page is on another host."""

import json
from pathlib import Path

import pytest

from simpleturk.marketplace.domain import worker_assignments
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.questions.question import Question, parse_question
from simpleturk.mturk.questions import EXTERNAL_NAMESPACE, HTML_NAMESPACE, SCHEMAS
from tests.conftest import PROPERTIES, Files, Run

FORM = f"""<?xml version="1.0" encoding="UTF-8"?>
<!-- for a script -->
<QuestionForm xmlns="{SCHEMAS}/2005-10-01/QuestionForm.xsd">
  <Overview><Title>{{{{ word }}}}</Title></Overview>
  <Question><QuestionIdentifier>q</QuestionIdentifier>
    <QuestionContent><Text>What is {{{{ word }}}}?</Text></QuestionContent>
    <AnswerSpecification><FreeTextAnswer/></AnswerSpecification></Question>
</QuestionForm>
"""
HTML = f"""<HTMLQuestion xmlns="{HTML_NAMESPACE}"><HTMLContent><![CDATA[
<form><p>WORD</p><script type="text/json">["x"]</script><input name="a"><button>Go</button></form>
]]></HTMLContent><FrameHeight>450</FrameHeight></HTMLQuestion>"""
EXTERNAL = f"""<ExternalQuestion xmlns="{EXTERNAL_NAMESPACE}">
<ExternalURL>https://example.org/task?word=WORD&amp;n=1</ExternalURL><FrameHeight>0</FrameHeight></ExternalQuestion>"""

NASTY = "\"a\" & 'b' <script>x</script> ]]> ]]]]> ${word} {{ word }} é 🙂"


def questions(local: Marketplace) -> list[Question]:
    """The questions of the batch."""
    with local.read() as transaction:
        return [
            parse_question(worker_assignments.question_xml(transaction, hit_id))
            for hit_id in Path("hit_ids.txt").read_text().split()
        ]


def test_a_question_form_is_sent_unchanged(batch_files: Files, run: Run, local: Marketplace) -> None:
    batch_files([{"word": "cat"}, {"word": NASTY}], template="\n" + FORM)
    assert run("launch").exit_code == 0
    with local.read() as transaction:
        sent = worker_assignments.question_xml(transaction, Path("hit_ids.txt").read_text().split()[0])
    assert sent == FORM.replace("{{ word }}", "cat")
    forms = [question.form for question in questions(local)]
    assert [form.questions[0].content[0].text for form in forms if form] == ["What is cat?", f"What is {NASTY}?"]


@pytest.mark.parametrize("placeholder", ["{{ word }}", "${word}"])
def test_an_html_question_keeps_its_height_and_values_cannot_end_its_page(
    batch_files: Files, run: Run, local: Marketplace, placeholder: str
) -> None:
    batch_files([{"word": NASTY}, {"word": "<b>]]></b>"}], template=HTML.replace("WORD", placeholder), FrameHeight=100)
    assert run("launch").exit_code == 0
    first, second = questions(local)
    assert first.frame_height == second.frame_height == 450
    assert first.html and "&lt;script&gt;x&lt;/script&gt; ]]&gt; ]]]]&gt; ${word} {{ word }} é 🙂" in first.html
    assert second.html and "]]" in second.html and second.html.rstrip().endswith("</form>")


@pytest.mark.parametrize("placeholder", ["{{ word|urlencode }}", "${word}"])
def test_an_external_question_is_sent_unchanged(
    batch_files: Files, run: Run, local: Marketplace, placeholder: str
) -> None:
    batch_files([{"word": "cat"}], template=EXTERNAL.replace("WORD", placeholder))
    assert run("launch").exit_code == 0
    assert [question.url for question in questions(local)] == ["https://example.org/task?word=cat&n=1"]


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        (FORM.replace("<FreeTextAnswer/>", ""), "line 7, column"),
        (FORM.replace("</Overview>", ""), "line 8, column"),
        (FORM.replace("QuestionForm.xsd", "Other.xsd"), "Cannot find the declaration of element 'QuestionForm'"),
        (HTML.replace("<FrameHeight>450</FrameHeight>", ""), "FrameHeight"),
        (EXTERNAL.replace("https://example.org", "http://example.org"), "it has to begin with https://"),
        (EXTERNAL.replace("&amp;", "&"), "line 2, column"),
    ],
)  # fmt: skip
def test_invalid_question_xml_is_reported_before_any_hit_is_created(
    batch_files: Files, run: Run, template: str, problem: str
) -> None:
    batch_files([{"word": "cat"}, {"word": "dog"}], template=template + "{# {{ word }} #}")
    result = run("launch")
    assert (result.exit_code, Path("hit_ids.txt").exists()) == (1, False)
    assert result.stderr.startswith("error: template.html: the question is invalid: ")
    assert problem in result.stderr
    assert "(for inputs.jsonl, line 1, and 1 more line)" in result.stderr


def test_a_page_on_another_host_needs_no_template(folder: Path, run: Run, local: Marketplace) -> None:
    Path("p.json").write_text(json.dumps(PROPERTIES | {"ExternalURL": "https://x.org/{{ id }}", "FrameHeight": 300}))
    Path("i.csv").write_text("id\n7\na b\n")
    result = run("launch", "--properties", "p.json", "--inputs", "i.csv", "--database", "market.db")
    assert (result.exit_code, "warning" in result.stderr) == (0, False)
    launched = questions(local)
    assert [(question.url, question.frame_height) for question in launched] == [
        ("https://x.org/7", 300), ("https://x.org/a%20b", 300)
    ]  # fmt: skip


def test_a_template_beside_an_external_url_causes_a_warning(batch_files: Files, run: Run, local: Marketplace) -> None:
    batch_files([{"word": "cat"}], ExternalURL="https://x.org/{{ input.word }}")
    assert "warning: the template is not used: the property ExternalURL gives the pages" in run("launch").stderr
    assert [question.url for question in questions(local)] == ["https://x.org/cat"]


def test_a_batch_without_template_and_external_url_is_a_usage_error(batch_files: Files, run: Run) -> None:
    batch_files([{"word": "cat"}])
    Path("simpleturk.toml").unlink()
    result = run("launch", "--properties", "properties.json", "--inputs", "inputs.jsonl")
    assert (result.exit_code, "--template" in result.stderr, "ExternalURL" in result.stderr) == (2, True, True)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("https://x.org/{{ nothing }}", "the input has no 'nothing'"),
        ("https://x.org/{{ word", "ExternalURL: "),
        ("http://x.org/{{ word }}", "it has to begin with https://"),
        ("javascript:{{ word }}", "it has to begin with https://"),
        ("https://x.org/{{ 1 / 0 }}", "a number is divided by 0"),
        (" ", "is empty"),
    ],
)
def test_an_invalid_external_url_is_reported_before_any_hit_is_created(
    batch_files: Files, run: Run, url: str, problem: str
) -> None:
    batch_files([{"word": "a"}], ExternalURL=url)
    result = run("launch")
    assert (result.exit_code, problem in result.stderr, Path("hit_ids.txt").exists()) == (1, True, False)
    assert result.stderr.count("error: properties.json") == 1
