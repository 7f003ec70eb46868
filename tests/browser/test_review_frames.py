"""A HIT under review is filled in with its answer: submitting the filled page again would give the same output."""

import csv
import json
import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from simpleturk.client.connect import connect
from simpleturk.client.endpoints import LOCAL_URL, Endpoint
from simpleturk.commands.tasks.init import copy_example
from simpleturk.marketplace.store.sqlite import assets_folder
from tests.browser.review_frames import reviewing, stored, work_of
from tests.browser.site_projects import PROJECTS, ROW
from tests.browser.test_examples import OUTPUTS
from tests.browser.test_requester_site_projects import AWKWARD, write
from tests.browser.test_requester_site_projects import PROJECTS as CROWD_PROJECTS
from tests.browser.test_requester_site_templates import PLUGINS
from tests.conftest import Run
from tests.marketplace.questions.test_question_form import FORM

EXAMPLES: dict[str, Any] = {
    **{name: output for name, output in OUTPUTS.items() if not callable(output)},
    "compare_answers": {
        "shown_left": "a",
        "correct": "same",
        "helpful": "a",
        "preference": "b",
        "margin": "much",
        "reason": "It says how to water and cut.",
    },
    "compare_models": {
        "which": {"shown": ["3", "1", "2"], "correct": "tie", "overall": "1", "reason": "It says how to water it."}
    },
    "bounding_boxes": {
        "boxes": [{"label": "spoon", "x": 244, "y": 150, "width": 150, "height": 110}],
        "boxes_none": False,
        "confidence": "sure",
    },
    "simple": {"sentiment": "neutral", "note": "It has <b>two</b> sides."},
    "image_sentence": [
        {"id": "red-boat", "sentence": "A red boat sails."},
        {"id": "green-tree", "sentence": "A green tree stands."},
    ],
}


def question_of(folder: Path, run: Run) -> str:
    """The XML of the question of the first HIT of a task folder, as GetHIT returns it."""
    settings = folder / "simpleturk.toml"
    if "database" not in settings.read_text():
        with settings.open("a") as file:
            file.write('database = "market.db"\n')
    launched = run("launch")
    assert launched.exit_code == 0, launched.stderr
    mturk = connect(Endpoint("local", LOCAL_URL, False), None, folder / "market.db")
    hit_id = (folder / "hit_ids.txt").read_text().split()[0]
    return mturk.question(hit_id)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_filled_in(page: Page, folder: Path, run: Run, name: str) -> None:
    copy_example(name, folder)
    question = question_of(folder, run)
    output = EXAMPLES[name]
    with reviewing(page, work_of(question, stored(output)), assets_folder(folder / "market.db")) as review:
        expect(page.frame_locator("iframe").locator("body")).to_be_visible()
        assert review.heard("unplaced") == []
        # Nothing of the worker's tools is left, except the buttons of a recording and the boxes in a picture.
        tools = page.frame_locator("iframe").locator("button:visible, input[type=submit]:visible")
        assert tools.count() == {"audio_transcription": 3, "bounding_boxes": 1}.get(name, 0)
        pictures = "[...document.images].every((image) => image.complete && image.naturalWidth > 0)"
        review.frame.wait_for_function(pictures)
        found = review.output()
        if name == "compare_answers":
            found["shown_left"] = "a"
        assert found == output


#: Fields of every type, and an answer to each.
FIELDS = """<!doctype html><title>T</title><style>.off { display: none }</style>
<form action="https://www.mturk.com/mturk/externalSubmit">
<input name="text"><input name="number" type="number"><input name="range" type="range" max="10">
<input name="date" type="date"><input name="time" type="time"><input name="color" type="color">
<input name="mail" type="email" value="old@example.org"><input name="hidden" type="hidden" value="old">
<textarea name="area">old</textarea><textarea name="unseen" class="off"></textarea>
<input type="radio" name="radio" value="a" checked><input type="radio" name="radio" value="b|c">
<input type="checkbox" name="box" value="yes"><input type="checkbox" name="unticked" value="yes" checked>
<input type="checkbox" name="boxes" value="1"><input type="checkbox" name="boxes" value="2">
<input type="checkbox" name="boxes" value="3" checked>
<input type="checkbox" name="list[]" value="x"><input type="checkbox" name="list[]" value="y">
<select name="one"><option>a<option selected>b<option>c</select>
<select name="many" multiple><option>a<option selected>b<option>c</select>
<input name="twice"><input name="twice">
<button type="submit">Submit</button></form>"""

ANSWERS = {
    "text": "<b>1</b>", "number": "1.5", "range": "7", "date": "2026-11-28", "time": "00:57", "color": "#ff0000",
    "mail": "ann@example.org", "hidden": "new", "area": "two\nlines", "unseen": "x", "radio": "b|c", "box": "yes",
    "boxes": "1|2", "list[]": "x|y", "one": "c", "many": "a|c", "twice": "l|r",
}  # fmt: skip


def test_fields_of_every_type_are_filled_in_and_read_only(page: Page) -> None:
    with reviewing(page, work_of(FIELDS, ANSWERS)) as review:
        assert review.heard("unplaced") == ["hidden"]
        frame = page.frame_locator("iframe")
        expect(frame.get_by_role("button")).to_have_count(0)
        frame.locator("[name=text]").click()
        page.keyboard.type("more")
        page.keyboard.press("Backspace")
        page.keyboard.press("Control+V")
        page.wait_for_function("heard.keys.join('') === 'more'")
        for box in ("[name=box]", "[name=radio][value=a]", "[name=unticked]"):
            frame.locator(box).click(force=True)
            page.keyboard.press("Space")
            page.keyboard.press("ArrowUp")
        frame.locator("[name=one]").click(force=True)
        frame.locator("[name=range]").click(force=True)
        expect(frame.locator("[name=area]")).to_have_attribute("readonly", "")
        assert review.output() == ANSWERS


def test_the_reviewer_scrolls_selects_and_opens_details(page: Page) -> None:
    html = """<form><textarea name="a" rows="2"></textarea></form><details><summary>More</summary>
<p id="in">Inside</p></details>
<button type="button" onclick="this.textContent = 'shown'">Show</button><p id="text">some words</p>"""
    with reviewing(page, work_of(html, {"a": "line\n" * 50})) as review:
        frame = page.frame_locator("iframe")
        frame.locator("summary").click()
        expect(frame.locator("#in")).to_be_visible()
        frame.get_by_role("button", name="Show").click()
        expect(frame.get_by_role("button", name="shown")).to_be_visible()
        frame.locator("textarea").hover()
        page.mouse.wheel(0, 60)
        review.frame.wait_for_function("document.querySelector('textarea').scrollTop > 0")
        frame.locator("#text").dblclick()
        assert review.frame.evaluate("getSelection().toString().trim()") in ("some", "words")
        frame.locator("textarea").dblclick()
        assert review.frame.evaluate(
            "(({selectionStart, selectionEnd}) => selectionEnd > selectionStart)(document.forms[0].a)"
        )


def test_fields_that_a_script_makes_later_are_filled_in(page: Page) -> None:
    html = """<form id="results-form"><div id="more"></div></form>
<button type="button" id="add" onclick="add()">Add</button><script>
let count = 0;
function add() { count += 1;
  const fields = `<input name="row.${count}"><select name="s${count}"></select>`;
  document.getElementById("more").insertAdjacentHTML("beforeend", fields);
  setTimeout(() => { document.querySelector(`[name=s${count}]`).innerHTML = "<option><option>red"; }, 200); }
setTimeout(add, 500);</script>"""
    answer = {"row": {"1": "one", "2": "two"}, "s1": "red", "s2": "red"}
    with reviewing(page, work_of(html, stored(answer))) as review:
        page.wait_for_function("heard.unplaced.length === 2")
        assert review.heard("unplaced") == ["row.2", "s2"]
        page.frame_locator("iframe").locator("#add").click()
        page.wait_for_function("heard.unplaced.length === 0")
        assert review.frame.locator("[name='row.2']").input_value() == "two"
        assert review.frame.locator("[name=s2]").input_value() == "red"


def test_a_script_that_sets_a_field_again_does_not_hide_the_answer(page: Page) -> None:
    html = """<form id="results-form"><input name="a"><input name="b"></form><script>
addEventListener("load", () => { document.forms[0].a.value = "default"; });
let changes = 0;
document.forms[0].b.addEventListener("input", (event) => { changes += 1; event.target.value = "mine"; });
window.times = () => changes;</script>"""
    with reviewing(page, work_of(html, {"a": "x", "b": "y"})) as review:
        review.frame.wait_for_function("document.forms[0].a.value === 'x'")
        page.wait_for_function("heard.unplaced.join() === 'b'")
        page.wait_for_timeout(2000)
        assert review.frame.evaluate("times()") <= 4


def test_values_that_a_field_cannot_hold_are_reported(page: Page) -> None:
    html = """<form id="results-form"><input name="n" type="number"><select name="s"><option>a</select>
<input type="radio" name="r" value="1"><input name="line"></form>"""
    answer = {"n": "many", "s": "b", "r": "2", "line": "a\nb", "other": {"x": [1, {"y": 2}]}, "empty": ""}
    with reviewing(page, work_of(html, stored(answer))) as review:
        assert review.heard("unplaced") == ["n", "s", "r", "line", "other.x.0", "other.x.1.y"]


def test_a_corrected_output_is_shown(page: Page) -> None:
    html = "<form><input name=a><input type=checkbox name=b value=1><input type=checkbox name=b value=2></form>"
    with reviewing(page, work_of(html, {"a": "old", "b": "1"}, {"a": "new", "b": ["2"]})) as review:
        assert review.output() == {"a": "new", "b": "2"}


def test_files_of_a_worker_are_named_beside_their_field(page: Page) -> None:
    upload = '{"name": "<i>cat</i>.jpg", "size": 9, "type": "image/jpeg", "sha256": "%s"}' % ("0" * 64)
    html = "<form><input type=file name=photo><input type=file name=more multiple></form>"
    with reviewing(page, work_of(html, {"photo": upload, "more": f"[{upload}, {upload}]"})) as review:
        expect(page.frame_locator("iframe").locator("[name=photo] + small")).to_have_text("<i>cat</i>.jpg")
        expect(page.frame_locator("iframe").locator("[name=more] + small")).to_have_text(
            "<i>cat</i>.jpg, <i>cat</i>.jpg"
        )
        assert review.heard("unplaced") == []


def test_the_button_that_is_the_answer_is_marked(page: Page) -> None:
    html = "<form><button name=answer value=yes>Yes</button><button name=answer value=no>No</button></form>"
    with reviewing(page, work_of(html, {"answer": "no"})) as review:
        buttons = page.frame_locator("iframe").get_by_role("button")
        expect(buttons).to_have_count(2)
        expect(buttons.first).to_be_disabled()
        styles = "(buttons) => buttons.map((button) => button.style.outlineStyle)"
        assert buttons.evaluate_all(styles) == ["", "solid"]
        assert review.heard("unplaced") == []


def test_fields_with_only_an_id_and_editable_text_are_filled_in(page: Page) -> None:
    html = '<input id="caption"><div id="story" contenteditable>old</div><form id="results-form"></form>'
    with reviewing(page, work_of(html, stored({"caption": "a <b>", "story": "new <b>"}))) as review:
        assert review.heard("unplaced") == []
        assert review.frame.locator("#caption").input_value() == "a <b>"
        assert review.frame.locator("#story").inner_text() == "new <b>"
        assert not review.frame.evaluate("document.getElementById('story').isContentEditable")


def test_a_page_may_show_the_answer_itself(page: Page) -> None:
    html = """<form><input name="a"></form><pre></pre><script>
document.addEventListener("review", (event) => {
  event.preventDefault();
  document.querySelector("pre").textContent = JSON.stringify(event.detail);
  event.detail.output.a = "changed";
});
window.again = () => simpleturk.getReview().output.a;</script>"""
    with reviewing(page, work_of(html, {"a": "1"})) as review:
        assert review.frame.locator("pre").inner_text() == (
            '{"output":{"a":"1"},"fields":{"a":"1"},"assignment_id":"3ASSIGNMENT0000000000000000001",'
            '"hit_id":"3HIT","worker_id":"ann"}'
        )
        assert review.frame.locator("[name=a]").input_value() == ""
        assert review.frame.evaluate("again()") == "1"
        assert review.heard("unplaced") == []


def test_links_are_offered_to_the_reviewer(page: Page) -> None:
    html = """<form><input name="a"></form><a href="https://example.org/x?y" target="_top">out</a>
<a href="#here">in</a><p id="here">here</p>"""
    with reviewing(page, work_of(html, {"a": "1"})) as review:
        frame = page.frame_locator("iframe")
        frame.get_by_text("out").click()
        page.wait_for_function("heard.links.length > 0")
        frame.get_by_text("in", exact=True).click()
        review.frame.wait_for_function("location.hash === '#here'")
        assert review.heard("links") == ["https://example.org/x?y"]
        assert page.url.rstrip("/") == review.address


def test_a_questionform_is_filled_in_and_read_only(page: Page) -> None:
    answers = [("colour", "blue"), ("zip", "ab")]
    with reviewing(page, work_of(FORM, dict(answers))) as review:
        frame = page.frame_locator("iframe")
        # FreeText in place of selections: as a program may have written the answer.
        expect(frame.get_by_label("Blue")).to_be_checked()
        frame.get_by_label("Red").click(force=True)
        expect(frame.get_by_label("Blue")).to_be_checked()
        expect(frame.get_by_role("button")).to_have_count(0)
        assert review.heard("unplaced") == []
        assert review.output() == {"colour": "blue", "age": "", "zip": "ab", "pets.OtherSelectionText": ""}


#: Values that no field shows before the worker does something, or that only a hidden field has.
UNPLACED = {
    "steps that end in a hidden field": ["log"],
    "rows that a script adds": ["row_1", "row_2"],
    "a frame that posts messages": ["score"],
    "a canvas": ["box"],
    "an audio player": ["plays"],
    "an editable paragraph": ["edited"],
    "radio buttons of its own": ["rating"],
    "two pictures, by keyboard": ["better"],
    "a picture that submits": ["x", "y"],
}

#: Pages that collect the answer by a script of their own when a button is pressed, which the review does not press.
OF_THEIR_OWN = ("fetch", "XMLHttpRequest", "a form made at the end")


@pytest.mark.parametrize("name", PROJECTS)
def test_a_project_of_the_requester_site_is_filled_in(
    page: Page, libraries: None, folder: Path, run: Run, name: str
) -> None:
    for plugin, text in PLUGINS.items():
        page.route(re.compile(rf"https://.*{re.escape(plugin)}"), partial(Route.fulfill, body=text))
    project = PROJECTS[name]
    write(folder, project.page)
    with (folder / "batch.csv").open("w", newline="") as file:
        rows = csv.DictWriter(file, list(ROW))
        rows.writeheader()
        rows.writerow(ROW)
    question = question_of(folder, run)
    answers = {key: value for key, value in project.answers.items() if value != "some"}
    with reviewing(page, work_of(question, answers)) as review:
        missing = UNPLACED.get(name, [])
        assert review.heard("unplaced") == missing
        if name in OF_THEIR_OWN:
            assert review.frame.locator("#answer").input_value() == answers["answer"]
        else:
            output = review.output()
            expected = {key: value for key, value in answers.items() if key not in (*missing, "submit")}
            assert {key: output.get(key) for key in expected} == expected


#: Amazon's elements, as far as a page sees them: each has a value or is checked, and shows it.
CROWD_ELEMENTS = """for (const name of ["form", "input", "text-area", "slider", "checkbox", "toggle-button",
  "radio-group", "radio-button", "classifier", "bounding-box", "button"]) {
  customElements.define("crowd-" + name, class extends HTMLElement {});
}"""

CROWD_PAGE = """<script src="https://assets.crowd.aws/crowd-html-elements.js"></script><crowd-form>
<crowd-input name="title"></crowd-input><crowd-text-area name="text"></crowd-text-area>
<crowd-slider name="rating" min="0" max="10"></crowd-slider>
<crowd-checkbox name="found" value="cat"></crowd-checkbox><crowd-checkbox name="found" value="dog"></crowd-checkbox>
<crowd-toggle-button name="sure"></crowd-toggle-button>
<crowd-radio-group><crowd-radio-button name="tone" value="good"></crowd-radio-button>
<crowd-radio-button name="tone" value="bad"></crowd-radio-button></crowd-radio-group>
<crowd-bounding-box name="boxes" src="data:," labels='["a"]'></crowd-bounding-box>
<crowd-classifier name="kind" categories='["x", "y"]'></crowd-classifier>
<crowd-button form-action="submit">Submit</crowd-button></crowd-form>"""

BOX = {"left": 1, "top": 2, "width": 3, "height": 4, "label": "a"}

CROWD_ANSWER = [
    {
        "title": "a <b>",
        "text": "two\nlines",
        "rating": 7,
        "found": {"cat": False, "dog": True},
        "sure": {"on": True},
        "tone": {"good": False, "bad": True},
        "boxes": {"boundingBoxes": [BOX], "inputImageProperties": {"width": 1, "height": 1}},
        "kind": {"label": "y"},
    }
]


def test_amazons_elements_get_their_values(page: Page) -> None:
    page.route("https://assets.crowd.aws/**", partial(Route.fulfill, body=CROWD_ELEMENTS))
    with reviewing(page, work_of(CROWD_PAGE, {"taskAnswers": json.dumps(CROWD_ANSWER)})) as review:
        state = """(elements) => elements.map((element) => [element.getAttribute("name"), element.value,
            element.checked, element.hasAttribute("checked"), element.getAttribute("initial-value")])"""
        selector = "crowd-form [name]"
        assert review.frame.locator(selector).evaluate_all(state) == [
            ["title", "a <b>", None, False, None],
            ["text", "two\nlines", None, False, None],
            ["rating", 7, None, False, None],
            ["found", None, False, False, None],
            ["found", None, True, True, None],
            ["sure", None, True, True, None],
            ["tone", None, False, False, None],
            ["tone", None, True, True, None],
            ["boxes", None, None, False, json.dumps([BOX], separators=(",", ":"))],
            ["kind", None, None, False, None],
        ]
        # Amazon's classifiers take no earlier answer.
        assert review.heard("unplaced") == ["kind.label"]
        expect(page.frame_locator("iframe").locator("crowd-button")).to_be_hidden()


def test_amazons_elements_that_cannot_be_loaded_are_reported(page: Page) -> None:
    page.route("https://assets.crowd.aws/**", lambda route: route.abort())
    with reviewing(page, work_of(CROWD_PAGE, {"taskAnswers": json.dumps(CROWD_ANSWER)})) as review:
        expect(page.frame_locator("iframe").get_by_role("alert")).to_contain_text("This task needs crowd-input")
        assert {"title", "text", "rating", "tone.bad"} <= set(review.heard("unplaced"))


CROWD_FORMS = ["a crowd-form, flat", "a crowd-form with a form in it, and no button"]


@pytest.mark.parametrize("name", CROWD_FORMS)
def test_a_crowd_form_with_ordinary_fields_is_filled_in(page: Page, name: str) -> None:
    page.route("https://assets.crowd.aws/**", lambda route: route.abort())
    html, answer = CROWD_PROJECTS[name]
    html = html.replace("${text}", "text")
    fields = {"taskAnswers": json.dumps(answer)} if isinstance(answer, list) else answer
    with reviewing(page, work_of(html, fields)) as review:
        expect(page.frame_locator("iframe").get_by_label("Yes")).to_be_checked()
        assert review.frame.locator("[name=comment]").input_value() == AWKWARD
        page.wait_for_function("heard.unplaced.length === 1")
        assert review.heard("unplaced") == ["given"]
        assert review.output() == answer
