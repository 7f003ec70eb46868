"""What serve prints: addresses that people can use, and invitations."""

import re
import urllib.request
from collections.abc import Callable
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit

import pytest

from simpleturk.commands.marketplace.serve import announcement
from simpleturk.commands.marketplace.serve.announcement import lan_name
from tests.commands.marketplace.serve.conftest import Served
from tests.commands.marketplace.serve.test_command import balance
from tests.conftest import Run, records


def test_a_server_for_every_address_is_announced_under_one_that_others_can_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(announcement, "lan_address", lambda: "192.168.1.7")
    assert [lan_name(host) for host in ("0.0.0.0", "::", "10.1.2.3")] == ["192.168.1.7", "192.168.1.7", "10.1.2.3"]
    monkeypatch.setattr(announcement, "lan_address", lambda: "")
    assert lan_name("0.0.0.0") not in ("", "0.0.0.0")


def opener() -> urllib.request.OpenerDirector:
    """A browser with cookies."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(CookieJar()))


def test_an_invitation_that_no_phone_can_open_is_said_to_be_one(served: Callable[..., Served]) -> None:
    text = "".join(served("--accounts", "--invite", "2").messages)
    assert "warning: only this computer can open the invitation's link\nhint: for phones, add --host 0.0.0.0\n" in text


def test_an_invitation_lets_people_sign_up_by_its_link(run: Run, served: Callable[..., Served]) -> None:
    server = served("--host", "0.0.0.0", "--invite", "2")
    text = "".join(server.messages)
    assert "0.0.0.0" not in text
    [link] = re.findall(r"^Invitation for 2 people: (\S+)$", text, re.MULTILINE)
    [poster] = re.findall(r"^For a projector: (\S+)$", text, re.MULTILINE)
    assert "only this computer" not in text
    port = urlsplit(server.endpoint).port
    assert "refuse its HITs camera, microphone" in text
    assert f"caddy reverse-proxy --from NAME --to 127.0.0.1:{port}\n" in text
    here = f"http://127.0.0.1:{port}"
    link, poster = (f"{here}{urlsplit(url).path}?{urlsplit(url).query}" for url in (link, poster))
    page = opener().open(poster).read().decode()
    assert "<svg" in page and f">{link}<" in page
    for name in ("ann", "bob"):
        browser = opener()
        form = browser.open(link).read().decode()
        fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
        fields |= {"worker_id": name, "password": "correct horse battery"}
        assert browser.open(f"{here}/sign-up", urlencode(fields).encode()).url == f"{here}/"
    with pytest.raises(HTTPError, match="404"):
        opener().open(poster)
    assert {worker["worker_id"] for worker in records(run("worker", "list", "--database", "m.db").stdout)} == {
        "ann",
        "bob",
    }
    # No requester has a key: every call is refused.
    server.endpoint = here
    assert balance(server)[0] == 400


def test_an_invitation_without_a_valid_key_shows_no_page(served: Callable[..., Served]) -> None:
    server = served("--accounts", "--invite", "1")
    for key in ("", "?key=", "?key=guess"):
        with pytest.raises(HTTPError, match="404"):
            opener().open(f"{server.endpoint}/invitation{key}")


def test_an_invitation_needs_a_site_on_which_workers_sign_in(run: Run, folder: Path) -> None:
    result = run("serve", "--open", "--invite", "3", "--database", "m.db")
    assert (result.exit_code, "--invite and --open cannot be used together" in result.stderr) == (2, True)
    assert not Path("m.db").exists()
