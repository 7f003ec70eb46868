"""What the operator sees of requests: the access log, and metrics for this computer only."""

import json
import logging
from typing import Any

import pytest
from starlette.requests import Request

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.web.server.metrics import Observer
from simpleturk.marketplace.web.settings import ServerSettings
from tests.conftest import serving
from tests.marketplace.conftest import Browser


def test_metrics_count_pages_and_api_calls(site: str, mturk: Any) -> None:
    mturk.get_account_balance()
    browser = Browser(site)
    browser.get("/nowhere")
    metrics = browser.get("/metrics").html
    assert 'simpleturk_api_calls_total{error="",operation="GetAccountBalance"} 1.0' in metrics
    assert 'simpleturk_requests_total{kind="page",status="404"} 1.0' in metrics


def test_other_computers_may_not_read_the_metrics(marketplace: Marketplace) -> None:
    request = Request({"type": "http", "client": ("10.0.0.1", 1), "headers": []})
    assert Observer(marketplace, False).metrics_page(request).status_code == 403


@pytest.mark.parametrize("log_all", [False, True])
def test_successful_requests_are_logged_only_if_all_are(
    marketplace: Marketplace, caplog: pytest.LogCaptureFixture, log_all: bool
) -> None:
    with caplog.at_level(logging.INFO, "simpleturk.access"):
        with serving(marketplace, ServerSettings(log_all=log_all)) as address:
            Browser(address).get("/frame/secret")
    lines = [json.loads(record.message) for record in caplog.records if record.name == "simpleturk.access"]
    assert [(line["path"], line["status"]) for line in lines] == ([("/frame/…", 404)] if log_all else [])


def test_invented_operations_create_no_metrics(site: str) -> None:
    browser = Browser(site)
    for number in range(30):
        browser.open("POST", "/", b"{}", {"X-Amz-Target": f"MTurkRequesterServiceV20170117.Invented{number}"})
    metrics = browser.get("/metrics").html
    assert 'operation="unknown"' in metrics and "Invented" not in metrics
