from pathlib import Path

import pytest

from simpleturk.batch.templates.detect import open_template
from simpleturk.batch.templates.forms.composer.composer_template import ComposerTemplate, fields_of
from simpleturk.errors import Problems, SimpleturkError
from tests.batch.templates.forms.composer.forms import field, form, write


def test_a_page_has_its_fields_and_no_known_answers(tmp_path: Path) -> None:
    item = {"form": form(field(label="<b>Who</b>")), "expecting_answers": {"a": "secret-answer"}}
    source = open_template(write(tmp_path, task_data=[item]), [])
    page = source.render(item)
    assert '<label for="field-0">&lt;b&gt;Who&lt;/b&gt;</label>' in page
    assert "secret-answer" not in page
    assert source.traced(item)[0] == page


def test_code_of_the_directory_cannot_end_its_script_element(tmp_path: Path) -> None:
    item = {"form": form(field(validators={"mine": 1}))}
    code = 'export function mine() { return "</script><!--"; }'
    page = ComposerTemplate(write(tmp_path, task_data=[item], custom_validators_js=code)).render(item)
    assert r'return "<\/script><\!--"' in page
    assert 'register("validators", { mine: typeof mine' in page


def test_fields_are_listed_without_those_of_dynamic_fieldsets(tmp_path: Path) -> None:
    own = form(field(), {"type": "button"})
    own["sections"][0]["fieldsets"].append({"lookup_name": "more", "rows": [{"fields": [field(name="b")]}]})
    template = ComposerTemplate(write(tmp_path, task_data=[{"form": own}]))
    assert template.fields() == [("a", "input", "A")]
    assert [one["type"] for one in fields_of(own)] == ["input", "button"]


def test_another_input_and_another_directory_are_refused(tmp_path: Path) -> None:
    template = ComposerTemplate(write(tmp_path, task_data=[{"form": form()}]))
    with pytest.raises(Problems, match="the input is no version of a form"):
        template.render({"image": "x"})
    with pytest.raises(SimpleturkError, match=r"is a folder without task_data\.json and unit_config\.json"):
        open_template(tmp_path / "insertions", [])
