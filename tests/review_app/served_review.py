"""A review of the batch in the working directory, served from a thread of the test."""

import http.client
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import uvicorn

from simpleturk.batch.ids import read_ids
from simpleturk.batch.progress import fetch_hits
from simpleturk.batch.record import read_record
from simpleturk.batch.results.known_inputs import inputs_of
from simpleturk.batch.review.queue.decision_log import DecisionLog
from simpleturk.batch.review.queue.items import Item, Items
from simpleturk.client.client import MTurk
from simpleturk.client.connect import connect
from simpleturk.client.endpoints import LOCAL_URL, Endpoint
from simpleturk.marketplace.store.sqlite import assets_folder
from simpleturk.review_app.access import Access
from simpleturk.review_app.app import Shown, create_review
from simpleturk.review_app.session import Review
from tests.conftest import PromptServer


def submitted_in_order(items: Items) -> Sequence[Item]:
    """What waits for review, in the order of the ids."""
    return [item for item in items if item.status == "Submitted"]


def the_review(
    ids: Path = Path("hit_ids.txt"),
    mturk: MTurk | None = None,
    chosen: Callable[[Items], Sequence[Item]] = submitted_in_order,
    may_apply: bool = True,
) -> Review:
    """The review of a batch; by default of the local marketplace in market.db."""
    mturk = mturk or connect(Endpoint("local", LOCAL_URL, False), database=Path("market.db"))
    record, hit_ids = read_record(ids), read_ids(ids).hit_ids
    items = Items(fetch_hits(mturk, hit_ids), inputs_of(record, ids, lambda name: None))
    items.load(mturk)
    batch_id = record.batch_id if record else None
    log = DecisionLog(ids, batch_id, "tester")
    return Review(mturk, ids, items, log, chosen, lambda: fetch_hits(mturk, hit_ids), batch_id, may_apply)


@dataclass
class Answer:
    """An answer of the review's server."""

    status: int
    headers: Mapping[str, str]
    text: str


@dataclass
class ServedReview:
    """A review that is served, and a browser of the simplest kind on it: it keeps the cookie."""

    review: Review
    app: Access
    port: int
    cookie: str = ""
    host: str = "127.0.0.1"
    sent: Mapping[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """The address with the key."""
        return f"http://{self.host}:{self.port}/?key={self.app.key}"

    def sign_in(self) -> "ServedReview":
        """Exchange the key for the cookie."""
        answer = self.request("GET", f"/?key={self.app.key}")
        assert answer.status == 303
        self.cookie = answer.headers["set-cookie"].partition(";")[0]
        return self

    def request(
        self,
        method: str,
        path: str,
        form: Mapping[str, str] | str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a request, with the cookie and the headers of `headers`; an empty header is left out."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        body = urlencode(form) if isinstance(form, Mapping) else form
        all_headers = {"Host": f"{self.host}:{self.port}", "Cookie": self.cookie, **(headers or {})}
        if body is not None:
            all_headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
        connection.request(method, path, body, {name: value for name, value in all_headers.items() if value})
        response = connection.getresponse()
        text = response.read().decode("utf-8", "replace")
        connection.close()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, text)

    def get(self, path: str, **headers: str) -> Answer:
        """Open a page."""
        return self.request("GET", path, None, headers)

    def post(self, path: str, **fields: str) -> Answer:
        """Send a form of the review's own pages, as its script does."""
        return self.request("POST", path, {"csrf": self.app.csrf} | fields, {"Accept": "application/json"})

    def decide(self, assignment_id: str, act: str, **fields: str) -> Answer:
        """Decide about an assignment."""
        return self.post("/decide", assignment_id=assignment_id, act=act, **fields)


@contextmanager
def served_review(folder: Path, review: Review | None = None) -> Iterator[ServedReview]:
    """Serve a review for the length of a block; `folder` is empty."""
    review = review or the_review()
    is_local = review.mturk.marketplace.is_local
    app = create_review(review, Shown(folder, assets_folder(Path("market.db")) if is_local else None))
    config: Any = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning")
    server = PromptServer(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert server.listening.wait(60)
        yield ServedReview(review, app, server.servers[0].sockets[0].getsockname()[1])
    finally:
        server.end()
        thread.join()
        app.close()
