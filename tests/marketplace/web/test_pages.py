"""What all pages share: form tokens, security headers, and the way back after signing in."""

from pathlib import Path

import pytest
from jinja2 import UndefinedError
from starlette.requests import Request

from simpleturk.commands.tasks.demo.simulated_worker import Page
from simpleturk.marketplace.web.pages import Pages, environment, safe_path
from simpleturk.marketplace.web.settings import SiteSettings
from tests.marketplace.conftest import Browser


def sign_in(browser: Browser, **fields: str) -> Page:
    """Fill in the form of the page for signing in."""
    form = browser.get("/sign-in").form("/sign-in")
    assert form
    return browser.post(form[0], form[1] | fields)


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_never_redirects_to_another_site(site: str, target: str) -> None:
    browser = Browser(site)
    assert sign_in(browser, worker_id="ann", next=target).url == browser.home + "/"


@pytest.mark.parametrize("path", ["/sign-out", "/account", "/projects/3G/tasks/accept", "/assignments/3A/return"])
def test_every_change_needs_the_csrf_token_of_the_session(ann: Browser, path: str) -> None:
    for fields in ({}, {"csrf": "guess"}):
        page = ann.post(path, fields)
        assert (ann.status, "This page is out of date." in page.html) == (403, True)


def test_pages_of_the_site_cannot_be_framed_and_load_only_the_sites_files(ann: Browser) -> None:
    ann.get("/")
    policy = ann.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy and "script-src 'self'" in policy and "default-src 'none'" in policy
    assert ann.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/tasks?page=2", "/tasks?page=2"), ("//evil.example", "/"), ("https://evil.example/", "/"), ("", "/")],
)
def test_only_paths_of_the_site_are_continued_at(path: str, expected: str) -> None:
    assert safe_path(path) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, "0 seconds"), (60, "1 minute"), (5400, "1 hour 30 minutes"), (2 * 86_400 + 61, "2 days 1 minute")],
)
def test_durations_are_written_in_the_two_largest_units(seconds: int, expected: str) -> None:
    assert environment().from_string("{{ seconds|duration }}").render(seconds=seconds) == expected


def test_pages_of_another_part_extend_the_layout_without_the_workers_navigation(tmp_path: Path) -> None:
    (tmp_path / "hello.html").write_text(
        '{% extends "layout.html" %}{% block main %}<p>Hello {{ name }}</p>{% endblock %}'
    )
    request = Request({"type": "http", "path": "/", "query_string": b"", "headers": [], "session": {}})
    response = Pages(tmp_path, SiteSettings(name="Lab")).page(request, "hello.html", name="<ann>")
    html = bytes(response.body).decode()
    assert "Hello &lt;ann&gt;" in html and "Lab" in html
    assert "/tasks" not in html and "Find HITs" not in html
    assert request.session["csrf"]


def test_a_value_that_a_page_forgets_is_a_bug_and_no_empty_place() -> None:
    with pytest.raises(UndefinedError):
        environment().from_string("{% if forgotten %}{% endif %}").render()
