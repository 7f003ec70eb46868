"""Pictures of the examples, for their folders and the README: python -m tests.browser.gallery

Each is a real run in Chromium: the page as a worker has it after accepting, with a few answers given by the keyboard.
"""

import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Page, Route, sync_playwright

from simpleturk.assets.local import inlined, local_files
from simpleturk.batch.inputs import open_inputs
from simpleturk.batch.templates.jinja import JinjaTemplate
from simpleturk.resources import shipped
from tests.browser.conftest import FLAGS
from tests.chromium import find_chromium

HOST = "http://hit.example"
ACCEPTED = {"assignmentId": "3A", "hitId": "3H", "workerId": "w", "turkSubmitTo": HOST}
PREVIEW = {"assignmentId": "ASSIGNMENT_ID_NOT_AVAILABLE", "hitId": "3H"}

#: What is pressed before the picture is taken; "#…" puts the focus there, "=…" is typed.
ANSWERS: dict[str, list[str]] = {
    "text_classification": ["1"],
    "image_captioning": ["#textarea", "=A white cup of coffee with a spoon stands on a wooden table."],
    "bounding_boxes": [],
    "named_entities": ["#[data-text]", "ArrowRight", "Shift+ArrowRight", "1", *["ArrowRight"] * 2,
                       "Shift+ArrowRight", "1", *["ArrowRight"] * 2, "2"],
    "compare_answers": ["1", "1"],
    "rating_scale": ["7", "6"],
    "compare_models": ["1", "1"],
    "conversation": ["4", "#[name='chat.t5.wrong']", "1"],
    "audio_transcription": ["#textarea", "=Hello, this is Maria from the library. The book"],
    "question_answering": ["#[data-text]", *["ArrowRight"] * 15, *["Shift+ArrowRight"] * 7, "1"],
    "survey": ["#[name=consent]", "Space", "Control+Enter", "2", "#[name=reasons]", "1", "3"],
    "web_search": ["1", "#[name=answer]", "=2000"],
}  # fmt: skip


def pages(name: str) -> list[str]:
    """The pages of an example's inputs, as a worker gets them; local files stand in them."""
    folder = shipped("examples", name)
    template = folder / "template.html"
    inputs = open_inputs(folder / "inputs.jsonl")
    compiled = JinjaTemplate(template, assets=local_files(inputs.path, template, inlined(10**7)))
    return [compiled.render(item.value) for item in inputs.values()]


def show(page: Page, html: str, parameters: dict[str, str]) -> None:
    """Open a page as if a marketplace showed it."""

    def answer(route: Route) -> None:
        route.fulfill(body=html, content_type="text/html; charset=utf-8")

    page.route("**/*", answer)
    page.goto(f"{HOST}/?{urlencode(parameters)}")


def act(page: Page, steps: list[str]) -> None:
    """Press keys, as ANSWERS has them."""
    for step in steps:
        if step.startswith("#"):
            page.locator(step[1:]).first.focus()
        elif step.startswith("="):
            page.keyboard.type(step[1:])
        else:
            page.keyboard.press(step)


def _draw(page: Page) -> None:
    stage: Any = page.locator(".stage").bounding_box()
    for label, start, end in (("1", (0.285, 0.04), (0.685, 0.77)), ("3", (0.545, 0.165), (0.71, 0.82))):
        page.keyboard.press(label)
        page.mouse.move(stage["x"] + start[0] * stage["width"], stage["y"] + start[1] * stage["height"])
        page.mouse.down()
        page.mouse.move(stage["x"] + end[0] * stage["width"], stage["y"] + end[1] * stage["height"], steps=4)
        page.mouse.up()


def main() -> None:
    """Take all pictures, or those of the examples named; into the examples' folders, or another with --to FOLDER."""
    arguments = sys.argv[1:]
    to = Path(arguments.pop(arguments.index("--to") + 1)) if "--to" in arguments else None
    names = [name for name in arguments if name != "--to"] or list(ANSWERS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        for name in names:
            page = browser.new_page(viewport={"width": 900, "height": 640})
            show(page, pages(name)[0], ACCEPTED)
            page.wait_for_function("[...document.images].every((image) => image.complete && image.naturalWidth)")
            page.locator("#instructions").evaluate("(details) => (details.open = false)")
            act(page, ANSWERS[name])
            if name == "bounding_boxes":
                _draw(page)
            page.evaluate("scrollTo(0, 0)")
            target = to / f"{name}.jpg" if to else shipped("examples", name, "picture.jpg")
            page.screenshot(path=target, type="jpeg", quality=85)
            print(target)  # noqa: T201
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
