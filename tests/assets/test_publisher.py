"""Where the local files of a batch go: to the local marketplace, or into the page."""

import base64
import urllib.error
import urllib.request
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.web import hit_assets as kept
from tests.assets.conftest import NAME, PNG, questions
from tests.conftest import Run, serving


def test_the_local_marketplace_stores_a_file_once_and_serves_it(batch: Path, run: Run, local: Marketplace) -> None:
    assert run("launch").exit_code == 0
    assert [path.name for path in Path("market.db.assets").iterdir()] == [NAME]
    with serving(local) as address:
        with urllib.request.urlopen(f"{address}/assets/{NAME}") as response:
            assert response.read() == PNG
        assert response.headers["Content-Type"] == "image/png"
        assert response.headers["Content-Security-Policy"].startswith("sandbox;")
        request = urllib.request.Request(f"{address}/assets/{NAME}", headers={"Range": "bytes=8-11"})
        with urllib.request.urlopen(request) as part:
            assert (part.status, part.read()) == (206, PNG[8:12])
        for bad in ("0" * 64, f"{NAME}x", "..%2fmarket.db", "market.db", f"new-{NAME}"):
            with pytest.raises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(f"{address}/assets/{bad}")
            assert caught.value.code == 404
            caught.value.close()


def test_a_dry_run_stores_nothing(batch: Path, run: Run) -> None:
    assert run("launch", "--dry-run").exit_code == 0
    assert not Path("market.db.assets").exists()


def test_on_other_marketplaces_the_page_holds_small_files(
    batch: Path, run: Run, local: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    with serving(local) as address:
        assert run("launch", "--endpoint-url", address).exit_code == 0
    assert f"data:image/png;base64,{base64.b64encode(PNG).decode()}" in questions(local)[0]
    assert not Path("market.db.assets").exists()


def test_a_rendered_page_holds_its_files(batch: Path, run: Run) -> None:
    assert "data:image/png;base64," in run("render-template").stdout


def test_a_file_that_is_too_large_for_the_page_is_refused(batch: Path, run: Run) -> None:
    Path("images/a.png").write_bytes(PNG * 100)
    result = run("launch", "--dry-run", "--prod")
    assert "images/a.png has 103,2" in result.stderr and "--assets s3://BUCKET/PREFIX" in result.stderr


def test_a_file_that_changes_during_the_launch_stops_it(batch: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def think(*_: Any) -> None:
        Path("images/a.png").write_bytes(b"another")

    Path("inputs.jsonl").write_text('{"image": "images/a.png"}\n')
    monkeypatch.setattr("simpleturk.commands.batch.launch.command.warn_of_worker_limits", think)
    result = run("launch")
    assert result.exit_code == 1 and "images/a.png has just changed" in result.stderr
    assert not list(Path("market.db.assets").glob("*"))


def test_an_untrusted_file_can_only_be_shown(tmp_path: Path, local: Marketplace) -> None:
    expected = {
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>": (".svg", "image/svg+xml", "sandbox; "),
        b"<script>1</script>": (".html", "text/html", "sandbox allow-scripts"),
        b"alert(1)": (".js", "application/octet-stream", "sandbox; "),
        b"MZ": (".exe", "application/octet-stream", "sandbox; "),
        b"plain": (".txt", "text/plain", "sandbox; "),
    }
    with serving(local) as address:
        for data, (suffix, kind, policy) in expected.items():
            (tmp_path / "file").write_bytes(data)
            name = sha256(data).hexdigest() + suffix
            kept.keep(local.store.assets, name, tmp_path / "file")
            with urllib.request.urlopen(f"{address}/assets/{name}") as response:
                headers = response.headers
            assert headers["Content-Type"].split(";")[0] == kind
            assert headers["Content-Security-Policy"].startswith(policy)
            assert headers["X-Content-Type-Options"] == "nosniff"
    with pytest.raises(ValueError):
        kept.keep(local.store.assets, "0" * 64, tmp_path / "file")
