"""Text files in the encodings in which people save them, and files that are no text."""

import codecs
import gzip
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.errors import Problems
from simpleturk.text_files import (
    NotText,
    copy_as_utf8,
    decoded,
    first_line,
    is_wide,
    open_utf8,
    read_text,
    text_of,
    utf8_lines,
)

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-be with a mark"]


def encoded(text: str, encoding: str) -> bytes:
    if encoding == "utf-16-be with a mark":
        return codecs.BOM_UTF16_BE + text.encode("utf-16-be")
    return text.encode(encoding)


def zipped(name: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, "content")
    return file.getvalue()


KINDS = {
    "an Excel workbook (.xlsx)": zipped("xl/workbook.xml"),
    "an OpenDocument spreadsheet (.ods)": zipped("mimetype") + b"application/vnd.oasis.opendocument.spreadsheet",
    "a Word document (.docx)": zipped("word/document.xml"),
    "a zip file": zipped("cat.jpg"),
    "an Excel workbook (.xls)": bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512),
    "a gzip file": gzip.compress(b'{"word": "cat"}\n'),
    "a PDF file": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "a PNG image": b"\x89PNG\r\n\x1a\n" + bytes(20),
    "an SQLite database": b"SQLite format 3\0" + bytes(80),
    "a Parquet file": b"PAR1\x15\x04\x15\x80\0",
}


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r")), st.sampled_from(ENCODINGS))
def test_a_text_is_the_same_in_any_encoding(tmp_path_factory: pytest.TempPathFactory, text: str, encoding: str) -> None:
    if text.startswith("\ufeff") or (encoding == "utf-8" and text.startswith(("\ufeff", "GIF8", "%PDF-"))):
        return
    path = tmp_path_factory.mktemp("text") / "t"
    path.write_bytes(encoded(text, encoding))
    assert read_text(path) == text
    with open_utf8(path) as file:
        lines = list(file)
    assert "".join(decoded(line, number) for number, line in enumerate(lines, start=1)) == text
    assert is_wide(path) is encoding.startswith(("utf-16", "utf-32"))


@given(st.binary(max_size=60), st.lists(st.integers(0, 60)))
def test_parts_of_any_size_give_the_same_lines(data: bytes, cuts: list[int]) -> None:
    ends = [*sorted(cuts), len(data)]
    parts = [data[start:end] for start, end in zip([0, *ends], ends, strict=False)]

    def lines(chunks: list[bytes]) -> list[bytes] | str:
        try:
            return list(utf8_lines(chunks))
        except NotText as error:
            return error.what

    assert lines(parts) == lines([data])
    if not isinstance(found := lines([data]), str) and not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe")):
        assert found == io.BytesIO(data).readlines()


@given(st.binary())
def test_any_bytes_are_text_or_refused_with_a_next_step(data: bytes) -> None:
    try:
        assert isinstance(text_of(data), str)
    except NotText as error:
        assert error.what and error.hint and str(error.problem("f").where).startswith("f")


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_no_text_is_named_by_its_kind(folder: Path, kind: str) -> None:
    Path("f").write_bytes(KINDS[kind])
    with pytest.raises(Problems) as caught:
        open_utf8(Path("f"))
    [problem] = caught.value.problems
    assert (problem.where, problem.what) == ("f", f"is {kind}, not text") and problem.hint
    assert first_line(Path("f")) == b""


def test_a_text_may_begin_like_another_kind_of_file(folder: Path) -> None:
    for text in ("PAR1,PAR2\n", "GIF89\n", "BZh\n", "PK\n"):
        assert text_of(text.encode()) == text


@pytest.mark.parametrize(
    ("data", "line", "what", "hint"),
    [
        (b"a\nna\xefve\n", 2, "is not UTF-8 text (byte 3 is 0xef, ï in Windows-1252)", "iconv -f WINDOWS-1252"),
        (b"a\n\x81\n", 2, "is not UTF-8 text (byte 1 is 0x81)", "iconv -f ENCODING"),
        ("a,b\n".encode("utf-16-le"), 0, "looks like UTF-16LE text without a byte order mark", "iconv -f UTF-16LE"),
        ("a,b\n".encode("utf-16-be"), 0, "looks like UTF-16BE text without a byte order mark", "iconv -f UTF-16BE"),
        (b"abc\0def\n", 1, "byte 4 is a zero byte, which no text contains", "remove it"),
        (b"\xff\xfea\0b", 0, "is damaged UTF-16 text: truncated data", "UTF-8"),
    ],
)
def test_a_wrong_encoding_is_named_with_its_line_and_a_remedy(data: bytes, line: int, what: str, hint: str) -> None:
    with pytest.raises(NotText) as caught:
        text_of(data)
    assert (caught.value.line, caught.value.what) == (line, what) and hint in caught.value.hint


def test_a_zero_byte_can_be_allowed_but_not_in_every_second_place() -> None:
    assert decoded(b"a\0b\n", 2, allow_zero=True) == "a\0b\n"
    with pytest.raises(NotText, match="UTF-16LE"):
        decoded("a,b\n".encode("utf-16-le"), 2, allow_zero=True)


def test_line_ends_become_line_feeds() -> None:
    assert text_of(b"a\r\nb\rc\n") == "a\nb\nc\n"


def test_a_copy_is_utf_8(folder: Path) -> None:
    Path("wide").write_bytes("é\n".encode("utf-16"))
    copy_as_utf8(Path("wide"), Path("copy"))
    assert Path("copy").read_bytes() == "é\n".encode() and first_line(Path("wide")) == "é\n".encode()
