"""Addresses that a page loads: whether browsers of workers can reach them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.batch.lint.urls import check_url, style_urls, urls_in


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/cat.png",
        "data:image/png;base64,AAAA",
        "/assets/0123.png",
        "//example.org/x.js",
        "#top",
        "",
        "http://localhost:8000/x.js",
        "https://www.mturk.com/mturk/externalSubmit",
        "https://s3.amazonaws.com/mturk-public/externalHIT_v1.js",
    ],
)
def test_an_address_that_workers_can_load_has_no_problem(url: str) -> None:
    assert check_url(url) is None


@pytest.mark.parametrize(
    ("url", "problem", "is_error"),
    [
        ("cat.png", "has no host", True),
        ("file:///home/ann/cat.png", "is a file on your computer", True),
        ("C:\\cat.png", "is a file on your computer", True),
        ("http://[", "is not a valid address", True),
        ("http://example.org/x.js", "is http:", False),
        ("https://www.mturk.com/media/logo.png", "is on a host of Amazon Mechanical Turk", True),
        ("https://s3.amazonaws.com/mturk-public/style.css", "was a file of Amazon Mechanical Turk", True),
    ],
)
def test_an_address_that_workers_cannot_load_has_a_problem_and_a_next_step(
    url: str, problem: str, is_error: bool
) -> None:
    mistake = check_url(url)
    assert mistake and problem in mistake[0] and mistake[1]
    assert mistake[2] is is_error


def test_the_address_of_a_form_may_be_relative() -> None:
    assert check_url("submit", allow_relative=True) is None


def test_a_long_address_is_shortened_in_the_message() -> None:
    mistake = check_url("x" * 1000)
    assert mistake and len(mistake[0]) < 200


@given(st.text(max_size=100))
def test_any_text_can_be_checked(text: str) -> None:
    check_url(text)
    urls_in("srcset", text)
    style_urls(text)


def test_a_srcset_has_several_addresses_that_may_contain_commas() -> None:
    assert urls_in("srcset", "https://x.org/w_200,h_100/a.jpg 1x, b.jpg 2x") == [
        "https://x.org/w_200,h_100/a.jpg",
        "b.jpg",
    ]
    assert urls_in("src", "a,b") == ["a,b"]
    assert urls_in("src", None) == []


def test_a_style_has_the_addresses_of_its_images_and_imports() -> None:
    assert style_urls("@import 'a.css'; p { background: url( \"b.png\" ) } i { background: url(c.png) }") == [
        "a.css",
        "b.png",
        "c.png",
    ]
