import re

import pytest

from tests.review_app.served_review import ServedReview


def test_the_key_in_the_address_becomes_a_cookie_that_scripts_and_other_sites_do_not_get(served: ServedReview) -> None:
    served.cookie = ""
    answer = served.get(f"/?key={served.app.key}")
    assert (answer.status, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert f"simpleturk-review-{served.port}=" in cookie
    assert "httponly" in cookie and "samesite=strict" in cookie and served.app.key not in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    "path", ["/", "/assignments", "/plan", "/export?format=jsonl", "/review/3A", "/?key=wrong", "/?key="]
)
def test_without_the_cookie_no_page_is_shown(served: ServedReview, path: str) -> None:
    for cookie in ("", f"simpleturk-review-{served.port}=wrong", f"simpleturk-review-{served.port + 1}=x"):
        answer = served.get(path, Cookie=cookie)
        assert answer.status == 403
        assert "Open the address from the terminal" in answer.text


def test_two_keys_are_no_key(served: ServedReview) -> None:
    assert served.get(f"/?key={served.app.key}&key=x", Cookie="").status == 403


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:{port}",
     "127.0.0.1:{port}@evil.example", "hits.simpleturk.localhost:{port}", "[::1]:{port}"],
)  # fmt: skip
def test_a_page_under_another_name_is_refused_even_with_the_cookie(served: ServedReview, host: str) -> None:
    for path in ("/", f"/?key={served.app.key}", "/static/review.js", "/hit.js"):
        answer = served.get(path, Host=host.format(port=served.port))
        assert (answer.status, answer.text) == (400, "This review is not served under this name.\n")


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "simpleturk-review.localhost", "LOCALHOST"])
def test_the_own_names_are_served(served: ServedReview, name: str) -> None:
    assert served.get("/assignments", Host=f"{name}:{served.port}").status == 200


def test_forms_of_other_origins_and_without_the_token_change_nothing(served: ServedReview, answers: list[str]) -> None:
    form = {"act": "approve", "assignment_id": answers[0]}
    other = {"Origin": "https://evil.example"}
    assert served.request("POST", "/decide", form | {"csrf": served.app.csrf}, other).status == 403
    assert served.request("POST", "/decide", form | {"csrf": served.app.csrf}, {"Origin": "null"}).status == 403
    assert served.request("POST", "/decide", form).status == 403
    assert served.request("POST", "/decide", form | {"csrf": "wrong"}).status == 403
    assert served.request("POST", "/decide", '{"act": "approve"}', {"Content-Type": "application/json"}).status == 403
    assert served.get("/decide?act=approve").status == 405
    assert served.review.log.decisions == {}
    own = {"Origin": f"http://127.0.0.1:{served.port}"}
    assert served.request("POST", "/decide", form | {"csrf": served.app.csrf}, own).status == 303


def test_a_request_that_is_too_large_is_refused_before_it_is_read(served: ServedReview) -> None:
    assert (
        served.request("POST", "/decide", None, {"Content-Length": "99999999999", "Connection": "close"}).status == 413
    )
    assert served.request("POST", "/decide", None, {"Content-Length": ""}).status in (400, 403, 413)


def test_pages_run_only_their_own_scripts_and_stand_in_no_frame(served: ServedReview, answers: list[str]) -> None:
    for path in (f"/review/{answers[0]}", "/assignments", "/nothing"):
        answer = served.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
        assert f"script-src http://127.0.0.1:{served.port}/static/;" in policy
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        # No script, style or handler stands in the page itself.
        assert not re.search(r"<script(?![^>]* src=\"/static/)|<style|\sstyle=|\son\w+=\"", answer.text)
        assert not re.search(r"""(?:src|href|action)="(?:https?:)?//""", answer.text)


def test_a_refused_name_is_not_repeated_in_the_policy(served: ServedReview) -> None:
    assert "evil" not in served.get("/", Host="evil.example").headers["content-security-policy"]
