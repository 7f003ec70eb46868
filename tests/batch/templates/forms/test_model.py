"""What parts of forms may say."""

from simpleturk.batch.templates.forms.model import TYPES, Form, names_in, walk


def test_the_schema_knows_every_type_of_part() -> None:
    definitions = Form.model_json_schema()["$defs"]
    named = {one["properties"]["type"]["const"] for one in definitions.values() if "type" in one.get("properties", {})}
    assert named == set(TYPES)


def test_fields_in_pages_have_the_name_of_the_pages_before_theirs() -> None:
    inner = {"type": "text", "name": "a", "label": "A"}
    pages = {"type": "pages", "items": "{{ input.x }}", "name": "p", "parts": [inner]}
    section = {"type": "section", "parts": [pages, inner]}
    form = Form.model_validate({"title": "T", "parts": [section]})
    found = [(place, prefix) for part, place, prefix in walk(form.parts) if part.type == "text"]
    assert found == [
        (("parts", 0, "parts", 0, "parts", 0), "p."),
        (("parts", 0, "parts", 1), ""),
    ]


def test_a_condition_names_its_field() -> None:
    assert [names_in(text) for text in ("a=1", "a!=b=c", "a.b", "a=")] == ["a", "a", "a.b", "a"]
