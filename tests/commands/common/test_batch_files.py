"""The files of a batch, as the options of a command name them."""

import json
from pathlib import Path

from simpleturk.assets.local import served
from simpleturk.batch.inputs import open_inputs
from simpleturk.commands.common.batch_files import batch_files
from simpleturk.resources import shipped


def test_a_template_and_properties_that_ship_are_found_by_name(folder: Path) -> None:
    files = batch_files(
        open_inputs(Path("inputs.jsonl")),
        Path("hit_templates/simple.html"),
        Path("hit_properties/simple.json"),
        address=served,
    )
    assert files.template == shipped("hit_templates", "simple.html")
    assert files.properties == shipped("hit_properties", "simple.json")


def test_pages_show_files_beside_the_inputs_and_beside_the_template(folder: Path) -> None:
    files = batch_files(open_inputs(Path("data/inputs.jsonl")), Path("pages/page.html"), address=served)
    assert files.assets and files.assets.folders == [Path("data"), Path("pages")]


def test_inputs_from_a_pipe_name_files_of_the_working_directory(folder: Path) -> None:
    copy = open_inputs(Path("/tmp/copy.jsonl"), "stdin", kept=True)
    files = batch_files(copy, Path("pages/page.html"), address=served)
    assert files.assets and files.assets.folders == [Path(), Path("pages")]


def test_includes_are_looked_for_in_the_folders_of_simple_amts_configuration(folder: Path) -> None:
    Path("amt.json").write_text(json.dumps({"template_directories": ["parts"]}))
    files = batch_files(open_inputs(Path("inputs.jsonl")), None, config=Path("amt.json"), address=served)
    assert files.include_folders == (Path("parts"),)
