"""Awkward and hostile data is shown and returned as it was typed, and never runs, whatever the template language."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from simpleturk.mturk.questions import HTML_NAMESPACE, SCHEMAS
from tests.browser.conftest import Server
from tests.browser.worker_steps import hit, submit, work_on
from tests.conftest import PROPERTIES, Run, records

NASTY = (
    "</script><script>window.broken = 1</script><img src=x onerror='window.broken = 2'> ]]> ]]]]>< \"double\" 'single'"
    " `back` ${word} ${1+1} {{ word }} {% if %} {# #} \\ \\n \\u0041 &amp; &lt;b&gt; &#39; <b>bold</b>"
    " </p></form></textarea> -->  <!-- javascript:alert(1) %00 %27 é 漢 🙂 \u202e \u2028 \x7f\n  second line\t|a|b"
)

FIELDS = """<p id="shown" style="white-space: pre-wrap" title="HOLE">HOLE</p><a id="link" href="HOLE">link</a>
<textarea name="comment">HOLE</textarea><input type="hidden" name="given" value="HOLE">
<input type="hidden" name="scripted"><input type="hidden" name="broken"><button>Send</button>"""
FORM = f"""<form method="post" action="https://www.mturk.com/mturk/externalSubmit">
<input type="hidden" name="assignmentId">{FIELDS}</form>"""
LAST = """document.getElementsByName("broken")[0].value = String(window.broken || "no");
document.getElementsByName("assignmentId")[0].value = new URLSearchParams(location.search).get("assignmentId");"""
JINJA = (
    FORM.replace("HOLE", "{{ word }}")
    + '<script type="text/json" id="input">{{ input }}</script><script>'
    + 'document.getElementsByName("scripted")[0].value = JSON.parse(document.getElementById("input").textContent).word;'
    + LAST
    + "</script>"
)
SITE = (
    FORM.replace("HOLE", "${word}")
    + '<script>document.getElementsByName("scripted")[0].value = "${word}";'
    + LAST
    + "</script>"
)


def as_xml(page: str) -> str:
    """The page as an HTMLQuestion."""
    return (
        f'<?xml version="1.0"?><HTMLQuestion xmlns="{HTML_NAMESPACE}"><HTMLContent><![CDATA[{page}]]></HTMLContent>'
        "<FrameHeight>0</FrameHeight></HTMLQuestion>"
    )


def as_json(word: str) -> str:
    """A JSON Lines file of one input."""
    Path("inputs.jsonl").write_text(json.dumps({"word": word}) + "\n")
    return "inputs.jsonl"


def as_csv(word: str) -> str:
    """A CSV file of one input."""
    with Path("inputs.csv").open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file, delimiter=";").writerows([["word"], [word]])
    return "inputs.csv"


@pytest.mark.parametrize("write", [as_json, as_csv])
@pytest.mark.parametrize(
    "template", [JINJA, SITE, as_xml(JINJA), as_xml(SITE)], ids=["jinja", "site", "xml", "site xml"]
)
def test_a_page_shows_and_returns_what_was_typed(
    page: Page, folder: Path, run: Run, serve: Callable[..., Server], template: str, write: Callable[[str], str]
) -> None:
    Path("page").write_text(template, encoding="utf-8")
    Path("p.json").write_text(json.dumps(PROPERTIES))
    is_site = "${word}" in template
    # On the site values are HTML, so that references and formatting mean something.
    wanted = NASTY.replace("&", "+").replace("<b>", "<k>").replace("</b>", "</k>") if is_site else NASTY
    source = write(wanted)
    launched = run("launch", "--template", "page", "--properties", "p.json", "--inputs", source, "--database", "m.db",
                   "--syntax", "site" if is_site else "jinja")  # fmt: skip
    assert launched.exit_code == 0, launched.stderr
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    work_on(page, serve(0, "--database", "m.db").site)
    shown = hit(page).locator("#shown")
    expect(shown).to_have_js_property("textContent", wanted)
    expect(shown).to_have_attribute("title", wanted)
    submit(page, "Send")
    [record] = records(run("results", "--database", "m.db").stdout)
    found = {name: text.replace("\r\n", "\n") for name, text in record["output"].items()}
    assert found == {"comment": wanted, "given": wanted, "scripted": wanted, "broken": "no"}


QUESTIONS = f"""<QuestionForm xmlns="{SCHEMAS}/2005-10-01/QuestionForm.xsd">
<Question><QuestionIdentifier>q</QuestionIdentifier><QuestionContent><Text>{{{{ word }}}}</Text></QuestionContent>
<AnswerSpecification><FreeTextAnswer><DefaultText>{{{{ word }}}}</DefaultText>
<NumberOfLinesSuggestion>3</NumberOfLinesSuggestion></FreeTextAnswer></AnswerSpecification>
</Question></QuestionForm>"""


def test_a_question_form_shows_and_returns_what_was_typed(
    page: Page, folder: Path, run: Run, serve: Callable[..., Server]
) -> None:
    Path("form.xml").write_text(QUESTIONS)
    Path("p.json").write_text(json.dumps(PROPERTIES))
    inputs = as_json(NASTY)
    launched = run(
        "launch", "--template", "form.xml", "--properties", "p.json", "--inputs", inputs, "--database", "m.db"
    )
    assert launched.exit_code == 0, launched.stderr
    work_on(page, serve(0, "--database", "m.db").site)
    expect(hit(page).get_by_text("</script><script>window.broken = 1").first).to_be_visible()
    submit(page)
    [record] = records(run("results", "--database", "m.db").stdout)
    assert record["output"]["q"].replace("\r\n", "\n").strip() == NASTY.strip()
