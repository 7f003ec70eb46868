"""Media types of files by their suffix."""

import mimetypes

import pytest

from simpleturk.mturk.media_types import media_type


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cat.JPG", "image/jpeg"),
        ("folder.d/sound.weba", "audio/webm"),
        ("rows.csv", "text/plain"),
        ("rows.jsonl", "text/plain"),
        ("picture.avif", "image/avif"),
        ("page.html", "text/html"),
        ("archive.tar.gz", "application/octet-stream"),
        ("README", "application/octet-stream"),
        (".png", "application/octet-stream"),
    ],
)
def test_the_suffix_gives_the_media_type(name: str, expected: str) -> None:
    assert media_type(name) == expected


def test_types_that_the_system_adds_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(mimetypes.types_map, ".invented", "image/invented")
    assert media_type("a.invented") == "application/octet-stream"
