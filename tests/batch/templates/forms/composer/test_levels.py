from simpleturk.batch.templates.forms.composer.levels import attributes, wrong_value


def test_a_button_needs_only_its_type_and_a_choice_needs_options() -> None:
    assert attributes("field", "button")[0] == ("type",)
    assert attributes("field", "radio")[0] == ("type", "name", "label", "options")
    assert "multiple" in attributes("field", "select")[1]
    assert attributes("form")[0] == ("title", "sections", "submit_button")


def test_the_kind_of_a_value_is_checked() -> None:
    assert wrong_value("collapsable", "yes") == "is neither true nor false"
    assert wrong_value("title", 7) == "is not text"
    assert wrong_value("validators", []) == "is not an object"
    assert wrong_value("value", 7) == ""
