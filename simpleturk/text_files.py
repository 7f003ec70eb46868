"""Text files that the user names: UTF-8 with or without a byte order mark, or UTF-16 with one, as PowerShell writes.

Readers get lines of UTF-8 bytes, whatever the encoding of the file. A file that is not text is refused with its kind.
"""

import codecs
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from typing import IO

from simpleturk.errors import Problem, Problems
from simpleturk.task_folder import read_bounded

_AS_CSV = 'save it as CSV: in Excel, choose "CSV UTF-8"'
_AS_TEXT = "name a text file"
_AS_UTF_8 = 'save the file as UTF-8; in Excel, choose "CSV UTF-8"; or convert it: iconv -f {} -t UTF-8 FILE > NEW_FILE'

#: The first bytes of files that are not text, with the kind and the next step.
_KINDS = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Excel workbook (.xls)", _AS_CSV),
    (b"\x1f\x8b", "a gzip file", "decompress it first: gunzip FILE"),
    (b"BZh", "a bzip2 file", "decompress it first: bunzip2 FILE"),
    (b"\xfd7zXZ\x00", "an xz file", "decompress it first: unxz FILE"),
    (b"(\xb5/\xfd", "a zstd file", "decompress it first: unzstd FILE"),
    (b"%PDF-", "a PDF file", _AS_TEXT),
    (b"\x89PNG", "a PNG image", _AS_TEXT),
    (b"\xff\xd8\xff", "a JPEG image", _AS_TEXT),
    (b"GIF8", "a GIF image", _AS_TEXT),
    (b"SQLite format 3\0", "an SQLite database", _AS_TEXT),
    (b"PAR1", "a Parquet file", "write the data as CSV or JSON Lines"),
)

#: Parts of zip files by which spreadsheets are recognized.
_ZIP = b"PK\x03\x04"
_ZIP_KINDS = (
    (b"word/", "a Word document (.docx)", _AS_TEXT),
    (b"opendocument.spreadsheet", "an OpenDocument spreadsheet (.ods)", _AS_CSV),
    (b"xl/", "an Excel workbook (.xlsx)", _AS_CSV),
    (b"[Content_Types].xml", "an Excel workbook (.xlsx)", _AS_CSV),
    (b"docProps/", "an Excel workbook (.xlsx)", _AS_CSV),
)

#: UTF-32 LE begins like UTF-16 LE, so it comes first.
_WIDE_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

#: The bytes by which a kind or an encoding is recognized.
_HEAD = 4096


class NotText(Exception):
    """A file that is not text: the line (from 1; 0 for the file as a whole), what it is, and the next step."""

    def __init__(self, line: int, what: str, hint: str) -> None:
        super().__init__(what)
        self.line, self.what, self.hint = line, what, hint

    def problem(self, name: object) -> Problem:
        """The problem of the file with this name."""
        return Problem(f"{name}, line {self.line}" if self.line else str(name), self.what, self.hint)


def utf8_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of a file as UTF-8, with their line ends. `chunks` are its bytes in parts of any size.

    Raises NotText for a file that is not text; for one with another encoding, `decoded` does.
    """
    rest = iter(chunks)
    head = b""
    while len(head) < _HEAD and (chunk := next(rest, None)) is not None:
        head += chunk
    encoding = _wide_encoding(head)
    _check_kind(head)
    whole = chain([head], rest)
    return _lines(_transcoded(whole, encoding) if encoding else whole)


def open_utf8(path: Path, name: object = None) -> IO[bytes]:
    """Open a file to read its text as UTF-8: the file, or for UTF-16 a temporary copy.

    Raises OSError, and Problems for a file that is not text. `name` is its name in messages.
    """
    file = path.open("rb")
    try:
        head = file.read(_HEAD)
        encoding = _wide_encoding(head)
        _check_kind(head)
        file.seek(0)
        if not encoding:
            return file
        with file:
            return _copied(_transcoded(iter(lambda: file.read(1 << 16), b""), encoding))
    except NotText as error:
        file.close()
        raise Problems([error.problem(path if name is None else name)]) from error


def _copied(chunks: Iterable[bytes]) -> IO[bytes]:
    """Chunks as an open temporary file."""
    with ExitStack() as stack:
        copy = stack.enter_context(tempfile.TemporaryFile())
        copy.writelines(chunks)
        copy.seek(0)
        stack.pop_all()
        return copy


def is_wide(path: Path) -> bool:
    """Whether a file is UTF-16 or UTF-32, so that no UTF-8 can be appended to it."""
    with path.open("rb") as file:
        return bool(_wide_encoding(file.read(4)))


def copy_as_utf8(path: Path, target: Path, name: object = None) -> None:
    """Copy a file's text as UTF-8. Raises as `open_utf8` does."""
    with open_utf8(path, name) as source, target.open("wb") as copy:
        shutil.copyfileobj(source, copy)


def first_line(path: Path, most: int = 100_000) -> bytes:
    """The first line of a file as UTF-8, at most about this many bytes; b"" for a file that is not text."""
    with path.open("rb") as file:
        try:
            return next(utf8_lines([file.read(2 * most)]), b"")[:most]
        except NotText:
            return b""


def decoded(line: bytes, number: int, allow_zero: bool = False) -> str:
    """A line of UTF-8 as text, without a byte order mark on line 1. Raises NotText.

    Zero bytes are refused. With `allow_zero`, only many of them are: then the file has another encoding.
    """
    try:
        text = line.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        raise _wrong_encoding(error, number) from error
    if "\0" in text and not (allow_zero and _wide_without_mark(line) is None):
        raise _zero_byte(line, number)
    return text


def text_of(data: bytes) -> str:
    """A file's bytes as text with line feeds. Raises NotText."""
    lines = enumerate(utf8_lines([data]), start=1)
    return "".join(decoded(line, number) for number, line in lines).replace("\r\n", "\n").replace("\r", "\n")


def text_named(data: bytes, name: object) -> str:
    """The text of a file with this name, with line feeds. Raises Problems for a file that is not text."""
    try:
        return text_of(data)
    except NotText as error:
        raise Problems([error.problem(name)]) from error


def read_text(path: Path) -> str:
    """A file's text with line feeds. Raises OSError, SimpleturkError, and Problems for a file that is not text."""
    return text_named(read_bounded(path), path)


def _wide_encoding(head: bytes) -> str | None:
    """The encoding of a file that begins with the byte order mark of UTF-16 or UTF-32."""
    return next((encoding for mark, encoding in _WIDE_MARKS if head.startswith(mark)), None)


def _check_kind(head: bytes) -> None:
    """Raise NotText for the beginning of a file that is not text."""
    kinds = _ZIP_KINDS if head.startswith(_ZIP) else ()
    for mark, kind, hint in kinds:
        if mark in head:
            raise NotText(0, f"is {kind}, not text", hint)
    if head.startswith(_ZIP):
        raise NotText(0, "is a zip file, not text", "unpack it, and name a file in it")
    for mark, kind, hint in _KINDS:
        # A text may begin with the letters PAR1.
        if head.startswith(mark) and (not mark.isalnum() or _is_binary(head)):
            raise NotText(0, f"is {kind}, not text", hint)


def _is_binary(head: bytes) -> bool:
    """Whether bytes contain what no UTF-8 text does. The last character may be incomplete."""
    return b"\0" in head or "\ufffd" in codecs.getincrementaldecoder("utf-8")("replace").decode(head)


def _transcoded(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Chunks of UTF-16 or UTF-32 as UTF-8. Raises NotText for damaged text."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in chunks:
            yield decoder.decode(chunk).encode()
        yield decoder.decode(b"", final=True).encode()
    except UnicodeDecodeError as error:
        name = encoding.upper()
        raise NotText(0, f"is damaged {name} text: {error.reason}", "save the file as UTF-8") from error


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The lines in chunks."""
    torn: list[bytes] = []
    for chunk in chunks:
        *whole, rest = chunk.split(b"\n")
        for part in whole:
            yield b"".join([*torn, part, b"\n"])
            torn.clear()
        if rest:
            torn.append(rest)
    if torn:
        yield b"".join(torn)


def _wrong_encoding(error: UnicodeDecodeError, number: int) -> NotText:
    """What a line that is not UTF-8 says about the file's encoding."""
    data, byte = error.object, error.object[error.start]
    if b"\0" in data:
        return _zero_byte(data, number)
    place = f"byte {error.start + 1} is 0x{byte:02x}"
    try:
        character = data[error.start : error.start + 1].decode("windows-1252")
    except UnicodeDecodeError:
        return NotText(number, f"is not UTF-8 text ({place})", _AS_UTF_8.format("ENCODING"))
    shown = f", {character} in Windows-1252" if character.isprintable() else ""
    return NotText(number, f"is not UTF-8 text ({place}{shown})", _AS_UTF_8.format("WINDOWS-1252"))


def _wide_without_mark(line: bytes) -> str | None:
    """The encoding of a line in which every second byte is zero."""
    for encoding, letters in (("UTF-16LE", line[1::2]), ("UTF-16BE", line[0::2])):
        if len(line) > 3 and letters.count(0) * 10 >= len(letters) * 9:
            return encoding
    return None


def _zero_byte(line: bytes, number: int) -> NotText:
    """What zero bytes in a line say about the file."""
    encoding = _wide_without_mark(line)
    if encoding:
        what = f"looks like {encoding} text without a byte order mark"
        return NotText(0, what, _AS_UTF_8.format(encoding))
    hint = "remove it; if the file has many zero bytes, it is damaged, or not text"
    return NotText(number, f"byte {line.index(0) + 1} is a zero byte, which no text contains", hint)
