"""A HIT under review is filled in with its answer: submitting the filled page again would give the same output."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from simpleturk.client.connect import connect
from simpleturk.client.endpoints import LOCAL_URL, Endpoint
from simpleturk.commands.tasks.init import copy_example
from simpleturk.marketplace.store.sqlite import assets_folder
from tests.browser.review_frames import reviewing, stored, work_of
from tests.browser.test_examples import OUTPUTS
from tests.conftest import Run

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
    with (folder / "simpleturk.toml").open("a") as file:
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
        pictures = "[...document.images].every((image) => image.complete && image.naturalWidth > 0)"
        review.frame.wait_for_function(pictures)
        found = review.output()
        if name == "compare_answers":
            found["shown_left"] = "a"
        assert found == output
