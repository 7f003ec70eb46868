"""The fields of answers, and which of them have columns in CSV."""

from collections import Counter

from simpleturk.batch.results.csv_columns import MAX_COLUMNS, MAX_RARE, columns_of_fields, fields_of_template


def test_fields_of_the_template_come_first_and_both_parts_are_sorted() -> None:
    counts = {"zeta": 9, "alpha": 9, "breed": 1, "output": 9}
    assert columns_of_fields(counts, 9, {"zeta", "breed", "unused"}) == ["breed", "output", "zeta", "alpha"]


def test_few_rare_fields_have_columns_and_many_have_none() -> None:
    common = {"a": 50, "b": 10}
    few = {f"rare{number}": 1 for number in range(MAX_RARE)}
    assert set(columns_of_fields(common | few, 100, ())) == {*common, *few}
    assert columns_of_fields(common | few | {"one more": 9}, 100, ()) == ["a", "b"]


def test_a_single_answer_with_thousands_of_fields_has_columns_for_those_of_the_template_only() -> None:
    counts = Counter(["breed", *(f"f{number}" for number in range(19_000))])
    assert columns_of_fields(counts, 1, {"breed"}) == ["breed"]


def test_columns_beyond_the_bound_are_those_of_the_rarest_fields() -> None:
    counts = {f"f{number:05}": 100 for number in range(MAX_COLUMNS - 1)} | {"x": 50, "y": 51}
    columns = columns_of_fields(counts, 100, ())
    assert (len(columns), "y" in columns, "x" in columns) == (MAX_COLUMNS, True, False)


def test_names_that_headers_do_not_keep_have_no_columns() -> None:
    names = ["", " a", "a ", "a\nb", "a\x1b[2J", "\u2028", "x" * 201]
    assert columns_of_fields(dict.fromkeys([*names, "a b"], 5), 5, set(names)) == ["a b"]


def test_a_template_names_its_fields_in_html_and_in_xml() -> None:
    text = """<input name=breed> <select NAME = "a b"><crowd-input name='note'> data-name="no"
        <input name="{{ x }}"> <input name="${y}"> <QuestionIdentifier> colour </QuestionIdentifier>"""
    assert fields_of_template(text) == {"breed", "a b", "note", "colour"}
