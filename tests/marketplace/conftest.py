"""A browser without script, for the site's pages over HTTP."""

import http.client
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from simpleturk.commands.tasks.demo.simulated_worker import Page


class Browser:
    """Keeps cookies by host, follows redirects, and reaches any name under localhost at this machine."""

    def __init__(self, site: str, host: str | None = None, source: str = "") -> None:
        # The address of this computer that requests come from, such as 127.0.0.2.
        self.source = (source, 0) if source else None
        self.port = urlsplit(site).port or 80
        self.home = f"http://{host or '127.0.0.1'}:{self.port}"
        self.cookies: dict[str, dict[str, str]] = {}
        self.status = 0
        self.headers: dict[str, str] = {}

    def get(self, path: str, **parameters: str) -> Page:
        return self.open("GET", path + (f"?{urlencode(parameters)}" if parameters else ""))

    def post(self, path: str, fields: Any, **headers: str) -> Page:
        body = fields if isinstance(fields, bytes) else urlencode(fields)
        return self.open("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"} | headers)

    def open(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Page:
        url = path if path.startswith("http") else self.home + path
        parts = urlsplit(url)
        jar = self.cookies.setdefault(parts.hostname or "", {})
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30, source_address=self.source)
        sent = {"Host": parts.netloc, "Cookie": "; ".join(f"{k}={v}" for k, v in jar.items())} | (headers or {})
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target or "/", body.encode() if isinstance(body, str) else body, sent)
        response = connection.getresponse()
        text = response.read().decode()
        self.status, self.headers = response.status, {name.lower(): value for name, value in response.getheaders()}
        for cookie in response.headers.get_all("set-cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            jar[name] = value
        connection.close()
        if self.status in (303, 307):
            return self.open("GET", self.headers["location"])
        return Page(url, text)


@pytest.fixture
def ann(site: str) -> Browser:
    browser = Browser(site)
    browser.get("/", worker_id="ann")
    return browser


def accept(browser: Browser, group: str) -> tuple[Page, dict[str, str]]:
    """Accept a group's next HIT; return the page of work and the frame's parameters."""
    form = browser.get(f"/projects/{group}/tasks").form("/accept")
    assert form
    page = browser.post(*form)
    return page, {name: values[0] for name, values in parse_qs(urlsplit(page.frames[0]).query).items()}


def submit(browser: Browser, parameters: dict[str, str], *fields: tuple[str, str]) -> Page:
    """Submit fields as the frame with these parameters does; return the answer."""
    return browser.post("/mturk/externalSubmit", [("assignmentId", parameters["assignmentId"]), *fields])


def stored_answers(mturk: Any, hit: dict[str, Any]) -> list[str]:
    """The answers of a HIT's assignments, as XML."""
    listed = mturk.list_assignments_for_hit(HITId=hit["HITId"])["Assignments"]
    return [assignment["Answer"] for assignment in listed]
