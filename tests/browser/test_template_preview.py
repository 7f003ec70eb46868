"""render-template --preview in a browser."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from simpleturk.commands.tasks.init import copy_example
from tests.browser.conftest import picture
from tests.conftest import Files, Run, do, records
from tests.forked_commands import CommandForker, ForkedCommand
from tests.marketplace.questions.test_question_form import FORM

TEMPLATE = """<!doctype html><title>T</title><h1>{{ input.word }}</h1><p id=state></p>
{% include "simpleturk.html" %}
<script>
document.getElementById("state").textContent = simpleturk.isPreview() ? "preview" : "accepted";
if (!simpleturk.isPreview()) {
  simpleturk.setupSubmit();
  const button = document.getElementById("submit-btn");
  button.disabled = false;
  button.addEventListener("click", () => simpleturk.setOutput({ word: simpleturk.getInput().word }));
}
</script>
"""


@pytest.fixture
def preview(forker: CommandForker) -> Iterator[Callable[..., str]]:
    """Start previews of the working directory; each call returns the preview's address."""
    processes: list[ForkedCommand] = []

    def start(*options: str) -> str:
        process = forker.start("render-template", "--preview", "--port", "0", *options)
        processes.append(process)
        return process.stderr.readline().split()[-1]

    yield start
    for process in processes:
        process.terminate()
        process.wait(20)
        process.close()


@pytest.fixture
def address(batch_files: Files, preview: Callable[..., str]) -> str:
    batch_files('{"word": "cat & <dog>"}\n\n{"word": "emu"}\n', template=TEMPLATE)
    return preview()


@pytest.mark.parametrize("host", ["named", "number"])
def test_the_inputs_can_be_stepped_through_in_both_states(page: Page, address: str, host: str) -> None:
    page.goto(address if host == "named" else address.replace("worker.simpleturk.localhost", "127.0.0.1"))
    hit = page.frame_locator("#hit")
    expect(hit.get_by_role("heading")).to_have_text("cat & <dog>")
    expect(hit.locator("#state")).to_have_text("accepted")
    expect(page.locator("#of")).to_have_text("1 of 2")
    expect(page.locator("#title")).to_have_text("Describe an image")
    expect(page.get_by_role("status")).to_have_text("No problems found with this input.")
    page.get_by_role("button", name="Next").click()
    expect(hit.get_by_role("heading")).to_have_text("emu")
    expect(page.get_by_label("Line")).to_have_value("3")
    page.get_by_label("State").select_option("preview")
    expect(hit.locator("#state")).to_have_text("preview")
    page.get_by_label("Line").fill("1")
    page.get_by_label("Line").press("Enter")
    expect(hit.get_by_role("heading")).to_have_text("cat & <dog>")
    assert page.locator("#hit").evaluate("(frame) => frame.clientWidth") == 1280
    # Shown smaller, and pressed where it is seen.
    zoom = page.locator("#hit").evaluate("(frame) => Number(getComputedStyle(frame).zoom)")
    assert 0.5 < zoom < 1
    page.get_by_label("State").select_option("accepted")
    expect(hit.locator("#state")).to_have_text("accepted")
    expect(hit.locator("#submit-btn")).to_be_enabled()
    around = page.locator("#stage").bounding_box()
    [x, y] = hit.locator("#submit-btn").evaluate("(it) => [it.getBoundingClientRect().x, it.getBoundingClientRect().y]")
    assert around
    page.mouse.click(around["x"] + (x + 5) * zoom, around["y"] + (y + 5) * zoom)
    expect(page.locator("#result")).to_contain_text("cat & <dog>")
    page.get_by_label("Width").select_option("phone")
    assert page.locator("#hit").evaluate("(frame) => frame.clientWidth") == 390


def test_the_page_before_a_mistake_still_has_its_height(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.frame_locator("#hit").get_by_role("heading")).to_have_text("cat & <dog>")
    Path("template.html").write_text("<h1>{% if %}</h1>")
    expect(page.get_by_text("template.html, line 1")).to_be_visible()
    page.frames[1].evaluate("parent.postMessage({ simpleturk: 'height', height: 3000 }, '*')")
    expect(page.locator("#hit")).to_have_css("height", "3000px")


def test_a_change_shows_by_itself_also_an_error(page: Page, address: str) -> None:
    page.goto(address)
    hit = page.frame_locator("#hit")
    expect(hit.get_by_role("heading")).to_have_text("cat & <dog>")
    Path("template.html").write_text("<h1>new {{ input.word }}</h1>")
    expect(hit.get_by_role("heading")).to_have_text("new cat & <dog>")
    expect(page.get_by_text("the page has no form: workers cannot submit it")).to_be_visible()
    Path("template.html").write_text("\n{{ input.colour }}")
    expect(page.get_by_text("template.html, line 2")).to_be_visible()
    expect(page.get_by_text("the input has no 'colour'")).to_be_visible()
    Path("template.html").write_text("<h1>{% if %}</h1>")
    expect(page.get_by_text("template.html, line 1")).to_be_visible()
    Path("template.html").write_text("<h1>mended</h1>")
    Path("inputs.jsonl").write_text('{"word": 1}\n{"word": 2}\n{"word": 3}\n')
    expect(page.locator("#of")).to_have_text("1 of 3")
    expect(hit.get_by_role("heading")).to_have_text("mended")
    Path("inputs.jsonl").write_text('{"word": 1\n')
    expect(page.get_by_text("inputs.jsonl, line 1", exact=True)).to_be_visible()
    Path("inputs.jsonl").write_text("")
    expect(page.get_by_text("holds no inputs")).to_be_visible()
    Path("inputs.jsonl").unlink()
    expect(page.get_by_text("no such file")).to_be_visible()
    Path("inputs.jsonl").write_text('{"word": 1}\n')
    properties = json.loads(Path("properties.json").read_text())
    Path("properties.json").write_text(json.dumps(properties | {"Title": "Another title", "Reward": 1}))
    expect(page.locator("#title")).to_have_text("Another title")
    expect(page.locator("#about")).to_contain_text("$1.00")
    Path("properties.json").write_text(json.dumps(properties | {"Rewrad": 1}))
    expect(page.get_by_text("Rewrad", exact=False)).to_be_visible()


def test_what_was_entered_stays_when_a_file_changes(
    page: Page, batch_files: Files, preview: Callable[..., str]
) -> None:
    form = '<form action="https://www.mturk.com/mturk/externalSubmit"><input name="a"><button>Submit</button></form>'
    batch_files('{"word": "cat"}\n', template="<p>{{ input.word }}</p>" + form)
    page.goto(preview())
    hit = page.frame_locator("#hit")
    hit.locator("[name=a]").fill("typed")
    page.wait_for_function("draft !== null && draft.some((field) => field[2] === 'typed')")
    Path("template.html").write_text("<p>the {{ input.word }}</p>" + form)
    expect(hit.get_by_text("the cat")).to_be_visible()
    expect(hit.locator("[name=a]")).to_have_value("typed")


def test_submitting_shows_exactly_the_line_that_results_gives(
    page: Page, address: str, run: Run, local: object
) -> None:
    page.goto(address)
    hit = page.frame_locator("#hit")
    page.get_by_label("Width").select_option("this window")
    page.get_by_role("button", name="Next").click()
    expect(hit.get_by_role("heading")).to_have_text("emu")
    hit.get_by_role("button", name="Submit").click()
    expect(page.locator("#result")).to_be_visible()
    [shown] = records(page.locator("#result").inner_text())
    picture(page, "render-preview")

    assert run("launch").exit_code == 0
    hit_id = Path("hit_ids.txt").read_text().split()[1]
    do(local, hit_id, "PREVIEWWORKER", ("output", '{"word": "emu"}'))  # type: ignore[arg-type]
    [printed] = records(run("results").stdout)
    assert list(shown) == list(printed)
    differs = {name for name in printed if shown[name] != printed[name]}
    assert differs <= {
        "assignment_id", "hit_id", "submit_time", "accept_time", "seconds_worked", "auto_approval_time"
    }  # fmt: skip


def test_a_scripts_mistakes_are_shown_with_the_templates_line(
    chromium: Browser, batch_files: Files, preview: Callable[..., str]
) -> None:
    page = chromium.new_page()
    # Ten lines that are not in the page, and three that are there twice.
    template = "{#\n\n\n\n\n\n\n\n\n\n#}<p>{{ input.word }}</p>\n{% for n in [1, 2] %}\n<br>\n{% endfor %}\n"
    template += '{% include "simpleturk.html" %}\n<img src="https://nowhere.invalid/a.png" alt="">\n'
    template += "<script>\nsimpleturk.setOutput(1);\nconsole.error('oh no', 3);\nnothing.here();\n</script>\n"
    batch_files('{"word": "cat"}\n', template=template)
    page.goto(preview())
    expect(page.get_by_text("console.error: oh no 3")).to_be_visible()
    lines = template.splitlines()
    at = lines.index("nothing.here();") + 1
    item = page.locator("#problems li").filter(has_text="nothing is not defined")
    expect(item.locator("b")).to_have_text(f"template.html, line {at}, column 1")
    item = page.locator("#problems li").filter(has_text="oh no")
    expect(item.locator("b")).to_have_text(re.compile(f"template.html, line {at - 1}, column"))
    expect(page.locator("#problems li").filter(has_text="<img> cannot be loaded")).to_be_visible()
    page.close()


def test_a_question_form_is_filled_in_as_on_the_site(
    page: Page, batch_files: Files, preview: Callable[..., str]
) -> None:
    batch_files('{"word": "cat"}\n', template=FORM)
    page.goto(preview())
    hit = page.frame_locator("#hit")
    expect(hit.get_by_role("button", name="Submit")).to_be_visible()


def test_a_question_that_is_refused_is_told(page: Page, batch_files: Files, preview: Callable[..., str]) -> None:
    batch_files('{"word": "cat"}\n', template="<QuestionForm xmlns='x'><Title>{{ input.word }}</Title></QuestionForm>")
    page.goto(preview())
    expect(page.get_by_text("the question is invalid: line 1, column")).to_be_visible()


def test_local_files_are_shown_and_watched(page: Page, folder: Path, preview: Callable[..., str]) -> None:
    copy_example("image_captioning", folder)
    page.goto(preview())
    image = page.frame_locator("#hit").locator("img")
    expect(image).to_have_js_property("naturalWidth", 600)
    (folder / "images" / "coffee.jpg").write_bytes((folder / "images" / "chelsea.jpg").read_bytes())
    expect(image).to_have_js_property("naturalWidth", 451)


def test_an_edit_is_on_the_screen_soon_also_with_ten_thousand_inputs(
    page: Page, batch_files: Files, preview: Callable[..., str]
) -> None:
    batch_files([{"word": f"w{number}", "pad": "x" * 1000} for number in range(10_000)], template=TEMPLATE)
    page.goto(preview("--line", "9000"))
    hit = page.frame_locator("#hit")
    expect(hit.get_by_role("heading")).to_have_text("w8999")
    expect(page.locator("#of")).to_have_text("9,000 of 10,000")
    Path("template.html").write_text(TEMPLATE.replace("<h1>", "<h1>edited "))
    # The wait ends after 30 s; tests.benchmarks.preview measures the time.
    expect(hit.get_by_role("heading")).to_have_text("edited w8999")
