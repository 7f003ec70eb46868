"""Directories of FormComposer, done in the browser: what is shown, what is asked for, and what arrives."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from simpleturk.batch.templates.detect import open_template
from simpleturk.batch.templates.forms.composer.form_inputs import FormInputs
from simpleturk.mturk.questions import question_xml
from tests.browser.conftest import Server, picture
from tests.browser.review_frames import reviewing, stored, work_of
from tests.browser.worker_steps import hit, hit_frame, open_preview, sign_in, work_on
from tests.conftest import Run, records

PROPERTIES = {"Title": "Birds", "Description": "d", "Reward": 0.05, "AssignmentDurationInSeconds": 600}
UNIT = {
    "form": {
        "title": "Bird <i>photo</i> {{photo_no}}",
        "instruction": "insertions/how_to.html",
        "show_instructions_as_modal": True,
        "sections": [
            {
                "name": "look",
                "title": "What is in the photo?",
                "collapsable": False,
                "instruction": "<p title='{{photo_url}}'>From {{photo_url}}</p>",
                "fieldsets": [
                    {
                        "title": "Sighting",
                        "rows": [
                            {
                                "help": "Choose all that you are sure of",
                                "fields": [
                                    {
                                        "type": "radio",
                                        "name": "has_bird",
                                        "label": "Is a bird visible?",
                                        "options": [{"label": "Yes", "value": "yes"}, {"label": "No", "value": "no"}],
                                        "validators": {"required": True},
                                        "triggers": {"onChange": "toggleSpecies"},
                                    },
                                    {
                                        "type": "select",
                                        "name": "species",
                                        "label": "Species near {{ place }}",
                                        "classes": "hidden",
                                        "multiple": True,
                                        "value": [],
                                        "options": [
                                            {"label": "Robin", "value": "robin"},
                                            {"label": "Wren", "value": "wren"},
                                            {"label": "Tit", "value": "tit"},
                                        ],
                                        "validators": {"required": True, "maxLength": 2},
                                    },
                                ],
                            },
                            {
                                "fields": [
                                    {
                                        "type": "checkbox",
                                        "name": "quality",
                                        "label": "Photo problems",
                                        "options": [
                                            {"label": "Blurred", "value": "blur", "checked": False},
                                            {"label": "Dark", "value": "dark", "checked": True},
                                        ],
                                        "validators": {"minLength": 1},
                                    },
                                    {
                                        "type": "textarea",
                                        "name": "note",
                                        "label": "Notes",
                                        "validators": {"maxLength": 30, "noUrls": True},
                                    },
                                    {
                                        "type": "file",
                                        "name": "better",
                                        "label": "A better crop",
                                        "show_preview": True,
                                        "validators": {"fileExtension": ["png", ".JPG"]},
                                    },
                                    {"type": "hidden", "name": "opened_at", "label": ""},
                                ]
                            },
                        ],
                    }
                ],
            },
            {
                "title": "More",
                "initially_collapsed": True,
                "triggers": {"onClick": ["opened", "x"]},
                "fieldsets": [
                    {
                        "rows": [
                            {
                                "fields": [
                                    {
                                        "type": "input",
                                        "name": "who",
                                        "label": "Who?",
                                        "validators": {"minLength": 2.9, "regexp": ["^[a-z0-9 ]+$", "i"]},
                                    },
                                    {"type": "email", "name": "mail", "label": "E-mail", "help": "not <b>stored</b>"},
                                    {
                                        "type": "button",
                                        "name": "press",
                                        "value": "Press",
                                        "triggers": {"onClick": ["old", [1, 2]]},
                                    },
                                ]
                            }
                        ]
                    },
                    {
                        "lookup_name": "dynamic",
                        "rows": [{"fields": [{"type": "input", "name": "d1", "label": "[[name]]"}]}],
                    },
                ],
            },
        ],
        "submit_button": {"text": "Send", "tooltip": "Send answers", "instruction": "<i>Check once more</i>"},
    },
    "expecting_answers": {"has_bird": "gold-answer"},
    "isScreeningUnit": True,
}
VALUES = {"photo_url": ["C:\\new \\1 \\g<0> {{place}} <b>&amp;'\""], "place": ["Leeds", "York"], "photo_no": [1]}
VALIDATORS = """export function noUrls(field, value, on) {
  return on && /https?:/.test(value) ? `No addresses in ${field.name}, </script> please.` : null;
}
"""
TRIGGERS = """export function toggleSpecies({ fieldValue, updateFormData }) {
  document.querySelector("[name=species]").closest(".field").classList.toggle("hidden", fieldValue !== "yes");
  updateFormData("opened_at", "set by " + fieldValue);
}
export const opened = ({ updateFormData, triggerArgs }) => updateFormData("mail", triggerArgs[0] + "@opened");
export function old(formData, updateFormData, element, fieldValue, formFields, a, b) {
  updateFormData("who", [formData.has_bird, fieldValue, formFields.mail.type, a, b].join(" "));
}
"""


def write_form(unit: Any = UNIT, values: Any = VALUES) -> None:
    insertions = Path("birds/insertions")
    insertions.mkdir(parents=True)
    Path("birds/unit_config.json").write_text(json.dumps(unit))
    Path("birds/separate_token_values_config.json").write_text(json.dumps(values))
    (insertions / "how_to.html").write_text("<p>How to <b>do</b> it in {{place}}</p>")
    (insertions / "custom_validators.js").write_text(VALIDATORS)
    (insertions / "custom_triggers.js").write_text(TRIGGERS)
    Path("p.json").write_text(json.dumps(PROPERTIES))


@pytest.fixture
def launched(folder: Path, run: Run, serve: Callable[..., Server]) -> str:
    write_form()
    launched = run("launch", "--template", "birds", "--properties", "p.json")
    assert launched.exit_code == 0, launched.stderr
    return serve().site


def send(frame: Any) -> None:
    frame.get_by_role("button", name="Send").click()


def test_a_form_is_done_with_its_triggers_and_validators(page: Page, launched: str, run: Run, folder: Path) -> None:
    work_on(page, launched, "Birds")
    frame = hit(page)
    expect(frame.get_by_role("heading", level=1)).to_have_text("Bird photo 1")
    expect(frame.get_by_text("From C:\\new \\1 \\g<0> {{place}} <b>&amp;'\"")).to_be_visible()
    assert "gold-answer" not in frame.locator("html").inner_html()
    frame.get_by_role("button", name="Instructions").click()
    expect(frame.get_by_role("dialog").get_by_text("How to do it in Leeds")).to_be_visible()
    frame.get_by_role("button", name="Close").click()
    send(frame)
    # The required radio, and the text that is too short even though it is empty.
    expect(frame.get_by_text("Please correct the 2 fields that are marked.")).to_be_visible()
    frame.get_by_role("radio", name="Yes").check()
    expect(frame.get_by_label("Species near Leeds")).to_be_visible()
    frame.get_by_label("Select all").check()
    frame.get_by_label("Notes").fill("see https://example.org")
    frame.get_by_label("A better crop").set_input_files({"name": "a.gif", "mimeType": "image/gif", "buffer": b"GIF"})
    frame.get_by_role("heading", name="More").click()
    frame.get_by_role("button", name="Press").click()
    expect(frame.get_by_label("Who?")).to_have_value("yes Press email 1 2")
    send(frame)
    expect(frame.get_by_text("Please give at most 2 options.")).to_be_visible()
    expect(frame.get_by_text("No addresses in note, </script> please.")).to_be_visible()
    expect(frame.get_by_text("Please choose a file of the type png, jpg.")).to_be_visible()
    frame.get_by_label("Species near Leeds").select_option(["robin", "tit"])
    frame.get_by_label("Notes").fill(" none ")
    frame.get_by_label("A better crop").set_input_files({"name": "A.jpg", "mimeType": "image/jpeg", "buffer": b"JPEG"})
    expect(frame.get_by_alt_text("The file that you chose")).to_be_attached()
    picture(page, "form-composer")
    send(frame)
    expect(page.get_by_text("Submitted").first).to_be_visible()
    [record] = records(run("results").stdout)
    output = record["output"]
    file = output.pop("better")
    assert (file["name"], file["size"], file["type"]) == ("A.jpg", 4, "image/jpeg")
    assert output == {
        "has_bird": "yes",
        "species": ["robin", "tit"],
        "quality": {"blur": False, "dark": True},
        "note": " none ",
        "opened_at": "set by yes",
        "who": "yes Press email 1 2",
        "mail": "x@opened",
        "press": "Press",
    }
    assert record["input"]["expecting_answers"] == {"has_bird": "gold-answer"}
    assert record["input"]["isScreeningUnit"] is True
    assert record["input"]["form_metadata"]["tokens_values"]["place"] == "Leeds"


def test_a_preview_has_no_values_and_no_fields(page: Page, launched: str) -> None:
    sign_in(page, launched)
    open_preview(page, "Birds")
    frame = hit(page)
    expect(frame.get_by_text("How to do it in")).to_be_visible()
    expect(frame.get_by_text("Leeds")).to_have_count(0)
    expect(frame.get_by_role("radio")).to_have_count(0)


def test_hidden_fields_are_neither_asked_for_nor_submitted(page: Page, launched: str, run: Run) -> None:
    work_on(page, launched, "Birds")
    frame = hit(page)
    frame.get_by_role("radio", name="No").check()
    frame.get_by_role("heading", name="More").click()
    frame.get_by_label("Who?").fill("ann")
    send(frame)
    expect(page.get_by_text("Submitted").first).to_be_visible()
    [record] = records(run("results").stdout)
    assert "species" not in record["output"]
    assert record["output"]["opened_at"] == "set by No".lower()
    assert record["output"]["who"] == "ann"


def test_a_form_is_accessible_on_a_phone_in_the_dark(phone: Page, launched: str) -> None:
    phone.emulate_media(color_scheme="dark")
    work_on(phone, launched, "Birds")
    frame = hit(phone)
    frame.get_by_role("heading", name="More").click()
    send(frame)
    expect(frame.get_by_text("Please correct the 2 fields that are marked.")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    inner = hit_frame(phone)
    assert inner.evaluate("document.documentElement.scrollWidth <= innerWidth")
    picture(phone, "form-composer-on-a-phone")
    assert not [one["id"] for one in Axe().run(phone).response["violations"]]


def test_a_reviewed_form_is_filled_in_and_runs_no_triggers(page: Page, folder: Path) -> None:
    write_form()
    source = open_template(Path("birds"), [])
    version = next(FormInputs(Path("birds")).values()).value
    answer = {
        "has_bird": "yes",
        "species": ["tit"],
        "quality": {"blur": True, "dark": False},
        "note": "n",
        "opened_at": "then",
        "who": "ann",
        "mail": "",
        "press": "Press",
    }
    with reviewing(page, work_of(question_xml(source.render(version), 0), stored(answer))) as review:
        expect(page.frame_locator("iframe").get_by_label("Species near Leeds")).to_have_values(["tit"])
        frame = page.frame_locator("iframe")
        expect(frame.get_by_role("radio", name="Yes")).to_be_checked()
        expect(frame.get_by_role("checkbox", name="Blurred")).to_be_checked()
        expect(frame.get_by_role("checkbox", name="Dark")).not_to_be_checked()
        expect(frame.get_by_label("Who?")).to_have_value("ann")
        # A trigger of the radio button would set it to another text.
        expect(frame.locator("[name=opened_at]")).to_have_value("then")
        # The caption of a button is no field: the reviewer reads it in the table of fields.
        assert review.heard("unplaced") == ["press"]
