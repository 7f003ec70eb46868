"""The placeholders of a page and their contexts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.batch.templates.placeholders import Context, read_document, read_placeholders


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
        ('<script type="text/template"><b>${x}</b></script>', Context.SCRIPT_PAGE),
        ('<script type="text/plain"><b>${x}</b></script>', Context.SCRIPT_TEXT),
        ("<script>var m = i++ / 2, s = `/`;\nvar d = ${x};</script>", Context.SCRIPT),
        ("<script>var h = `\n${xs.map(y => { return `<p>don't</p>`; })}\n`;\nvar d = ${x};</script>", Context.SCRIPT),
        ("<script>var h = `${xs.map(y => { return `<p>${x}</p>`; })}`</script>", Context.SCRIPT_STRING),
        ("<script>var h = `${ {a: 1}.a } ${x}`</script>", Context.SCRIPT_STRING),
        ('<iframe srcdoc="${x}"></iframe>', Context.PAGE),
        ('<script type="application/json">{"a": "${x}"}</script>', Context.SCRIPT_STRING),
        ("<script>'</script><p>${x}</p>", Context.TEXT),
        ("<SCRIPT>a</ScRiPt ><p>${x}", Context.TEXT),
        ("<p title='a'b='${x}'>", Context.ATTRIBUTE),
        ("<p>a</p ${x}>", Context.TAG),
    ],
)
def test_a_placeholder_has_the_context_of_its_place(page: str, context: Context) -> None:
    [placeholder], _ = read_placeholders(page)
    assert (placeholder.name, placeholder.context) == ("x", context)


def test_an_event_attribute_contains_a_script() -> None:
    [hole], _ = read_placeholders("""<a onclick="go('${x}')">""")
    assert (hole.context, hole.inner) == (Context.ATTRIBUTE, Context.SCRIPT_STRING)


def test_a_placeholder_has_the_offsets_of_its_braces_and_of_its_attribute() -> None:
    page = '<p title="a ${x} b">'
    [placeholder], [tag] = read_placeholders(page)
    assert page[placeholder.start : placeholder.end] == "${x}"
    assert page[placeholder.value_start : placeholder.value_end] == "a ${x} b"
    assert (tag.name, tag.attributes) == ("p", {"title": "a ${x} b"})


def test_placeholders_of_a_documents_cdata_section_are_those_of_its_page() -> None:
    inside, outside = sorted(read_document("<a><![CDATA[<b>${x}</b>]]></a><c>${y}</c>"), key=lambda item: item.start)
    assert (inside.context, inside.in_cdata) == (Context.TEXT, True)
    assert (outside.context, outside.in_cdata) == (Context.XML, False)


@given(st.lists(st.sampled_from(["<", ">", "${x}", "'", '"', "<script>", "</script>", "`", "/", "<!--", "=", " a"])))
def test_every_placeholder_of_any_page_is_found_at_most_once(pieces: list[str]) -> None:
    page = "".join(pieces)
    placeholders, _ = read_placeholders(page)
    starts = [placeholder.start for placeholder in placeholders]
    assert len(set(starts)) == len(starts)
    assert all(page.startswith("${x}", start) for start in starts)
