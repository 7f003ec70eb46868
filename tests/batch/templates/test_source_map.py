"""The source map of a rendered page: the line of the template that each part comes from."""

from pathlib import Path

from simpleturk.batch.templates.jinja import JinjaTemplate
from simpleturk.batch.templates.source_map import SourceLocation, SourceMap, line_starts


def test_an_offset_has_the_location_that_begins_at_or_before_it() -> None:
    first, second = SourceLocation(Path("a.html"), 1), SourceLocation(Path("a.html"), 2)
    source_map = SourceMap([(0, first), (10, second)])
    assert [source_map.at(offset) for offset in (0, 9, 10, 99)] == [first, first, second, second]


def test_lines_begin_after_line_ends() -> None:
    assert line_starts("a\n\nbc") == [0, 2, 3]


def test_the_lines_of_a_page_are_used_if_the_templates_are_unknown() -> None:
    location = SourceMap.of_page("a\nb").at(2)
    assert (location.file, location.line, str(location)) == (None, 2, "line 2 of the page")


def test_text_after_a_loop_and_in_an_include_has_its_own_file_and_line(folder: Path) -> None:
    (folder / "part.html").write_text("\n<i>part</i>")
    template = JinjaTemplate(
        Path("t.html"), data=b"{% for n in [1, 2] %}\n-\n{% endfor %}<b>x</b>{% include 'part.html' %}"
    )
    page, source_map = template.traced({})
    assert "\ue000" not in page
    assert str(source_map.at(page.index("<b>"))) == "t.html, line 3"
    location = source_map.at(page.index("<i>"))
    assert location.file and (location.file.name, location.line) == ("part.html", 2)
