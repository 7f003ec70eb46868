"""Workers upload files with pages that ask for them in different ways, under both names of the site."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, picture
from tests.browser.worker_steps import accept, hit, open_preview, sign_in, submit, wait_for_draft, work_on
from tests.conftest import Files, Run, records

FIELD = '<label>Photo <input type="file" name="photo" {}></label> <input name="note" value="ok"><button>Submit</button>'
ACTION = "https://www.mturk.com/mturk/externalSubmit"

PAGES = {
    "without an encoding": f'<form method="post" action="{ACTION}"><input type="hidden" name="assignmentId" value="">'
    f"{FIELD.format('')}</form>",
    "with the encoding of files": f'<form method="post" enctype="multipart/form-data" action="{ACTION}">'
    f'<input type="hidden" name="assignmentId" value="">{FIELD.format("")}</form>',
    "without an address": f"<form>{FIELD.format('')}</form>",
    "by get": f'<form method="get" action="{ACTION}"><input type="hidden" name="assignmentId" value="">'
    f"{FIELD.format('')}</form>",
    "submitted by a script": f"""<form id="f" method="post" action="{ACTION}"><input type="hidden" name="assignmentId">
{FIELD.format("").replace("<button>", '<button type="button" onclick="f.submit()">')}</form>""",
    "the form macro": """{% extends "simpleturk/page.html" %}{% import "simpleturk/fields.html" as field %}
{% block task %}{{ field.file("photo", "Photo", accept="image/*") }}{{ field.text("note", "Note") }}{% endblock %}""",
}
FILL_ASSIGNMENT = """<script>document.querySelectorAll("[name=assignmentId]").forEach(function (field) {
field.value = new URLSearchParams(location.search).get("assignmentId"); });</script>"""


@pytest.mark.parametrize("name", ["named", "number"])
@pytest.mark.parametrize("kind", PAGES)
def test_the_content_of_a_chosen_file_reaches_the_requester(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server], kind: str, name: str
) -> None:
    template = PAGES[kind] if kind == "the form macro" else PAGES[kind] + FILL_ASSIGNMENT
    batch_files([{"word": "cat"}], template=template)
    assert run("launch").exit_code == 0
    server = serve()
    work_on(page, server.site if name == "named" else server.api)
    hit(page).get_by_label("Photo").set_input_files({"name": "cat.jpg", "mimeType": "image/jpeg", "buffer": b"meow"})
    if kind == "the form macro":
        hit(page).get_by_label("Note").fill("ok")
    submit(page, "Submit")
    [record] = records(run("results", "--files", "photos").stdout)
    assert record["output"]["note"] == "ok"
    assert (record["output"]["photo"]["name"], record["output"]["photo"]["size"]) == ("cat.jpg", 4)
    assert Path(record["files"][0]).read_bytes() == b"meow"


def test_fifty_megabytes_survive_the_end_of_the_server_right_after_the_confirmation(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server], tmp_path: Path
) -> None:
    batch_files([{"word": "cat"}], template=PAGES["without an encoding"] + FILL_ASSIGNMENT)
    run("launch")
    server = serve()
    work_on(page, server.site)
    film = tmp_path / "film.mp4"
    film.write_bytes(bytes(range(250)) * 200_000)
    hit(page).get_by_label("Photo").set_input_files(film)
    submit(page, "Submit")
    server.kill()
    [record] = records(run("results", "--files", "films").stdout)
    assert record["output"]["photo"]["size"] == 50_000_000
    assert Path(record["files"][0]).read_bytes() == film.read_bytes()


def test_a_worker_reads_the_limit_before_choosing_and_is_stopped_before_sending(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server], folder: Path
) -> None:
    batch_files([{"word": "cat"}], template=PAGES["without an encoding"] + FILL_ASSIGNMENT)
    with (folder / "simpleturk.toml").open("a") as file:
        file.write("[site]\nmax_file_mb = 1\nmax_files_mb = 2\n")
    run("launch")
    sign_in(page, serve().site)
    open_preview(page)
    expect(hit(page).get_by_text("At most 1 MB for each file, 2 MB in all.")).to_be_visible()
    accept(page)
    field = hit(page).get_by_label("Photo")
    field.set_input_files({"name": "film.mp4", "mimeType": "video/mp4", "buffer": bytes(1_500_000)})
    expect(hit(page).get_by_text("film.mp4 is too large: 1.5 MB. At most 1 MB are allowed.")).to_be_visible()
    picture(page, "upload-too-large")
    hit(page).get_by_role("button", name="Submit").click()
    assert field.evaluate("field => field.validity.customError")
    assert run("results").stdout == ""
    field.set_input_files({"name": "cat.jpg", "mimeType": "image/jpeg", "buffer": b"meow"})
    expect(hit(page).get_by_text("is too large")).to_have_count(0)
    submit(page, "Submit")
    assert records(run("results").stdout)[0]["output"]["photo"]["name"] == "cat.jpg"


def test_a_draft_names_the_files_to_choose_again(
    page: Page, batch_files: Files, run: Run, serve: Callable[..., Server]
) -> None:
    batch_files([{"word": "cat"}], template=PAGES["without an encoding"] + FILL_ASSIGNMENT)
    run("launch")
    work_on(page, serve().site)
    hit(page).get_by_label("Photo").set_input_files({"name": "cat.jpg", "mimeType": "", "buffer": b"meow"})
    hit(page).get_by_role("textbox").fill("changed")
    wait_for_draft(page, "note")
    page.reload()
    expect(hit(page).get_by_text("Please choose again: cat.jpg.")).to_be_visible()
    expect(hit(page).get_by_role("textbox")).to_have_value("changed")
    picture(page, "upload-choose-again")
