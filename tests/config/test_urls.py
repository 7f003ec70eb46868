"""URLs that a configuration or an option names."""

import pytest

from simpleturk.config.urls import is_url


@pytest.mark.parametrize(
    "text", ["http://127.0.0.1:8484", "https://turk.example", "HTTPS://turk.example/path", "http://[::1]:80"]
)
def test_an_http_address_with_a_host_is_a_url(text: str) -> None:
    assert is_url(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "turk.example",
        "ftp://turk.example",
        "https://",
        "http:///path",
        "http://[::1",
        "http://x:99999",
        "http://x:0",
    ],
)
def test_text_to_which_no_client_can_connect_is_not_a_url(text: str) -> None:
    assert not is_url(text)
