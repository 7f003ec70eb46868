import http.client
import re
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from simpleturk.batch.record import BatchRecord, Source
from simpleturk.batch.review.decisions_file import read_own
from simpleturk.client.endpoints import AMAZON
from simpleturk.commands.common.endpoint import MarketplaceOptions
from simpleturk.commands.review.review import browser
from tests.conftest import Run
from tests.forked_commands import CommandForker


def ask(address: str, method: str, path: str, body: str | None = None, cookie: str = "") -> tuple[int, str, str]:
    """The status of an answer, its cookie, and its text."""
    parts = urlsplit(address)
    headers = {"Host": parts.netloc, "Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    with closing(http.client.HTTPConnection("127.0.0.1", parts.port or 0, timeout=60)) as connection:
        connection.request(method, path, body, headers)
        with connection.getresponse() as response:
            return response.status, (response.getheader("set-cookie") or "").partition(";")[0], response.read().decode()


def test_the_review_is_served_at_the_address_that_is_printed(submitted: list[str], run: Run) -> None:
    with CommandForker() as forker:
        command = forker.start("review", "--browser", "--by", "eva", "--order", "ids")
        address = command.stderr.readline().removeprefix("Review: ").strip()
        assert re.fullmatch(r"http://simpleturk-review\.localhost:\d+/\?key=[\w-]{43}", address)
        assert ask(address, "GET", "/")[0] == 403
        _, cookie, _ = ask(address, "GET", f"/?{urlsplit(address).query}")
        csrf = re.search(
            r'name="csrf" value="([^"]+)"', ask(address, "GET", f"/review/{submitted[0]}", cookie=cookie)[2]
        )
        assert csrf
        form = f"csrf={csrf[1]}&act=pass&assignment_id={submitted[0]}"
        assert ask(address, "POST", "/decide", form, cookie)[0] == 303
        decided = {
            name: (decision.decision, decision.by) for name, decision in read_own(Path("hit_ids.txt")).decisions.items()
        }
        assert decided == {submitted[0]: ("pass", "eva")}
        command.terminate()
        command.wait(60)
        command.close()
    # The terminal goes on where the browser stopped.
    assert "Assignment 2 of 3, 2 undecided" in run("review", "--order", "ids", input="q\n").stdout


def test_it_listens_on_this_computer_only(submitted: list[str], run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, int]] = []
    monkeypatch.setattr(browser, "run", lambda app, host, port, announce: seen.append((host, port)))
    assert run("review", "--browser", "--port", "8765").exit_code == 0
    assert seen == [("127.0.0.1", 8765)]


@pytest.mark.parametrize("named", [True, False])
def test_money_of_production_is_spent_only_if_the_command_names_it(
    named: bool, submitted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Source("x", "0")
    record = BatchRecord(
        "b", "prod", AMAZON["prod"], None, "3T", 1, 1, "0.10", source, source, source, [], "2026-11-27T12:00:00Z", "1"
    )
    assert (
        browser._may_apply(MarketplaceOptions(prod=named, typed=frozenset({"prod"} if named else ())), record) is named
    )
