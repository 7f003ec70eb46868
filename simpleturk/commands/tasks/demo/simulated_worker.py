"""Simulated workers: HTTP clients that use the worker site's pages and forms like a browser."""

import urllib.request
from collections.abc import Callable
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

TIMEOUT = 60


class Page(HTMLParser):
    """A page's links, frames and forms, and the texts of its scripts with an id."""

    def __init__(self, url: str, html: str) -> None:
        super().__init__()
        self.url = url
        self.html = html
        self.links: list[str] = []
        self.frames: list[str] = []
        self.forms: list[tuple[str, dict[str, str]]] = []
        self._scripts: dict[str, str] = {}
        self._script: str | None = None
        self.feed(html)

    def script(self, identifier: str) -> str:
        """The text of the script element with an id. Raises KeyError if there is none."""
        return self._scripts[identifier]

    def form(self, path_ends: str) -> tuple[str, dict[str, str]] | None:
        """The address and the fields of the form whose action ends with a path; None if there is none."""
        return next((form for form in self.forms if urlsplit(form[0]).path.endswith(path_ends)), None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in values:
            self.links.append(urljoin(self.url, values["href"]))
        elif tag == "iframe" and "src" in values:
            self.frames.append(urljoin(self.url, values["src"]))
        elif tag == "form":
            self.forms.append((urljoin(self.url, values.get("action", "")), {}))
        elif tag in ("input", "textarea", "select") and values.get("name") and self.forms:
            if values.get("type") not in ("checkbox", "radio", "submit") or "checked" in values:
                self.forms[-1][1][values["name"]] = values.get("value", "")
        elif tag == "script" and "id" in values:
            self._script = values["id"]
            self._scripts[self._script] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._script = None

    def handle_data(self, data: str) -> None:
        if self._script is not None:
            self._scripts[self._script] += data


class SimulatedWorker:
    """A worker with a session on a worker site.

    `answer(page, worker_id)` returns the fields that the worker fills in on a HIT's page.
    """

    def __init__(self, site: str, worker_id: str, answer: Callable[[Page, str], dict[str, str]]) -> None:
        self.site = site
        self.worker_id = worker_id
        self.answer = answer
        # Connect to this computer's own site directly, even if the environment names a proxy.
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(CookieJar())
        )

    def work(self) -> int:
        """Do every HIT that is available to this worker; return the number of submitted assignments."""
        submitted = 0
        home = self._get(f"{self.site}/?{urlencode({'worker_id': self.worker_id})}")
        for link in home.links:
            if urlsplit(link).path.startswith("/projects/") and "assignment_id" not in link:
                while self._do_one(link):
                    submitted += 1
        return submitted

    def _do_one(self, group: str) -> bool:
        """Preview a group, accept its next HIT, submit it; False when there is none left."""
        accept = self._get(group).form("/accept")
        if accept is None:
            return False
        task = self._post(*accept)
        if not task.frames:
            return False
        hit = self._get(task.frames[0])
        parameters = {name: values[0] for name, values in parse_qs(urlsplit(hit.url).query).items()}
        fields = hit.forms[0][1] if hit.forms else {}
        fields |= {"assignmentId": parameters["assignmentId"]} | self.answer(hit, self.worker_id)
        answered = self._post(parameters["turkSubmitTo"].rstrip("/") + "/mturk/externalSubmit", fields)
        if 'id="submitted"' not in answered.html:
            raise RuntimeError(f"{answered.url} did not acknowledge a submission: {answered.html[:500]}")
        return True

    def _get(self, url: str) -> Page:
        return self._open(url, None)

    def _post(self, url: str, fields: dict[str, str]) -> Page:
        return self._open(url, urlencode(fields).encode())

    def _open(self, url: str, body: bytes | None) -> Page:
        try:
            with self._opener.open(url, body, timeout=TIMEOUT) as response:
                return Page(response.url, response.read().decode())
        except HTTPError as error:
            # A refusal is a page, too, for example if another worker has taken the last assignment.
            return Page(url, error.read().decode())
