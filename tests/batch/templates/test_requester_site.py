"""Requester-site templates: the meaning of a value in the place of its placeholder."""

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.batch.templates.html_names import VOID
from simpleturk.batch.templates.requester_site import RequesterSiteTemplate
from simpleturk.batch.templates.site_form import AFTER, BEFORE, SUBMIT
from simpleturk.errors import Problems


def filled(page: str, **values: Any) -> str:
    """A page with values in its placeholders, without the form that is added."""
    return whole(page, **values).removeprefix(BEFORE).removesuffix(SUBMIT + AFTER)


def whole(page: str, **values: Any) -> str:
    Path("page.html").write_text(page, encoding="utf-8", newline="")
    return RequesterSiteTemplate(Path("page.html"), list(values)).render(values)


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
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        place = self.open[-1] if self.open else ""
        self.text[place] = self.text.get(place, "") + data


PIECES = """< > & " ' ` / \\ $ { } = - ! k script on ]]> é 🙂 : \n""".split(" ") + [" "]
NASTY = st.lists(st.sampled_from(PIECES)).map("".join)


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
        ("<p>${x}</p>", "<b>never closed", "<p><b>never closed</b></p>"),
        ("<p>${x}</p>", "</b> is the end of <b onclick>", "<p>&lt;/b&gt; is the end of &lt;b onclick&gt;</p>"),
        ("<p>${x}</p>", "<i>a <b onclick=a()>b</b></i>", "<p><i>a &lt;b onclick=a()&gt;b&lt;/b&gt;</i></p>"),
        ("<p>${x}</p>", '<b><font color="blue">x</b></font>', '<p><b><font color="blue">x</font></b></p>'),
        ("<div>${x}</div>", "end.</p><p>next</p>", "<div>end.<p>next</p></div>"),
        ("<div>${x}</div>", "<p>one<p>two", "<div><p>one</p><p>two</p></div>"),
        ("<ul>${x}</ul>", "<li>a<li>b", "<ul><li>a</li><li>b</li></ul>"),
        ("<p>${x}</p>", "<b>risk</b> (p < 0.05)<br>x", "<p><b>risk</b> (p &lt; 0.05)<br>x</p>"),
        ("<p>${x}</p>", "a<br><Illusion2> b", "<p>a<br>&lt;Illusion2&gt; b</p>"),
        ("<p>${x}</p>", "<video controls src=a.mp4></video>", '<p><video controls src="a.mp4"></video></p>'),
        ("<p>${x}</p>", "<i><form>x</form></i>", "<p><i>x</i></p>"),
        ("<p>${x}</p><input name=a>", "<b>x</b><input name=b>", '<p><b>x</b><input name="b"></p><input name=a>'),
        ("<p>${x}</p><input name=a>", "<b>x</b><input name=a>", "<p><b>x</b>&lt;input name=a&gt;</p><input name=a>"),
        ("<style>e1 {}</style><p>${x}</p>", "<E1>a</e1>", "<style>e1 {}</style><p><e1>a</e1></p>"),
        ("<script>$('ent')</script><p>${x}</p>", "<ent>a", "<script>$('ent')</script><p><ent>a</ent></p>"),
        ("<style>p { x: e1 }</style><p>${x}</p>", "<e1>a", "<style>p { x: e1 }</style><p>&lt;e1&gt;a</p>"),
        ("<select>${x}</select>", "<option>a<input>", "<select><option>a&lt;input&gt;</option></select>"),
        ("<button>${x}</button>", "<b>a</b><button>", "<button><b>a</b>&lt;button&gt;</button>"),
        ("<a>${x}</a><i>${x}</i>", "<a href=b>c", '<a>&lt;a href=b&gt;c</a><i><a href="b">c</a></i>'),
        ("<button onclick='show(item${x})'>", "1),alert(1", "show(item1\\u0029\\u002calert\\u00281)"),
        ("<a onclick='f(&quot;${x}&quot;)'>", "cat's", "<a onclick='f(&quot;cat\\u0027s&quot;)'>"),
        ('<a href="&#106;avascript:f(%27${x}%27)">', "');", "f(%27\\u0027\\u0029\\u003b%27)"),
        ("<script>var item_${x} = 5</script>", "7", "<script>var item_7 = 5</script>"),
        ("<script><!--\nd.write('<script></script>');\nv=\"${x}\"//--></script>", '";', "\\u0022\\u003b"),
        ("<!--> <a title='${x}'>", "' onclick=''", "<!--> <a title='&#39; onclick=&#39;&#39;'>"),
        ("<h${x}>a</h${x}>", "2", "<h2>a</h2>"),
        ("<option ${x}>", "title='one cat'", "<option title='one cat'>"),
        ("<input value=${x} required>", "", '<input value="" required>'),
        ("<textarea name=a>${x}</textarea>", "\na", "<textarea name=a>\n\na</textarea>"),
        ("<style>p { background: url('${x}') }</style>", "');}", "url('\\27 \\29 \\3b \\7d ')"),
        ('<a href="${x}://e.org">', "javascript", '<a href="unsafe:javascript://e.org">'),
        ('<a href="java${x}">', "script:a()", '<a href="unsafe:javascript:a()">'),
        ('<img src="${x}">', "s3://bucket/img12:30.png", '<img src="s3://bucket/img12:30.png">'),
        ("<p>${x}</p>", "<b style='position:fixed'>x</b>", "<p>&lt;b style='position:fixed'&gt;x&lt;/b&gt;</p>"),
        ("<p>a <${x} b</p>", "img src=x onerror=alert(1) ", "<p>a <&#105;mg src=x onerror=alert(1)  b</p>"),
        ('<a href="${x}">', "&#106;avascript:alert(1)", '<a href="unsafe:&#106;avascript:alert(1)">'),
        ('<a href="${x}">', "java&Tab;script&colon;a()", '<a href="unsafe:java&Tab;script&colon;a()">'),
        ("""<a href="javascript:'${x}'">""", "');", """<a href="javascript:'\\u0027\\u0029\\u003b'">"""),
        ("<script type='text/template'>${x}</script>", "<i>&", "<script type='text/template'><i>&amp;</i></script>"),
        ("<script type=text/plain>${x}</script>", "& </script>", "<script type=text/plain>& &lt;/script></script>"),
        ("<script>a = ${x}</script>", "['a', \"b\"]", '<script>a = ["a", "b"]</script>'),
        ("<script>a = ${x}</script>", "True", "<script>a = true</script>"),
        ("<p>${x}</p>", '<a href="javascript:a()">x</a>', '<p>&lt;a href="javascript:a()"&gt;x&lt;/a&gt;</p>'),
        ('<i title="${x}">', "\"quotes' & <b>", '<i title="&quot;quotes&#39; &amp; &lt;b&gt;">'),
        ("<i title=${x}>", "two words>", "<i title=two&#32;words&gt;>"),
        ('<img src="${x}">', "https://e.org/?a=1&b=2", '<img src="https://e.org/?a=1&amp;b=2">'),
        ('<a href="${x}">', "javascript:alert(1)", '<a href="unsafe:javascript:alert(1)">'),
        ('<a href="${x}">', " java\tscript:alert(1)", '<a href="unsafe: java\tscript:alert(1)">'),
        ('<img src="${x}">', "data:image/png;base64,AA", '<img src="data:image/png;base64,AA">'),
        ('<a href="https://e.org/${x}">', "javascript:", '<a href="https://e.org/javascript:">'),
        ("<script>a = ${x}</script>", '{"b": "</i>"}', '<script>a = {"b": "\\u003c\\u002fi\\u003e"}</script>'),
        ("<script>a = ${x}</script>", "alert(1)", '<script>a = "alert\\u00281\\u0029"</script>'),
        ("<script>a = ${x} + 1</script>", "5", "<script>a = 5 + 1</script>"),
        ("<script>'${x}'</script>", "'s \\ \"\n</", "'\\u0027s\\u0020\\u005c\\u0020\\u0022\\u000a\\u003c\\u002f'"),
        ("<script>a = `${x}`</script>", "`${b}`", "<script>a = `\\u0060\\u0024\\u007bb\\u007d\\u0060`</script>"),
        ("<option ${x}>", "selected", "<option selected>"),
        ("<option ${x}>", 'class="a" disabled', '<option class="a" disabled>'),
        ("${x}", "${y} {{ z }} {% if %}", "${y} {{ z }} {% if %}"),
        ("${ x }", "a", "a"),
    ],
)  # fmt: skip
def test_values_mean_the_same_as_on_the_requester_site_and_do_no_harm(
    folder: Path, page: str, value: str, shown: str
) -> None:
    found = filled(page, x=value)
    assert found == shown if shown.startswith("<") or not page.startswith("<") else shown in found


def test_a_problem_names_the_column_of_the_placeholder_in_the_file(folder: Path) -> None:
    for page in ("<b>${a}</b> ${wrong}", "<body><b>${a}</b> ${wrong}</body>"):
        with pytest.raises(Problems) as caught:
            filled(page, a="x")
        assert caught.value.problems[0].where == f"page.html, line 1, column {page.index('${wrong}') + 1}"


@pytest.mark.parametrize("page", ['<iframe srcdoc="<p>${x}</p>">', "<s${x}>", "<a${x}>"])
def test_a_placeholder_in_srcdoc_is_refused(folder: Path, page: str) -> None:
    with pytest.raises(Problems, match=r"page.html, line 1, column [0-9]+: "):
        filled(page, x="cript")


def test_two_values_together_make_no_tag(folder: Path) -> None:
    assert filled("a <${a}${b}>", a="", b="img src=x ") == "a <&#105;mg src=x >"
    assert filled("<script type=text/x>${a}${b}</script>", a="<", b="/script>") == (
        "<script type=text/x>&lt;/script></script>"
    )
    assert "</textarea" not in filled("<textarea><${a}", a="/textarea x").removeprefix("<textarea>")


def test_two_values_together_make_no_javascript_address(folder: Path) -> None:
    assert filled('<a href="${a}${b}">', a="java", b="script:alert(1)") == '<a href="unsafe:javascript:alert(1)">'
    assert filled('<a href="${a}${b}">', a="https", b="://e.org/?c:d") == '<a href="https://e.org/?c:d">'
    assert filled('<a href="${a}/${b}">', a="https://e.org", b="a:b") == '<a href="https://e.org/a:b">'


FIELDS = '<label for=a>Yes</label><input type="radio" name="s0" value="N" id=a checked><textarea name="t"></textarea>'


def test_fields_in_values_are_fields(folder: Path) -> None:
    for page in (
        "<div>${x}</div>",
        "<div>${x}</div><input name=own>",
        "<div>${x}</div><script>$('#a').append('<input name=b>')</script>",
    ):
        assert '<label for="a">Yes</label><input type="radio" name="s0" value="N" id="a" checked>' in filled(
            page, x=FIELDS
        )
    for value in (
        "<input type=submit name=x>",
        "<button>x</button>",
        "<input type=file name=f>",
        "<input type=hidden>",
    ):
        assert "&lt;" not in filled("<div>${x}</div>", x=value)


@pytest.mark.parametrize(
    "field",
    [
        "<input name=assignmentId>",
        "<input name=own>",
        "<input name=own type=hidden value=yes>",
        "<select name=own></select>",
        "<button formaction=//e.org>x</button>",
        "<button formaction=javascript:a()>x</button>",
    ],
)
def test_a_field_in_a_value_does_not_change_other_answers_or_lead_elsewhere(folder: Path, field: str) -> None:
    page = "<div>${x}</div><input name=own>"
    assert filled(page, x=f"<b>a</b>{field}").startswith("<div><b>a</b>&lt;")
    # An option of a question may stand in the page, and the others in the value.
    assert '<input name="own" type="radio">' in filled(page, x="<input name=own type=radio>")


def test_the_tags_that_show_as_text_are_named_with_their_placeholder(folder: Path) -> None:
    Path("page.html").write_text("<b>${x}</b>\n<i>${y}</i><p title='${x}'><textarea>${x}</textarea>")
    template = RequesterSiteTemplate(Path("page.html"), ["x", "y"])
    value = {"x": "<b>a</b><script>b</script><foo><script>", "y": "List<String>"}
    assert [(tag.where, tag.placeholder, tag.tag) for tag in template.shown_tags(value)] == [
        ("page.html, line 1, column 4", "x", "script"),
        ("page.html, line 1, column 4", "x", "foo"),
        ("page.html, line 2, column 4", "y", "string"),
    ]
    assert template.shown_tags({"x": "<b>a</b>", "y": "1 < 2"}) == []


@pytest.mark.parametrize("value", ["onclick=alert(1)", "x><script>", 'src="x"', "style=a", "formaction=//e.org"])
def test_a_value_that_is_not_allowed_inside_a_tag_is_a_problem(folder: Path, value: str) -> None:
    with pytest.raises(Problems, match="page.html, line 2, column 8: .* is not allowed inside a tag"):
        filled("<p>\n<input ${x}>", x=value)


@pytest.mark.parametrize("piece", ["<a ", '<a b="', "<!--", "<!", "</", "<a", "<b>", "a", "a=", 'a="b'])
def test_a_long_hostile_value_is_read_quickly(folder: Path, piece: str) -> None:
    """Without care the parser needs a minute for it, and a regular expression longer than anybody lives."""
    assert filled("<p>${x}</p>", x=piece * 50_000).startswith("<p>")
    with pytest.raises(Problems, match="is not allowed inside a tag"):
        filled("<p ${x}></p>", x=piece * 50_000 + "!")


def test_unknown_placeholders_are_problems_except_in_scripts(folder: Path) -> None:
    page = "<p>${word}</p>\n<p>${wrod}</p>\n<script>a = `${b.c}`; d = `${i}`</script>"
    with pytest.raises(Problems) as caught:
        filled(page, word="a")
    assert [(p.where, p.what, p.hint) for p in caught.value.problems] == [
        ("page.html, line 2, column 4", "the inputs have no 'wrod'", "did you mean word?")
    ]
    assert "`${b.c}`; d = `${i}`" in filled(page.replace("${wrod}", ""), word="a")


@given(value=NASTY)
def test_any_value_stays_in_the_place_of_its_placeholder(tmp_path_factory: pytest.TempPathFactory, value: str) -> None:
    path = tmp_path_factory.mktemp("page") / "p.html"
    path.write_text(
        "<form><div title=\"${x}\" lang='${x}' class=${x}z><em>${x}</em><textarea>${x}</textarea>"
        "<script>var a = '${x}', b = \"${x}\", c = `${x}`, d = ${x};</script></div>"
    )
    seen = Seen(RequesterSiteTemplate(path, ["x"]).render({"x": value}))
    assert [tag for tag, _ in seen.tags] == ["form", "div", "em", "textarea", "script"]
    attributes = seen.tags[1][1]
    assert (attributes["title"], attributes["lang"], attributes["class"]) == (value, value, value + "z")
    assert seen.text.get("em", "") == value
    # Browsers leave out the first line end.
    assert seen.text.get("textarea", "").removeprefix("\n" if value.startswith("\n") else "") == value
    assert "</" not in seen.text["script"]
    strings = seen.text["script"]
    assert strings.startswith("var a = '") and strings.endswith(";")


@given(value=st.text())
def test_in_a_string_of_a_script_a_value_keeps_its_characters(
    tmp_path_factory: pytest.TempPathFactory, value: str
) -> None:
    path = tmp_path_factory.mktemp("page") / "p.html"
    path.write_text('<form><script>"${x}"</script>')
    text = RequesterSiteTemplate(path, ["x"]).render({"x": value})
    assert json.loads(text.removeprefix("<form><script>").removesuffix("</script>")) == value


@pytest.mark.parametrize(
    ("page", "complete"),
    [
        ("<p>a</p>", f"{BEFORE}<p>a</p>{SUBMIT}{AFTER}"),
        ("<body class='a'><p>a</p></body>", f"<body class='a'>{BEFORE}<p>a</p>{SUBMIT}{AFTER}</body>"),
        ("<html><head></head><p>a", f"<html><head></head>{BEFORE}<p>a{SUBMIT}{AFTER}"),
        ("<input type=SUBMIT>", f"{BEFORE}<input type=SUBMIT>{AFTER}"),
        ("<button>Go</button>", f"{BEFORE}<button>Go</button>{SUBMIT}{AFTER}"),
        ("<button type=submit>Go</button>", f"{BEFORE}<button type=submit>Go</button>{AFTER}"),
        ("<button id=submitButton>Go</button>", f"{BEFORE}<button id=submitButton>Go</button>{AFTER}"),
        ("<!doctype html>\n<p>a", f"<!doctype html>{BEFORE}\n<p>a{SUBMIT}{AFTER}"),
        ("<!-- externalSubmit --><p>a", f"{BEFORE}<!-- externalSubmit --><p>a{SUBMIT}{AFTER}"),
        ("<button type=button>+</button>", f"{BEFORE}<button type=button>+</button>{SUBMIT}{AFTER}"),
        ("<form><p>a</p></form>", "<form><p>a</p></form>"),
        ("<crowd-form><p>a</p></crowd-form>", "<crowd-form><p>a</p></crowd-form>"),
        ("<script>document.createElement('form')</script>", "<script>document.createElement('form')</script>"),
        ("<!-- <form> --><p>a", f"{BEFORE}<!-- <form> --><p>a{SUBMIT}{AFTER}"),
    ],
)
def test_a_page_without_a_form_gets_the_form_of_the_requester_site(folder: Path, page: str, complete: str) -> None:
    assert whole(page) == complete


def test_many_unknown_placeholders_are_counted_after_the_first_hundred(folder: Path) -> None:
    Path("page.html").write_text("<p>${x}</p>\n" * 1000)
    with pytest.raises(Problems) as caught:
        RequesterSiteTemplate(Path("page.html"), ["y"])
    assert len(caught.value.problems) == 101
    assert caught.value.problems[99].where.endswith("line 100, column 4")
    assert caught.value.problems[100].what == "and 900 more placeholders that the inputs do not have"


def test_the_name_of_a_tag_is_checked_with_all_its_values(folder: Path) -> None:
    assert "<b>" in filled("<b${x}${y}>a</b>", x="", y="")
    for page, values in (
        ("<b${x}${y}>a</b>", {"x": "", "y": "utton onclick=alert(1)"}),
        ("<b${${x}>a</b>", {"x": " onclick=alert(1)"}),
        ("<s${x}${y}>a", {"x": "cr", "y": "ipt"}),
    ):
        with pytest.raises(Problems, match="not allowed as the name of a tag"):
            filled(page, **values)


def test_a_page_that_a_value_makes_too_large_is_refused(folder: Path) -> None:
    Path("page.html").write_text("\n<p>" + "${x}" * 1000 + "</p>")
    template = RequesterSiteTemplate(Path("page.html"), ["x"])
    with pytest.raises(Problems, match="steps to render") as caught:
        template.render({"x": "a" * 5_000_000})
    assert "line 2" in caught.value.problems[0].where and caught.value.problems[0].hint


@pytest.mark.parametrize(
    ("page", "value"),
    [
        ('<a href="' + "${a}" * 20_000 + '">', "x" * 1_000_000),
        ("<p>" + "${a}" * 20_000, "<b>x</b>&" * 20_000),
        ("<script>" + "x=${a};" * 20_000 + "</script>", "[" + "1," * 90_000 + "]"),
    ],
)
def test_a_value_in_thousands_of_places_does_not_fill_the_memory(folder: Path, page: str, value: str) -> None:
    with pytest.raises(Problems, match="steps|MiB"):
        filled(page, a=value)


def test_a_message_about_variables_names_some_of_them(folder: Path) -> None:
    names = [f"{number}-" + "x" * 1000 for number in range(1000)]
    with pytest.raises(Problems) as caught:
        filled("${" + "y" * 3000 + "}", **dict.fromkeys(names, ""))
    [problem] = caught.value.problems
    assert len(f"{problem.what} {problem.hint}") < 3000 and "and 980 more" in str(problem.hint)
