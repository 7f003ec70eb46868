"""Rules about the frame of a page: its forms, its permissions, and what browsers do not show in it."""

import pytest

from simpleturk.batch.lint.frame import frame, missing_permissions, other_form
from simpleturk.batch.lint.page import Page
from simpleturk.batch.properties.model import Properties
from tests.batch.lint.test_page import page_of
from tests.conftest import Files, Run

FORM = (
    '<form method="post" action="https://www.mturk.com/mturk/externalSubmit"><input name="a"><button>x</button></form>'
)


def script(code: str) -> Page:
    return page_of(f"{FORM}<script>{code}</script>")


@pytest.mark.parametrize(
    ("html", "fields"),
    [
        (FORM, []),
        ("<input name=outside>" + FORM, []),
        ('<form><input name="q"><button>y</button></form>' + FORM, ["q"]),
        (FORM + '<form><input name="q"><input name="r"></form><form><select name="s"></select></form>', ["q", "s"]),
        ('<form><input name="p"></form><form><input name="q"></form>', ["q"]),
        (FORM + '<form method="dialog"><input name="q"></form>', []),
        (FORM + "<form><input><button>y</button></form>", []),
        (FORM + '<form><input name="q"></form><script>f()</script>', []),
        (
            '<form action="https://example.org/find" target="_blank"><input name="q"><button>y</button></form>' + FORM,
            [],
        ),
        ("<input name=a>" + FORM, ["a"]),
        ("<input name=a><input name=b>" + FORM.replace("name", "id"), []),
    ],
)
def test_fields_of_a_form_that_is_not_submitted_are_errors(html: str, fields: list[str]) -> None:
    mistakes = list(other_form(page_of(html)))
    assert [mistake.problem.split("'")[1] for mistake in mistakes] == fields
    assert all(mistake.is_error for mistake in mistakes)


def test_a_second_form_with_amazons_address_and_a_button_may_be_an_answer_of_its_own() -> None:
    [mistake] = other_form(page_of(FORM + FORM.replace('"a"', '"b"')))
    assert "'b' is in another form" in mistake.problem and not mistake.is_error
    [mistake] = other_form(page_of(FORM + FORM.replace('"a"', '"b"').replace("<button>x</button>", "")))
    assert mistake.is_error


@pytest.mark.parametrize(
    ("code", "needed"),
    [
        ("navigator.mediaDevices.getUserMedia({ audio: true })", ["microphone"]),
        ("navigator.mediaDevices.getUserMedia({ video: { width: 9 }, audio: false })", ["camera"]),
        ("getUserMedia(constraints)", ["microphone", "camera"]),
        ("new webkitSpeechRecognition()", ["microphone"]),
        ("navigator.geolocation.getCurrentPosition(f)", ["geolocation"]),
        ("navigator.clipboard.readText(); navigator.clipboard?.writeText('x')", ["clipboard-read", "clipboard-write"]),
        ("navigator.mediaDevices.getDisplayMedia()", ["display-capture"]),
        ("addEventListener('devicemotion', f)", ["accelerometer"]),
        ("document.body.requestFullscreen(); event.clipboardData.getData('x')", []),
    ],
)
def test_each_permission_that_a_script_needs_must_be_named(code: str, needed: list[str]) -> None:
    mistakes = list(missing_permissions(script(code), []))
    assert [mistake.problem.rpartition(" ")[2] for mistake in mistakes] == needed
    assert list(missing_permissions(script(code), needed)) == []
    for mistake, name in zip(mistakes, needed, strict=True):
        assert f'"Allow": ["{name}"]' in mistake.hint and not mistake.is_error


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ('<embed src="a.PDF#page=2">', "<embed> shows a PDF"),
        ('<object data="https://x.example/a" type="application/pdf"></object>', "<object> shows a PDF"),
        ('<iframe src="https://x.example/a.pdf?x=1"></iframe>', "<iframe> shows a PDF"),
        ('<iframe src="https://www.youtube.com/embed/x"></iframe>', "youtube.com does not play where the site has one"),
        ("<script>getUserMedia({audio: 1})</script>", "the microphone that getUserMedia needs is refused where"),
        (
            '<iframe src="https://x.example/"></iframe><a href="a.pdf">a</a><script>navigator.geolocation.x()</script>',
            "",
        ),
    ],
)
def test_what_browsers_do_not_run_in_a_frame_is_a_warning(html: str, words: str) -> None:
    mistakes = list(frame(page_of(FORM + html)))
    assert [words in mistake.problem for mistake in mistakes] == ([True] if words else [])
    assert not any(mistake.is_error for mistake in mistakes)


def test_check_names_the_line_and_the_property(batch_files: Files, run: Run) -> None:
    template = (
        f"<!doctype html><title>T</title>{{{{ input.word }}}}{FORM}\n<script>\ngetUserMedia({{audio: 1}})</script>"
    )
    batch_files([{"word": "cat"}], template=template)
    result = run("check")
    assert (
        "template.html, line 3" in result.stderr
        and 'add it to the property Allow: "Allow": ["microphone"]' in result.stderr
    )
    batch_files([{"word": "cat"}], template=template, Allow=["microphone"])
    assert "[permission]" not in run("check").stderr


def test_the_property_is_one_name_or_a_list_and_leaves_room_for_the_annotation() -> None:
    known = {"Title": "T", "Description": "D", "Reward": "0.10", "AssignmentDurationInSeconds": 60}
    assert Properties.model_validate(known | {"Allow": "camera"}).Allow == ["camera"]
    both = Properties.model_validate(known | {"Allow": ["camera", "midi"], "RequesterAnnotation": "note"})
    assert both.hit_parameters("mark")["RequesterAnnotation"] == "note Allow=camera,midi mark"
    with pytest.raises(ValueError, match="RequesterAnnotation and Allow have 142 characters together: at most 130"):
        Properties.model_validate(known | {"Allow": ["camera"], "RequesterAnnotation": "x" * 129})


def test_storage_that_ends_with_the_page_is_a_warning_in_the_pages_own_scripts() -> None:
    [mistake] = frame(script("localStorage.setItem('step', 2); sessionStorage.clear()"))
    assert (mistake.is_error, "what localStorage stores is lost" in mistake.problem) == (False, True)
    assert list(frame(script("keep('localStorages')"))) == []
