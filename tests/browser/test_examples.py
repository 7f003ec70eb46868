"""Every example can be done with the mouse and with the keyboard alone, and results has the answers."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Frame, FrameLocator, Page, Route, expect

from simpleturk.batch.templates.jinja import JinjaTemplate
from simpleturk.commands.tasks.init import copy_example, examples
from tests.browser.axe import violations
from tests.browser.conftest import Server, picture
from tests.browser.gallery import ACCEPTED, PREVIEW, act, pages, show
from tests.browser.worker_steps import accept, accepted, hit, hit_frame, sign_in, wait_for_draft
from tests.conftest import Run, records

NEW = [name for name in examples() if name not in ("simple", "image_sentence")]


@dataclass
class Task:
    """An example that is being done in a browser."""

    page: Page
    run: Run

    @property
    def hit(self) -> FrameLocator:
        return hit(self.page)

    @property
    def frame(self) -> Frame:
        return hit_frame(self.page)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def tab_to(self, selector: str) -> None:
        """Press Tab until something in the HIT has the focus."""
        for _ in range(60):
            if self.frame.evaluate(
                "(selector) => document.hasFocus() && document.activeElement.matches(selector)", selector
            ):
                return
            self.press("Tab")
        raise AssertionError(f"Tab does not lead to {selector}")

    def submitted(self) -> Any:
        """What results gives once the HIT is in."""
        expect(self.page.get_by_role("status")).to_contain_text("Submitted. Thank you.")
        [record] = records(self.run("results").stdout)
        return record["output"]


def by_mouse_text_classification(task: Task) -> None:
    for number, topic in enumerate(("Politics", "Business", "Science and technology", "Health", "Sports"), start=1):
        expect(task.hit.get_by_text(f"{number} of 5")).to_be_visible()
        task.hit.locator("label:visible").filter(has_text=topic).first.click()
        task.hit.get_by_role("button", name="Submit" if number == 5 else "Next").click()


def by_keyboard_text_classification(task: Task) -> None:
    task.tab_to("[type=radio]")
    for digit in "12345":
        task.press(digit, "Control+Enter")


TOPICS = ("politics", "business", "science", "health", "sports")


CAPTION = "A white cup of coffee stands on a brown wooden table. ☕"


def by_mouse_image_captioning(task: Task) -> None:
    task.hit.get_by_label("What does the picture show?").fill("A cup of coffee")
    task.hit.get_by_role("button", name="Submit").click()
    expect(task.hit.get_by_text("Please write at least 8 words.")).to_be_visible()
    task.hit.get_by_label("What does the picture show?").fill(
        "A white cup of coffee stands on a brown wooden table. ☕"
    )
    expect(task.hit.get_by_text("12 of at least 8 words")).to_be_visible()
    task.hit.get_by_text("It is blurred, dark or cut off").click()
    task.hit.get_by_role("button", name="Submit").click()


def by_keyboard_image_captioning(task: Task) -> None:
    task.tab_to("textarea")
    task.type(CAPTION)
    task.press("Tab", "1", "Control+Enter")


def drag(task: Task, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag over the picture; places are parts of its width and height."""
    stage = task.hit.locator(".stage")
    stage.scroll_into_view_if_needed()
    # The page around the frame may still scroll to a field with a mistake: the place counts once it has not moved.
    box, unmoved = stage.bounding_box(), 0
    while box is None or unmoved < 8:
        task.page.wait_for_timeout(50)
        before, box = box, stage.bounding_box()
        unmoved = unmoved + 1 if box == before else 0
    mouse = task.page.mouse
    mouse.move(box["x"] + start[0] * box["width"], box["y"] + start[1] * box["height"])
    mouse.down()
    mouse.move(box["x"] + end[0] * box["width"], box["y"] + end[1] * box["height"], steps=5)
    mouse.up()


def by_mouse_bounding_boxes(task: Task) -> None:
    task.hit.get_by_role("button", name="Submit").click()
    expect(task.hit.get_by_text("Please draw at least one box, or tick that there is nothing.")).to_be_visible()
    drag(task, (0.2, 0.2), (0.7, 0.8))
    task.hit.get_by_text("spoon", exact=True).first.click()
    drag(task, (0.6, 0.7), (0.8, 0.3))  # from below, beginning inside of the first
    task.hit.get_by_role("button", name="Box 1: cup, at").click()
    drag(task, (0.2, 0.5), (0.25, 0.5))  # by its edge: moves the first
    drag(task, (0.02, 0.02), (0.021, 0.021))  # a click is no box
    task.hit.get_by_text("Sure", exact=True).click()
    task.hit.get_by_role("button", name="Submit").click()


def by_keyboard_bounding_boxes(task: Task) -> None:
    task.tab_to("[data-add]")
    task.press("n", "3")  # a box in the middle, its label the third
    task.press("ArrowRight", "ArrowRight", "Shift+ArrowDown", "Control+ArrowLeft")
    task.press("n", "Delete")
    task.tab_to("[name=confidence]")
    task.press("1", "Control+Enter")


def by_mouse_named_entities(task: Task) -> None:
    task.hit.get_by_role("button", name="Submit").click()
    expect(task.hit.get_by_text("Please mark at least 1, or tick the box below.")).to_be_visible()
    text = task.hit.locator("[data-text]")
    for name, label in (("Ada Lovelace", "Person"), ("London", "Place"), ("The Royal Society", "Organisation")):
        text.evaluate(
            """(holder, name) => {
                // What a mouse does that is dragged over the name.
                const walker = document.createTreeWalker(holder, NodeFilter.SHOW_TEXT);
                while (walker.nextNode()) {
                    const node = walker.currentNode, at = node.data.indexOf(name);
                    if (at >= 0) getSelection().setBaseAndExtent(node, at, node, at + name.length);
                }
            }""",
            name,
        )
        task.hit.get_by_role("button", name=label, exact=True).click()
    task.hit.get_by_role("button", name="Remove Organisation: The Royal Society").click()
    task.hit.get_by_role("button", name="Submit").click()


def by_keyboard_named_entities(task: Task) -> None:
    task.tab_to("[data-text]")
    task.press("ArrowRight", "Shift+ArrowRight", "1")  # Ada Lovelace
    task.press(*["ArrowRight"] * 5, "2")  # met Charles Babbage in London
    task.press("Control+Enter")


ENTITIES = [
    {"label": "person", "start": 0, "end": 12, "text": "Ada Lovelace"},
    {"label": "place", "start": 36, "end": 42, "text": "London"},
]


def by_mouse_compare_answers(task: Task) -> None:
    groups = task.hit.get_by_role("group")
    groups.filter(has_text="Which is more correct?").last.get_by_text("About the same").click()
    groups.filter(has_text="Which is more helpful?").last.get_by_text("Left", exact=True).click()
    task.hit.get_by_text("Right is much better").click()
    task.hit.get_by_label("Why?").fill("It says how to water and cut.")
    task.hit.get_by_role("button", name="Submit").click()


def by_keyboard_compare_answers(task: Task) -> None:
    task.tab_to("[type=radio]")
    task.press("2", "1", "4")
    task.tab_to("textarea")
    task.type("It says how to water and cut.")
    task.press("Control+Enter")


def compared(output: Any) -> None:
    left = output["shown_left"]
    assert left in ("a", "b")
    assert output == {
        "shown_left": left,
        "correct": "same",
        "helpful": left,
        "preference": "b" if left == "a" else "a",
        "margin": "much",
        "reason": "It says how to water and cut.",
    }


def by_mouse_compare_models(task: Task) -> None:
    task.hit.get_by_role("group", name="Which answer is most correct?").get_by_text("About the same").click()
    letter = task.hit.locator("[data-answer='1'] h2").inner_text()[-1]
    task.hit.get_by_role("group", name="Which answer is best").last.get_by_text(letter, exact=True).click()
    task.hit.get_by_label("Why is it the best?").fill("It says how to water it.")
    task.hit.get_by_role("button", name="Submit").click()


def by_keyboard_compare_models(task: Task) -> None:
    shown = task.hit.locator("[data-answer]").evaluate_all("(all) => all.map((one) => one.dataset.answer)")
    task.tab_to("[type=radio]")
    task.press("4", str(1 + shown.index("1")))
    task.tab_to("textarea:not(.hidden)")
    task.type("It says how to water it.")
    task.press("Control+Enter")


def compared_models(output: Any) -> None:
    shown = output["which"].pop("shown")
    assert sorted(shown) == ["1", "2", "3"]
    assert output == {"which": {"correct": "tie", "overall": "1", "reason": "It says how to water it."}}


def by_mouse_conversation(task: Task) -> None:
    task.hit.get_by_role("button", name="Submit").click()
    expect(task.hit.get_by_text("Please choose one.").first).to_be_visible()
    for who, rating in (("5 Assistant", 4), ("7 Assistant", 1)):
        turn = task.hit.get_by_role("group", name=who)
        turn.get_by_role("group", name="How helpful").locator(f"label:has([value='{rating}'])").click()
    task.hit.get_by_role("group", name="7 Assistant").get_by_text("Something is not true").click()
    task.hit.get_by_label("How did the chat go").fill("Good, except for a sum.")
    task.hit.get_by_role("button", name="Submit").click()


def by_keyboard_conversation(task: Task) -> None:
    task.tab_to("[type=radio]")
    task.press("4")
    task.tab_to("[name='chat.t7.helpful']")
    task.press("1", "1")
    task.tab_to("#field-summary")
    task.type("Good, except for a sum.")
    task.press("Control+Enter")


def by_mouse_rating_scale(task: Task) -> None:
    for question, rating in (
        ("How easy", 7),
        ("How much does it tell", 5),
        ("How believable", 4),
        ("How much would", 1),
    ):
        group = task.hit.get_by_role("group", name=question)
        group.locator(f"label:has([value='{rating}'])").click()
    task.hit.get_by_role("button", name="Submit").click()


def by_keyboard_rating_scale(task: Task) -> None:
    task.tab_to("[type=radio]")
    task.press("7", "5", "4", "1", "Control+Enter")


def by_mouse_audio_transcription(task: Task) -> None:
    task.hit.get_by_role("button", name="Play").click()
    expect(task.hit.get_by_role("button", name="Pause")).to_be_visible()
    task.hit.get_by_role("button", name="Pause").click()
    task.hit.get_by_text("Well", exact=True).click()
    task.hit.get_by_role("button", name="Submit").click()
    expect(task.hit.locator("#problem-transcript")).to_have_text("Please fill this in.")
    task.hit.get_by_label("What is said?").fill("Hello, this is Maria from the library.")
    task.hit.get_by_role("button", name="Submit").click()


def by_keyboard_audio_transcription(task: Task) -> None:
    task.tab_to("textarea")
    task.press("Escape")
    expect(task.hit.get_by_role("button", name="Pause")).to_be_visible()
    task.type("Hello, this is Maria from the library.")
    task.press("Alt+Comma", "Escape", "Tab", "1", "Control+Enter")


def by_mouse_question_answering(task: Task) -> None:
    task.hit.get_by_text("winter", exact=False).locator("visible=true").first.wait_for()
    task.hit.locator("[data-text]").evaluate(
        "(holder) => getSelection().setBaseAndExtent(holder.firstChild, 63, holder.firstChild, 102)"
    )
    task.hit.get_by_role("button", name="This is the answer").click()
    task.hit.get_by_text("Easy").click()
    task.hit.get_by_role("button", name="Submit").click()
    expect(task.hit.locator("#problem-answer")).to_have_text("Please fill this in.")
    task.hit.get_by_label("Your answer").fill("Because ships had been lost.")
    task.hit.get_by_role("button", name="Submit").click()


def by_keyboard_question_answering(task: Task) -> None:
    task.tab_to("[data-text]")
    task.press(*["ArrowRight"] * 15, *["Shift+ArrowRight"] * 7, "1")
    task.tab_to("#field-answer")
    task.type("Because ships had been lost.")
    task.press("Tab", "1", "Control+Enter")


def by_mouse_survey(task: Task) -> None:
    task.hit.get_by_role("button", name="Next").click()
    expect(task.hit.get_by_text("Please tick this.")).to_be_visible()
    task.hit.get_by_label("I am 18 or older").check()
    task.hit.get_by_role("button", name="Next").click()
    task.hit.get_by_text("By bicycle").click()
    task.hit.get_by_label("How many minutes").fill("25")
    task.hit.get_by_text("It is fast").click()
    task.hit.get_by_text("It is healthy").click()
    task.hit.get_by_label("On how many days a week?").select_option("4")
    task.hit.get_by_role("button", name="Next").click()
    for question, rating in (("How satisfied", 5), ("How stressful", 1), ("To show that", 2)):
        task.hit.get_by_role("group", name=question).locator(f"label:has([value='{rating}'])").click()
    task.hit.get_by_label("If you could change one thing").fill("Fewer red lights, please.")
    task.hit.get_by_role("button", name="Next").click()
    task.hit.get_by_text("30 to 44").click()
    task.hit.get_by_role("button", name="Submit").click()


def by_keyboard_survey(task: Task) -> None:
    task.tab_to("[name=consent]")
    task.press("Space", "Control+Enter", "2")
    task.tab_to("[type=number]")
    task.type("25")
    task.tab_to("[name=reasons]")
    task.press("1", "3")
    task.tab_to("select")
    task.press("4", "Control+Enter", "5", "1", "2")
    task.tab_to("#field-change")
    task.type("Fewer red lights, please.")
    task.press("Control+Enter", "2", "Control+Enter")


def by_mouse_web_search(task: Task) -> None:
    task.hit.get_by_text("Yes", exact=True).click()
    task.hit.get_by_label("The answer").fill("2000")
    task.hit.get_by_label("The page's address").fill("oresundsbron")
    task.hit.get_by_role("button", name="Submit").click()
    expect(task.hit.locator("#problem-source")).to_contain_text("URL")
    task.hit.get_by_label("The page's address").fill("https://example.org/bridge")
    task.hit.get_by_label("The sentence that says it").fill("It opened on 1 July 2000.")
    task.hit.get_by_role("button", name="Submit").click()


def by_keyboard_web_search(task: Task) -> None:
    task.tab_to("[name=found]")
    task.press("1")
    for text in ("2000", "https://example.org/bridge", "It opened on 1 July 2000."):
        task.press("Tab")
        task.type(text)
    task.press("Control+Enter")


#: What results has to give, whichever way the example was done.
OUTPUTS: dict[str, Any] = {
    "text_classification": {"items": [{"topic": topic, "note": ""} for topic in TOPICS]},
    "image_captioning": {
        "caption": CAPTION,
        "problems": ["blurred"],
    },
    "named_entities": {"entities": ENTITIES, "entities_none": False},
    "compare_answers": compared,
    "compare_models": compared_models,
    "conversation": {
        "chat": {"t5": {"helpful": 4, "wrong": []}, "t7": {"helpful": 1, "wrong": ["false"]}},
        "summary": "Good, except for a sum.",
    },
    "rating_scale": {"clarity": 7, "information": 5, "credibility": 4, "appeal": 1, "comment": ""},
    "audio_transcription": {"transcript": "Hello, this is Maria from the library.", "quality": "clear"},
    "question_answering": {
        "evidence": [{"label": "answer", "start": 63, "end": 102, "text": "three ships had been lost in one winter"}],
        "evidence_none": False,
        "answer": "Because ships had been lost.",
        "difficulty": "easy",
    },
    "survey": {
        "consent": True,
        "mode": "bike",
        "minutes": 25,
        "reasons": ["fast", "healthy"],
        "days": "4",
        "satisfaction": 5,
        "stress": 1,
        "attention": 2,
        "change": "Fewer red lights, please.",
        "age": "30-44",
        "comment": "",
    },
    "web_search": {
        "found": "yes",
        "answer": "2000",
        "source": "https://example.org/bridge",
        "quote": "It opened on 1 July 2000.",
        "note": "",
    },
}


def boxed(output: Any, way: str) -> None:
    assert output["confidence"] == "sure" and output["boxes_none"] is False
    if way == "keyboard":
        # A quarter of 600 × 400, from the middle: two steps of 10 to the right, 10 higher, one pixel back.
        assert output["boxes"] == [{"label": "spoon", "x": 244, "y": 150, "width": 150, "height": 110}]
        return
    assert [box["label"] for box in output["boxes"]] == ["cup", "spoon"]
    wanted = [(150, 80, 300, 240), (360, 120, 120, 160)]
    for box, expected in zip(output["boxes"], wanted, strict=True):
        found = (box["x"], box["y"], box["width"], box["height"])
        assert all(abs(one - other) <= 3 for one, other in zip(found, expected, strict=True)), (found, expected)


@pytest.fixture
def begun(page: Page, folder: Path, run: Run, serve: Callable[..., Server]) -> Callable[..., Task]:
    """Make a task folder of an example, launch it, and let a worker accept its first HIT."""

    def begin(name: str, by_keyboard: bool = False) -> Task:
        copy_example(name, folder)
        with (folder / "simpleturk.toml").open("a") as file:
            file.write('database = "market.db"\n')
        launched = run("launch")
        assert launched.exit_code == 0, launched.stderr
        sign_in(page, serve().site)
        page.locator("a[href^='/projects/']").first.click()
        expect(page.get_by_text("This is a preview.")).to_be_visible()
        if by_keyboard:
            button = page.get_by_role("button", name="Accept")
            for _ in range(30):
                page.keyboard.press("Tab")
                if button.evaluate("(button) => button === document.activeElement"):
                    break
            page.keyboard.press("Enter")
            accepted(page)
        else:
            accept(page)
        expect(hit(page).locator("#task")).to_be_enabled()
        return Task(page, run)

    return begin


@pytest.mark.parametrize("way", ["mouse", "keyboard"])
@pytest.mark.parametrize("name", NEW)
def test_an_example_is_done_and_results_have_what_was_done(begun: Callable[..., Task], name: str, way: str) -> None:
    task = begun(name, way == "keyboard")
    globals()[f"by_{way}_{name}"](task)
    output = task.submitted()
    if name == "bounding_boxes":
        boxed(output, way)
    elif callable(OUTPUTS[name]):
        OUTPUTS[name](output)
    else:
        assert output == OUTPUTS[name]


@pytest.mark.parametrize("screen", ["laptop", "phone", "dark"])
@pytest.mark.parametrize("name", NEW)
def test_axe_finds_nothing_in_an_example_and_nothing_overflows(
    request: pytest.FixtureRequest, name: str, screen: str
) -> None:
    html = pages(name)[0]
    assert len(html.encode()) < 65_535 or "data:" in html
    first: Page = request.getfixturevalue("phone" if screen == "phone" else "page")
    for page, parameters in ((first, ACCEPTED), (first.context.new_page(), PREVIEW)):
        page.emulate_media(color_scheme="dark" if screen == "dark" else "light")
        show(page, html, parameters)
        if parameters is ACCEPTED and not page.locator("[data-page]").count():
            # With its mistakes shown, and something marked.
            page.get_by_role("button", name="Submit").click()
            if name in ("bounding_boxes", "named_entities", "question_answering"):
                act(page, ["#[data-add]", "Enter"] if name == "bounding_boxes" else ["#[data-text]", "ArrowRight", "1"])
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        picture(page, f"example-{screen}-{name}{'-preview' if parameters is PREVIEW else ''}")


def test_what_was_entered_is_there_again_after_a_reload(begun: Callable[..., Task]) -> None:
    task = begun("bounding_boxes")
    drag(task, (0.2, 0.2), (0.7, 0.8))
    task.hit.get_by_text("Not sure").click()
    wait_for_draft(task.page, "confidence")
    task.page.reload()
    expect(task.hit.get_by_role("button", name="Box 1: cup, at")).to_be_visible()
    task.hit.get_by_role("button", name="Submit").click()
    output = task.submitted()
    assert len(output["boxes"]) == 1 and output["confidence"] == "unsure"


def test_instructions_open_once(begun: Callable[..., Task]) -> None:
    task = begun("rating_scale")
    instructions = task.hit.locator("#instructions")
    expect(instructions).to_have_attribute("open", "")
    by_mouse_rating_scale(task)
    # The next HIT comes by itself.
    expect(task.page.get_by_role("status")).to_contain_text("Submitted. Thank you.")
    expect(task.hit.locator("#task")).to_be_enabled()
    expect(instructions).not_to_have_attribute("open", "")


def test_sides_are_chance_but_stay_for_an_assignment(page: Page) -> None:
    html = pages("compare_answers")[0]
    left = set()
    for number in range(12):
        seen = set()
        for _ in range(2):
            show(page, html, ACCEPTED | {"assignmentId": f"3ABC{number}"})
            seen.add(page.locator("[data-side]").first.get_attribute("data-side"))
        assert len(seen) == 1
        left |= seen
    assert left == {"a", "b"}


def test_a_digit_means_one_field_only(page: Page) -> None:
    show(page, pages("question_answering")[0], ACCEPTED)
    act(page, ["#[data-text]", "ArrowRight", "1"])
    expect(page.get_by_role("button", name="Remove This is the answer: The")).to_be_visible()
    assert page.locator("[type=radio]:checked").count() == 0


def test_keys_can_be_switched_off(page: Page) -> None:
    show(page, pages("rating_scale")[0], ACCEPTED)
    page.get_by_label("Keys:").uncheck()
    page.locator("[type=radio]").first.focus()
    page.keyboard.press("3")
    assert page.locator(":checked").count() == 0


FIELDS = """{% extends "simpleturk/page.html" %}{% import "simpleturk/fields.html" as field %}
{% block task %}FIELDS{% endblock %}"""


@pytest.fixture
def answered(page: Page, folder: Path) -> Callable[..., Any]:
    """Show a page of these fields, act on it, submit; return the answer that was sent."""

    def answer(fields: str, steps: list[str], value: Any = None) -> Any:
        (folder / "t.html").write_text(FIELDS.replace("FIELDS", fields))
        sent: list[str] = []
        html = JinjaTemplate(folder / "t.html").render(value or {})
        page.unroute_all()
        show(page, html, ACCEPTED)

        def take(route: Route) -> None:
            sent.append(route.request.post_data or "")
            route.fulfill(body="done", content_type="text/html")

        page.route("**/mturk/externalSubmit", take)
        act(page, steps)
        page.get_by_role("button", name="Submit").click()
        # Either the answer is sent, and "done" is shown, or a field shows its problem.
        problem = page.locator("[id^=problem-]").filter(has_text="Please")
        page.get_by_text("done", exact=True).or_(problem).first.wait_for()
        [form] = sent
        assert set(parse_qs(form)) == {"assignmentId", "output"}
        return json.loads(parse_qs(form)["output"][0])

    return answer


def test_no_name_of_a_field_loses_an_answer(answered: Callable[..., Any]) -> None:
    names = [
        "topic.1234567890123", "topic.7", "year.2019", "year.2020", "label.12", "label.h3", "q1", "q1.note",
        "__proto__.x", "constructor.y", "toString", "__proto__", "items.0.a", "items.1.a", 'ué "q"', "a b",
    ]  # fmt: skip
    fields = "".join("{{ field.text(" + json.dumps(name) + ', "x", required=false) }}' for name in names)
    steps = [step for number in range(len(names)) for step in (f"#[type=text] >> nth={number}", f"=v{number}")]
    output = answered(fields, steps)
    v = [f"v{number}" for number in range(len(names))]
    assert output == {
        "topic": {"1234567890123": v[0], "7": v[1]}, "year": {"2019": v[2], "2020": v[3]},
        "label": {"12": v[4], "h3": v[5]}, "q1": v[6], "q1.note": v[7], "__proto__.x": v[8],
        "constructor": {"y": v[9]}, "toString": v[10], "__proto__": v[11],
        "items": [{"a": v[12]}, {"a": v[13]}], 'ué "q"': v[14], "a b": v[15],
    }  # fmt: skip


def test_places_in_a_text_are_pythons_whatever_it_holds(answered: Callable[..., Any]) -> None:
    text = "one 🙂 two\r\nthree\r\n👩‍👩‍👧 שלום five"
    fields = '{{ field.spans("s", "S", input.text, [["p", "P"]]) }}'
    for number, word in enumerate(["one", "🙂", "two", "three"]):
        steps = ["#[data-text]", *["ArrowRight"] * (number + 1), "1"]
        [span] = answered(fields, steps, {"text": text})["s"]
        assert (span["text"], text[span["start"] : span["end"]]) == (word, word)


def test_a_digit_marks_in_one_of_two_texts(answered: Callable[..., Any]) -> None:
    fields = "".join('{{ field.spans("' + n + '", "S", "one two", [["p", "P"], ["q", "Q"]]) }}' for n in "ab")
    steps = ["#[data-text] >> nth=0", "ArrowRight", "1", "#[data-text] >> nth=1", "ArrowRight", "ArrowRight", "2"]
    output = answered(fields, steps)
    assert [(span["label"], span["text"]) for span in [*output["a"], *output["b"]]] == [("p", "one"), ("q", "two")]


def test_each_of_several_pairs_has_its_own_sides(answered: Callable[..., Any]) -> None:
    pair = "{% call(one) field.sides({KEYS: KEYS, OTHER: OTHER}, name=SHOWN) %}{{ one }}{% endcall %}"
    fields = ""
    for number in range(6):
        names = {"KEYS": f'"a{number}"', "OTHER": f'"b{number}"', "SHOWN": f'"shown{number}"'}
        one = pair
        for name, text in names.items():
            one = one.replace(name, text)
        fields += one + f'{{{{ field.choice("c{number}", "C", ["left", "right", "same"], side=true) }}}}'
    output = answered(fields, ["1", "2", "1", "2", "3", "1"])
    for number, chosen in enumerate(["left", "right", "left", "right", "same", "left"]):
        left = output[f"shown{number}"]
        [right] = {f"a{number}", f"b{number}"} - {left}
        assert output[f"c{number}"] == {"left": left, "right": right, "same": "same"}[chosen]
    # The pairs differ in what stands left, or this would prove nothing.
    assert {output[f"shown{number}"][0] for number in range(6)} == {"a", "b"}


def test_what_is_needed_depends_on_another_field(answered: Callable[..., Any], page: Page) -> None:
    fields = '{{ field.choice("c", "C", ["a=b", "x"]) }}{{ field.text("t", "T", needed_if="c=a=b") }}'
    assert answered(fields, ["2"]) == {"c": "x", "t": ""}
    with pytest.raises(ValueError):
        answered(fields, ["1"])
    expect(page.locator("#problem-t")).to_have_text("Please fill this in.")
