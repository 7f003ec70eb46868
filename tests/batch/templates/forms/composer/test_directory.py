import re
from pathlib import Path

import pytest

from simpleturk.batch.templates.forms.composer.directory import FormDirectory, is_form_directory
from simpleturk.errors import Problems, SimpleturkError
from tests.batch.templates.forms.composer.forms import field, form, write


def problems(folder: Path) -> list[str]:
    with pytest.raises(Problems) as error:
        FormDirectory(folder).versions()
    return [f"{problem.where.rpartition('/')[2]}: {problem.what}" for problem in error.value.problems]


def test_task_data_alone_is_enough_and_gold_keys_are_kept(tmp_path: Path) -> None:
    item = {"form": form(), "expecting_answers": {"a": "x"}, "isScreeningUnit": True}
    assert FormDirectory(write(tmp_path, task_data=[item])).versions() == [item]
    assert is_form_directory(tmp_path)
    assert not is_form_directory(tmp_path / "insertions")


def test_token_sets_alone_are_enough(tmp_path: Path) -> None:
    sets = [{"tokens_values": {"place": "Leeds"}}, {"tokens_values": {"place": 7}}]
    write(tmp_path, unit_config={"form": form(title="In {{place}}")}, token_sets_values_config=sets)
    versions = FormDirectory(tmp_path).versions()
    assert [version["form"]["title"] for version in versions] == ["In Leeds", "In 7"]
    assert versions[1]["form_metadata"] == {"tokens_values": {"place": 7}}


def test_a_form_without_tokens_has_one_version(tmp_path: Path) -> None:
    assert FormDirectory(write(tmp_path, unit_config={"form": form()})).versions() == [{"form": form()}]


def test_task_data_is_used_before_the_other_files(tmp_path: Path) -> None:
    write(tmp_path, task_data=[{"form": form(title="Old")}], unit_config={"form": form(title="New")})
    directory = FormDirectory(tmp_path)
    assert directory.versions()[0]["form"]["title"] == "Old"
    assert directory.expanded()[0]["form"]["title"] == "New"
    assert directory.is_outdated()


def test_insertions_are_texts_of_attributes_and_values(tmp_path: Path) -> None:
    unit = {"form": form(instruction="insertions/how.html", title="{{part}}")}
    values = {"part": ["insertions/part.html"], "place": ["<Leeds>"]}
    write(tmp_path, unit_config=unit, how_html="<b>{{place}}</b>", part_html="<i>x</i>")
    write(tmp_path, separate_token_values_config=values)
    [version] = FormDirectory(tmp_path).versions()
    assert version["form"]["instruction"] == "<b>&lt;Leeds&gt;</b>"
    assert version["form"]["title"] == "<i>x</i>"
    assert version["form_metadata"]["tokens_values"]["part"] == "insertions/part.html"
    assert FormDirectory(tmp_path).preview() == {"title": "", "instruction": "<b></b>"}


def test_no_file_outside_of_the_directory_is_read(tmp_path: Path) -> None:
    (tmp_path / "secret.html").write_text("secret")
    folder = write(tmp_path / "birds", task_data=[{"form": form(instruction="insertions/../../secret.html")}])
    [problem] = problems(folder)
    assert "leads out of insertions" in problem
    (folder / "insertions" / "link.html").symlink_to(tmp_path / "secret.html")
    write(folder, task_data=[{"form": form(instruction="insertions/link.html")}])
    with pytest.raises(SimpleturkError, match="leads out of its folder through a link"):
        FormDirectory(folder).versions()


def test_all_mistakes_are_named_with_their_lines(tmp_path: Path) -> None:
    write(tmp_path, unit_config={"form": form(field(label="{{ x }}"), instruction="insertions/no.html")})
    write(tmp_path, separate_token_values_config={"y": [1]})
    assert problems(tmp_path) == [
        "unit_config.json, line 1: form.instruction: there is no file insertions/no.html",
        "unit_config.json, line 1: form.sections.1.fieldsets.1.rows.1.fields.1.label: the token 'x' has no value",
        "separate_token_values_config.json: the form has no token 'y'",
    ]
    write(tmp_path, task_data=[{"form": form(title="{{ x }}"), "gold": 1}, {"form": {}}])
    assert problems(tmp_path) == [
        "task_data.json, line 1: 1.gold: there is no 'gold' beside a form",
        "task_data.json, line 1: 1.form.title: the token 'x' has no value",
        "task_data.json, line 1: 2.form: the form has no title",
        "task_data.json, line 1: 2.form: the form has no sections",
        "task_data.json, line 1: 2.form: the form has no submit_button",
    ]


def test_text_that_is_no_json_and_too_many_versions_are_refused(tmp_path: Path) -> None:
    write(tmp_path, unit_config={"form": form(title="{{a}}{{b}}{{c}}")})
    write(tmp_path, separate_token_values_config={name: list(range(100)) for name in "abc"})
    [problem] = problems(tmp_path)
    assert "gives 1,000,000 versions; at most 100,000 are possible" in problem
    (tmp_path / "unit_config.json").write_text("{")
    assert re.match(r"unit_config.json, line 1, column 2: not JSON", problems(tmp_path)[0])


def test_the_digest_depends_on_the_code(tmp_path: Path) -> None:
    write(tmp_path, task_data=[{"form": form()}])
    before = FormDirectory(tmp_path).digest()
    write(tmp_path, custom_validators_js="export function x() {}")
    assert FormDirectory(tmp_path).digest() != before


def test_a_presigned_address_is_refused_with_its_line(tmp_path: Path) -> None:
    write(tmp_path, task_data=[{"form": form(instruction='<img src="{{getPresignedUrl(1)}}">')}])
    assert problems(tmp_path) == [
        "task_data.json, line 1: 1.form.instruction: getPresignedUrl needs a remote procedure"
    ]


def test_metadata_that_are_no_object_are_named(tmp_path: Path) -> None:
    write(tmp_path, unit_config={"form": form(), "form_metadata": 5})
    assert problems(tmp_path) == ["unit_config.json, line 1: form_metadata: form_metadata is not an object"]
