"""Stored files of HITs: under which name, and how they are served."""

import hashlib
from pathlib import Path

import pytest
from starlette.responses import Response

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.web.hit_assets import file_response, keep
from tests.marketplace.conftest import Browser


def name_of(data: bytes, suffix: str) -> str:
    return hashlib.sha256(data).hexdigest() + suffix


def test_a_file_is_stored_under_the_digest_of_its_content(tmp_path: Path) -> None:
    (tmp_path / "cat.png").write_bytes(b"cat")
    name = name_of(b"cat", ".png")
    for _ in range(2):
        keep(tmp_path / "assets", name, tmp_path / "cat.png")
    assert [path.name for path in (tmp_path / "assets").iterdir()] == [name]


@pytest.mark.parametrize("name", ["cat.png", "../" + "0" * 64, name_of(b"dog", ".png")])
def test_a_name_that_does_not_fit_the_content_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "cat.png").write_bytes(b"cat")
    with pytest.raises(ValueError):
        keep(tmp_path / "assets", name, tmp_path / "cat.png")
    assert not list((tmp_path / "assets").glob("*"))


@pytest.mark.parametrize(
    ("name", "media_type", "policy"),
    [
        ("a.png", "image/png", "sandbox; default-src 'none'"),
        ("a.svg", "image/svg+xml", "sandbox; default-src 'none'"),
        ("a.html", "text/html", "sandbox allow-scripts"),
        ("a.exe", "application/octet-stream", "sandbox; default-src 'none'"),
    ],
)
def test_a_file_is_served_so_that_its_scripts_cannot_reach_the_site(
    tmp_path: Path, name: str, media_type: str, policy: str
) -> None:
    (tmp_path / name).write_bytes(b"x")
    response: Response = file_response(tmp_path / name)
    assert response.headers["content-type"].startswith(media_type)
    assert response.headers["content-security-policy"].startswith(policy)
    assert response.headers["x-content-type-options"] == "nosniff"


def test_only_stored_files_are_served(marketplace: Marketplace, site: str, tmp_path: Path) -> None:
    (tmp_path / "cat.png").write_bytes(b"cat")
    name = name_of(b"cat", ".png")
    keep(marketplace.store.assets, name, tmp_path / "cat.png")
    browser = Browser(site)
    assert browser.get(f"/assets/{name}").html == "cat"
    for unknown in (name_of(b"dog", ".png"), "cat.png", "%2e%2e"):
        browser.get(f"/assets/{unknown}")
        assert browser.status == 404
