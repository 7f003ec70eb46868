"""A form in YAML, done in the browser: what is shown, what is asked for, and what arrives."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import Server, picture
from tests.browser.worker_steps import hit, hit_frame, submit, work_on
from tests.conftest import Run, records

FORM = """title: What is in the photo of {{ input.place }}?
instructions: |
  Look at the [photo]({{ input.link }}), then answer.

  - **One** bird is enough.
parts:
  - {type: choice, name: bird, label: "Is there a bird?", options: ["yes", "no", {value: unsure, text: Not sure}]}
  - {type: choices, name: species, label: Which species?, options: "{{ input.species }}", least: 1, show_if: bird=yes}
  - {type: text, name: wren, label: What does the wren do?, show_if: species=wren}
  - {type: text, name: why, label: Why are you not sure?, required_if: bird=unsure, rows: 2}
  - type: section
    title: Quality
    parts:
      - {type: scale, name: quality, label: How good is it?, low: bad, high: good}
      - {type: number, name: count, label: How many?, min: 0, required: false}
      - {type: text, name: code, label: Code, pattern: "[A-Z]{2}", pattern_hint: two capital letters, required: false}
"""
INPUT = {"place": "Leeds <b>", "link": "javascript:alert(1)", "species": ["robin", "wren"]}
PROPERTIES = {"Title": "Birds", "Description": "d", "Reward": 0.05, "AssignmentDurationInSeconds": 600}


@pytest.fixture
def launched(folder: Path, run: Run, serve: Callable[..., Server]) -> str:
    Path("form.yaml").write_text(FORM)
    Path("p.json").write_text(json.dumps(PROPERTIES))
    Path("i.jsonl").write_text(json.dumps(INPUT) + "\n")
    launched = run("launch", "--template", "form.yaml", "--properties", "p.json", "--inputs", "i.jsonl")
    assert launched.exit_code == 0, launched.stderr
    return serve().site


def output(run: Run) -> Any:
    [record] = records(run("results").stdout)
    return record["output"]


def test_parts_appear_with_their_condition_and_only_shown_fields_are_in_the_answer(
    page: Page, launched: str, run: Run
) -> None:
    work_on(page, launched, "Birds")
    frame = hit(page)
    expect(frame.get_by_text("Which species?")).to_be_hidden()
    frame.get_by_role("radio", name="yes", exact=True).check()
    frame.get_by_role("checkbox", name="wren").check()
    frame.get_by_label("What does the wren do?").fill("sings")
    frame.get_by_role("checkbox", name="wren").uncheck()
    expect(frame.get_by_label("What does the wren do?")).to_be_hidden()
    frame.get_by_role("checkbox", name="robin").check()
    picture(page, "form")
    frame.get_by_role("radio", name="4", exact=True).check()
    submit(page)
    assert output(run) == {
        "bird": "yes", "species": ["robin"], "why": "", "quality": 4, "count": None, "code": "",
    }  # fmt: skip


def test_what_a_condition_requires_is_asked_for(page: Page, launched: str, run: Run) -> None:
    work_on(page, launched, "Birds")
    frame = hit(page)
    frame.get_by_role("radio", name="Not sure", exact=True).check()
    frame.get_by_role("radio", name="4", exact=True).check()
    frame.get_by_label("Code").fill("xy")
    frame.get_by_role("button", name="Submit").click()
    expect(frame.get_by_text("Please fill this in.")).to_be_visible()
    frame.get_by_label("Why are you not sure?").fill("dark")
    frame.get_by_role("button", name="Submit").click()
    expect(frame.locator("#problem-code")).not_to_be_empty()
    frame.get_by_label("Code").fill("XY")
    submit(page)
    assert output(run) == {"bird": "unsure", "why": "dark", "quality": 4, "count": None, "code": "XY"}


def test_a_hidden_answer_is_kept_as_a_draft(page: Page, launched: str) -> None:
    work_on(page, launched, "Birds")
    frame = hit(page)
    frame.get_by_role("radio", name="yes", exact=True).check()
    frame.get_by_role("checkbox", name="robin").check()
    frame.get_by_role("radio", name="no", exact=True).check()
    page.wait_for_function(
        """() => Object.values(sessionStorage).some((text) => text.includes('["bird","no",true]'))"""
    )
    page.reload()
    expect(frame.get_by_role("radio", name="no", exact=True)).to_be_checked()
    expect(frame.get_by_text("Which species?")).to_be_hidden()
    frame.get_by_role("radio", name="yes", exact=True).check()
    expect(frame.get_by_role("checkbox", name="robin")).to_be_checked()


def test_a_form_is_done_on_a_phone_and_is_accessible(phone: Page, launched: str, run: Run) -> None:
    work_on(phone, launched, "Birds")
    frame = hit(phone)
    frame.get_by_role("radio", name="no", exact=True).tap()
    frame.get_by_role("radio", name="2", exact=True).tap()
    expect(frame.get_by_role("link", name="photo")).to_have_attribute("href", "#")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    picture(phone, "form-on-a-phone")
    assert violations(phone) == []
    assert violations(hit_frame(phone)) == []
    submit(phone)
    assert output(run)["bird"] == "no"
