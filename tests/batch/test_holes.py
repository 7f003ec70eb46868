"""Templates of the requester site: what a value means where its hole stands."""

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.batch.contexts import Context, read
from simpleturk.batch.holes import AFTER, BEFORE, SUBMIT, SiteTemplate
from simpleturk.batch.templates import syntax_of
from simpleturk.errors import Problems


def filled(page: str, **values: Any) -> str:
    """A page's holes filled; the form that it gets left out."""
    return whole(page, **values).removeprefix(BEFORE).removesuffix(SUBMIT + AFTER)


def whole(page: str, **values: Any) -> str:
    Path("page.html").write_text(page, encoding="utf-8", newline="")
    return SiteTemplate(Path("page.html"), list(values)).render(values)


@pytest.mark.parametrize(
    ("page", "context"),
    [
        ("<p>${x}</p>", Context.TEXT),
        ("a < b ${x}", Context.TEXT),
        ("<title>${x}</title>", Context.PLAIN_TEXT),
        ("<textarea name=a>${x}</textarea>", Context.PLAIN_TEXT),
        ("<!-- ${x} -->", Context.COMMENT),
        ("<!doctype ${x}>", Context.COMMENT),
        ('<input value="${x}">', Context.ATTRIBUTE),
        ("<input value='a > ${x}'>", Context.ATTRIBUTE),
        ("<input value=${x}>", Context.ATTRIBUTE),
        ('<img alt=">" src="${x}">', Context.URL),
        ("<A HREF = '${x}'>", Context.URL),
        ("<input ${x}>", Context.TAG),
        ("<input ${x}=1>", Context.TAG),
        ("<${x}>", Context.TEXT),
        ("<style>p { color: ${x} }</style>", Context.STYLE),
        ("<script>var a = ${x};</script>", Context.SCRIPT),
        ("<script>var a = '${x}';</script>", Context.SCRIPT_STRING),
        ("<script>var a = `b ${x}`;</script>", Context.SCRIPT_STRING),
        ('<script>var a = "it\'s ${x}";</script>', Context.SCRIPT_STRING),
        ("<script>// it's ${x}\n</script>", Context.SCRIPT_COMMENT),
        ('<script>/* " ${x} */</script>', Context.SCRIPT_COMMENT),
        ("<script>a = b / c; d = '${x}' / 2</script>", Context.SCRIPT_STRING),
        ("<script>a = /['\"]/; b = ${x}</script>", Context.SCRIPT),
        ("<script>if (a < b) { c = ${x} }</script>", Context.SCRIPT),
        ('<script type="text/template"><b>${x}</b></script>', Context.SCRIPT_DATA),
        ('<script type="application/json">{"a": "${x}"}</script>', Context.SCRIPT_STRING),
        ("<script>'</script><p>${x}</p>", Context.TEXT),
        ("<SCRIPT>a</ScRiPt ><p>${x}", Context.TEXT),
        ("<p title='a'b='${x}'>", Context.ATTRIBUTE),
        ("<p>a</p ${x}>", Context.TAG),
    ],
)
def test_a_hole_is_known_by_where_it_stands(page: str, context: Context) -> None:
    [hole], _ = read(page)
    assert (hole.name, hole.context) == ("x", context)


def test_an_event_attribute_holds_a_script() -> None:
    [hole], _ = read("""<a onclick="go('${x}')">""")
    assert (hole.context, hole.inner) == (Context.ATTRIBUTE, Context.SCRIPT_STRING)


@pytest.mark.parametrize(
    ("page", "value", "shown"),
    [
        ("<p>${x}</p>", "a & b < c", "<p>a &amp; b &lt; c</p>"),
        ("<p>${x}</p>", "AT&amp;T &#39;", "<p>AT&amp;T &#39;</p>"),
        ("<p>${x}</p>", "a <b>bold</b><br> word", "<p>a <b>bold</b><br> word</p>"),
        ("<p>${x}</p>", '<img src="https://e.org/a.png" alt="a">', '<p><img src="https://e.org/a.png" alt="a"></p>'),
        ("<p>${x}</p>", "<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("<p>${x}</p>", "<b onclick=a()>x</b>", "<p>&lt;b onclick=a()&gt;x&lt;/b&gt;</p>"),
        ("<p>${x}</p>", "</p><form>", "<p>&lt;/p&gt;&lt;form&gt;</p>"),
        ("<p>${x}</p>", "<b>never closed", "<p>&lt;b&gt;never closed</p>"),
        ("<p>${x}</p>", '<a href="javascript:a()">x</a>', '<p>&lt;a href="javascript:a()"&gt;x&lt;/a&gt;</p>'),
        ('<i title="${x}">', "\"quotes' & <b>", '<i title="&quot;quotes&#39; &amp; &lt;b&gt;">'),
        ("<i title=${x}>", "two words>", "<i title=two&#32;words&gt;>"),
        ('<img src="${x}">', "https://e.org/?a=1&b=2", '<img src="https://e.org/?a=1&amp;b=2">'),
        ('<a href="${x}">', "javascript:alert(1)", '<a href="unsafe:javascript:alert(1)">'),
        ('<a href="${x}">', " java\tscript:alert(1)", '<a href="unsafe: java\tscript:alert(1)">'),
        ('<img src="${x}">', "data:image/png;base64,AA", '<img src="data:image/png;base64,AA">'),
        ('<a href="https://e.org/${x}">', "javascript:", '<a href="https://e.org/javascript:">'),
        ("<script>a = ${x}</script>", '{"b": "</script>"}', '<script>a = {"b": "\\u003c/script\\u003e"}</script>'),
        ("<script>a = ${x}</script>", "alert(1)", '<script>a = "alert(1)"</script>'),
        ("<script>a = ${x} + 1</script>", "5", "<script>a = 5 + 1</script>"),
        ("<script>'${x}'</script>", "it's \\ \"\n</", "<script>'it\\u0027s \\\\ \\u0022\\n\\u003c\\/'</script>"),
        ("<script>a = `${x}`</script>", "`${b}`", "<script>a = `\\u0060\\u0024{b}\\u0060`</script>"),
        ("<option ${x}>", "selected", "<option selected>"),
        ("<option ${x}>", 'class="a" disabled', '<option class="a" disabled>'),
        ("${x}", "${y} {{ z }} {% if %}", "${y} {{ z }} {% if %}"),
        ("${ x }", "a", "a"),
    ],
)  # fmt: skip
def test_values_mean_what_they_meant_on_the_site_and_do_no_harm(
    folder: Path, page: str, value: str, shown: str
) -> None:
    assert filled(page, x=value) == shown


@pytest.mark.parametrize("value", ["onclick=alert(1)", "x><script>", 'src="x"', "style=a"])
def test_what_cannot_stand_inside_of_a_tag_is_a_problem(folder: Path, value: str) -> None:
    with pytest.raises(Problems, match="page.html, line 2: .* cannot stand inside of a tag"):
        filled("<p>\n<input ${x}>", x=value)


@pytest.mark.parametrize("piece", ["<a ", '<a b="', "<!--", "<!", "</", "<a", "<b>", "a", "a=", 'a="b'])
def test_a_value_made_to_take_for_ever_does_not(folder: Path, piece: str) -> None:
    """Without care the parser needs a minute for it, and a regular expression longer than anybody lives."""
    assert filled("<p>${x}</p>", x=piece * 50_000).startswith("<p>")
    with pytest.raises(Problems, match="cannot stand inside of a tag"):
        filled("<p ${x}></p>", x=piece * 50_000 + "!")


def test_holes_that_no_input_has_are_problems_but_for_those_of_scripts(folder: Path) -> None:
    page = "<p>${word}</p>\n<p>${wrod}</p>\n<script>a = `${b.c}`; d = `${i}`</script>"
    with pytest.raises(Problems) as caught:
        filled(page, word="a")
    assert [(p.where, p.what, p.hint) for p in caught.value.problems] == [
        ("page.html, line 2", "the inputs have no 'wrod'", "did you mean word?")
    ]
    assert "`${b.c}`; d = `${i}`" in filled(page.replace("${wrod}", ""), word="a")


class Seen(HTMLParser):
    """What a browser would see: the elements, the attributes, the text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: dict[str, str] = {}
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.open.pop()

    def handle_data(self, data: str) -> None:
        place = self.open[-1] if self.open else ""
        self.text[place] = self.text.get(place, "") + data


PIECES = """< > & " ' ` / \\ $ { } = - ! a script on ]]> é 🙂 : \n""".split(" ") + [" "]
NASTY = st.lists(st.sampled_from(PIECES)).map("".join)


@given(value=NASTY)
def test_whatever_a_value_holds_it_stays_where_its_hole_is(
    tmp_path_factory: pytest.TempPathFactory, value: str
) -> None:
    path = tmp_path_factory.mktemp("page") / "p.html"
    path.write_text(
        "<form><div title=\"${x}\" lang='${x}' class=${x}z><em>${x}</em><textarea>${x}</textarea>"
        "<script>var a = '${x}', b = \"${x}\", c = `${x}`, d = ${x};</script></div>"
    )
    seen = Seen(SiteTemplate(path, ["x"]).render({"x": value}))
    assert [tag for tag, _ in seen.tags] == ["form", "div", "em", "textarea", "script"]
    attributes = seen.tags[1][1]
    assert (attributes["title"], attributes["lang"], attributes["class"]) == (value, value, value + "z")
    assert seen.text.get("em", "") == value
    assert seen.text.get("textarea", "") == value
    assert "</" not in seen.text["script"]
    strings = seen.text["script"]
    assert strings.startswith("var a = '") and strings.endswith(";")


@given(value=st.text())
def test_in_a_string_of_a_script_a_value_is_its_characters(
    tmp_path_factory: pytest.TempPathFactory, value: str
) -> None:
    path = tmp_path_factory.mktemp("page") / "p.html"
    path.write_text('<form><script>"${x}"</script>')
    text = SiteTemplate(path, ["x"]).render({"x": value})
    assert json.loads(text.removeprefix("<form><script>").removesuffix("</script>")) == value


@pytest.mark.parametrize(
    ("page", "complete"),
    [
        ("<p>a</p>", f"{BEFORE}<p>a</p>{SUBMIT}{AFTER}"),
        ("<body class='a'><p>a</p></body>", f"<body class='a'>{BEFORE}<p>a</p>{SUBMIT}{AFTER}</body>"),
        ("<html><head></head><p>a", f"<html><head></head>{BEFORE}<p>a{SUBMIT}{AFTER}"),
        ("<input type=SUBMIT>", f"{BEFORE}<input type=SUBMIT>{AFTER}"),
        ("<button>Go</button>", f"{BEFORE}<button>Go</button>{AFTER}"),
        ("<button type=button>+</button>", f"{BEFORE}<button type=button>+</button>{SUBMIT}{AFTER}"),
        ("<form><p>a</p></form>", "<form><p>a</p></form>"),
        ("<crowd-form><p>a</p></crowd-form>", "<crowd-form><p>a</p></crowd-form>"),
        ("<script>document.createElement('form')</script>", "<script>document.createElement('form')</script>"),
        ("<!-- <form> --><p>a", f"{BEFORE}<!-- <form> --><p>a{SUBMIT}{AFTER}"),
    ],
)
def test_a_page_without_a_form_gets_the_sites(folder: Path, page: str, complete: str) -> None:
    assert whole(page) == complete


@pytest.mark.parametrize(
    ("text", "names", "syntax"),
    [
        ("<p>${word}</p>", ["word"], "site"),
        ("<p>{{ word }}</p>", ["word"], "jinja"),
        ("<p>{{ input.word }}</p><script>`${word}`</script>", ["word"], "jinja"),
        ("<p>{{ input }}</p><script>`${i}`</script>", ["word"], "jinja"),
        ("<p>${word}</p><div>{{ angular }}</div>", ["word"], "site"),
        ("{% include 'a.html' %}<script>`${word}`</script>", ["word"], "jinja"),
        ("<p>plain</p>", ["word"], "jinja"),
        ("<script>`${x}`</script>", ["word"], "jinja"),
    ],
)
def test_the_syntax_is_told_by_what_is_in_a_template(text: str, names: list[str], syntax: str) -> None:
    assert syntax_of(text, names, is_table=False) == syntax


def test_a_page_that_says_nothing_of_its_inputs_is_the_sites_if_these_are_a_table() -> None:
    assert syntax_of("<p>plain</p>", ["word"], is_table=True) == "site"
