import hashlib
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import FileResponse

from simpleturk.errors import SimpleturkError
from simpleturk.mturk.uploads import Upload, upload_text
from simpleturk.review_app.files import NoSuchFile, ReviewFiles
from tests.batch.review.queue.made_items import made_item

CONTENT = b"\x89PNG not really"
DIGEST = hashlib.sha256(CONTENT).hexdigest()


class Marketplace:
    """Has one file on this computer, as the local marketplace does."""

    def __init__(self, path: Path) -> None:
        from simpleturk.client.endpoints import LOCAL_URL, Endpoint

        self.marketplace = Endpoint("local", LOCAL_URL, False)
        self.path = path
        self.asked = 0

    def upload_url(self, assignment_id: str, sha256: str) -> str:
        self.asked += 1
        return self.path.absolute().as_uri()


@pytest.fixture
def marketplace(tmp_path: Path) -> Any:
    (tmp_path / "stored").write_bytes(CONTENT)
    return Marketplace(tmp_path / "stored")


def item_with(name: str, media: str) -> Any:
    return made_item("3A", output=upload_text([Upload(name, len(CONTENT), media, DIGEST)]))


def response(files: ReviewFiles, item: Any, save: bool = False) -> FileResponse:
    answer = files.response(item, DIGEST, save)
    assert isinstance(answer, FileResponse)
    return answer


def test_a_file_is_fetched_once_and_served_without_scripts(marketplace: Any, tmp_path: Path) -> None:
    files = ReviewFiles(marketplace, tmp_path / "folder")
    item = item_with("cat.png", "image/png")
    for _ in range(2):
        answer = response(files, item)
        assert Path(answer.path).read_bytes() == CONTENT
        assert answer.headers["content-type"] == "image/png"
        assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
        assert "content-disposition" not in answer.headers
    assert marketplace.asked == 1


@pytest.mark.parametrize("media", ["text/html", "image/svg+xml", "application/javascript", "x"])
def test_what_a_browser_would_run_is_only_saved(marketplace: Any, tmp_path: Path, media: str) -> None:
    answer = response(ReviewFiles(marketplace, tmp_path / "folder"), item_with("../../x.html", media))
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    assert "/" not in answer.headers["content-disposition"].partition("''")[2]
    assert Path(answer.path).parent == tmp_path / "folder"


def test_a_file_can_be_saved_under_a_harmless_name(marketplace: Any, tmp_path: Path) -> None:
    answer = response(ReviewFiles(marketplace, tmp_path / "f"), item_with('a"\r\nX: 1.png', "image/png"), save=True)
    assert "\r" not in answer.headers["content-disposition"] and '"' not in answer.headers["content-disposition"]


def test_only_files_of_the_answer_are_served(marketplace: Any, tmp_path: Path) -> None:
    files = ReviewFiles(marketplace, tmp_path / "folder")
    for digest in ("0" * 64, "../stored", ""):
        with pytest.raises(NoSuchFile):
            files.response(item_with("cat.png", "image/png"), digest, False)


def test_a_file_that_cannot_be_fetched_is_an_error_that_names_it(marketplace: Any, tmp_path: Path) -> None:
    marketplace.path.write_bytes(b"another file")
    with pytest.raises(SimpleturkError, match="cat.png"):
        ReviewFiles(marketplace, tmp_path / "folder").response(item_with("cat.png", "image/png"), DIGEST, False)
