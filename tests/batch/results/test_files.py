"""`results --files` saves the files that workers uploaded."""

import io
import json
from pathlib import Path

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.mturk.uploads import Upload, upload_text
from tests.conftest import Run, Worker, hit_type_of, records


def upload(local: Marketplace, hit_id: str, content: bytes, name: str, worker_id: str = "ann") -> str:
    """Let a worker upload a file; return the assignment's id."""
    worker = Worker(local, worker_id)
    assignment_id = worker.accept(hit_type_of(local, hit_id))
    sha256, size = local.store.uploads.save(assignment_id, io.BytesIO(content))
    worker.submit(assignment_id, ("photo", upload_text([Upload(name, size, "image/jpeg", sha256)])), ("note", "ok"))
    return assignment_id


def test_files_are_saved_once_under_names_that_stay_in_the_folder(
    words: list[str], local: Marketplace, run: Run, folder: Path
) -> None:
    assignment_id = upload(local, words[0], b"meow", "../../.bashrc")
    result = run("results", "--files", "photos")
    [record] = records(result.stdout)
    assert record["output"]["photo"] | {"sha256": ""} == {
        "name": "../../.bashrc",
        "size": 4,
        "type": "image/jpeg",
        "sha256": "",
    }
    [path] = [path for path in folder.rglob("*bashrc*") if path.is_file()]
    assert (path.parent, path.read_bytes()) == (folder / "photos", b"meow")
    assert record["files"] == [f"photos/{path.name}"]
    assert path.name.startswith(f"{assignment_id}-") and path.name.endswith("-bashrc")
    assert "1 new file in photos" in result.stderr
    assert "0 new files in photos; it holds 1" in run("results", "--files", "photos").stderr


def test_a_changed_or_half_written_file_is_fetched_again(words: list[str], local: Marketplace, run: Run) -> None:
    upload(local, words[0], b"meow", "cat.jpg")
    [record] = records(run("results", "--files", "photos").stdout)
    path = Path(record["files"][0])
    path.write_bytes(b"me")
    assert "1 new file" in run("results", "--files", "photos").stderr
    assert path.read_bytes() == b"meow"


def test_files_of_results_that_were_saved_before_are_fetched_too(
    words: list[str], local: Marketplace, run: Run
) -> None:
    upload(local, words[0], b"meow", "cat.jpg")
    run("results", "--output", "results.jsonl")
    result = run("results", "--output", "results.jsonl", "--files", "photos")
    assert "0 new results" in result.stderr and "1 new file" in result.stderr
    assert len(list(Path("photos").iterdir())) == 1


def test_a_link_in_the_folder_is_replaced_and_not_followed(words: list[str], local: Marketplace, run: Run) -> None:
    upload(local, words[0], b"meow", "cat.jpg")
    [record] = records(run("results", "--files", "photos").stdout)
    path, target = Path(record["files"][0]), Path("precious.txt")
    path.unlink()
    target.write_text("mine")
    path.symlink_to(target.absolute())
    run("results", "--files", "photos")
    assert (target.read_text(), path.read_bytes(), path.is_symlink()) == ("mine", b"meow", False)


def test_files_that_cannot_be_fetched_are_named_and_the_others_are_saved(
    words: list[str], local: Marketplace, run: Run
) -> None:
    lost = upload(local, words[0], b"meow", "cat.jpg")
    upload(local, words[0], b"woof", "dog.jpg", "bob")
    local.store.uploads.delete(lost)
    result = run("results", "--files", "photos")
    assert result.exit_code == 3
    assert f"assignment {lost}: file 'cat.jpg'" in result.stderr
    assert "1 of 2 files could not be fetched" in result.stderr
    assert len(records(result.stdout)) == 2
    assert [path.read_bytes() for path in Path("photos").iterdir()] == [b"woof"]


def test_an_exported_worker_has_the_files_and_a_deleted_one_none(
    words: list[str], local: Marketplace, run: Run
) -> None:
    upload(local, words[0], b"meow", "cat.jpg")
    upload(local, words[0], b"woof", "dog.jpg", "bob")
    result = run("worker", "export", "ann", "--files", "data")
    assert json.loads(result.stdout)["worker"]["worker_id"] == "ann"
    assert [path.read_bytes() for path in Path("data").iterdir()] == [b"meow"]
    assert run("worker", "delete", "ann", "--yes").exit_code == 0
    assert len(list(local.store.uploads.folder.iterdir())) == 2
    assert run("worker", "delete", "bob", "--answers", "--yes").exit_code == 0
    assert [path.read_bytes() for path in local.store.uploads.folder.rglob("*") if path.is_file()] == [b"meow"]


def test_csv_results_have_the_description_of_the_file(words: list[str], local: Marketplace, run: Run) -> None:
    upload(local, words[0], b"meow", "cat.jpg")
    result = run("results", "--format", "csv", "--files", "photos")
    assert '""name"": ""cat.jpg""' in result.stdout
    assert len(list(Path("photos").iterdir())) == 1
