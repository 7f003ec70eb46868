"""The ids file: reading, appending, and repair after a crash."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.batch.ids import Ids, read_ids, writing_ids
from simpleturk.errors import Problems, SimpleturkError

IDS = ["3" + letter * 29 for letter in "ABC"]


@pytest.mark.parametrize(
    "text", ["{}\n{}\n{}\n", "{}\r\n\r\n{}\r\n{}", "\ufeff{}\n  {}  \n{}\n\n", "# mine\n{}\n{}\n#\n{}\n"]
)
def test_ids_are_read_with_any_line_ends_blanks_and_comments(folder: Path, text: str) -> None:
    (folder / "ids.txt").write_bytes(text.format(*IDS).encode())
    assert read_ids(Path("ids.txt")) == Ids(IDS, [], "")


def test_every_line_that_is_not_an_id_is_named(folder: Path) -> None:
    (folder / "ids.txt").write_text("3ABC\nnot an id\n3DEF\n<b>\n")
    with pytest.raises(Problems) as caught:
        read_ids(Path("ids.txt"))
    assert [problem.where for problem in caught.value.problems] == ["ids.txt, line 2", "ids.txt, line 4"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("<html>\n<b>\n</html>\n", "a template"),
        ("{% block a %}\n<p>\n", "a template"),
        ('{"a": 1}\n{"b": 2}\n', "a file of inputs"),
    ],
)
def test_a_file_without_any_id_is_reported_once(folder: Path, text: str, kind: str) -> None:
    (folder / "page.html").write_text(text)
    with pytest.raises(Problems) as caught:
        read_ids(Path("page.html"))
    [problem] = caught.value.problems
    assert (problem.where, problem.what) == (
        "page.html",
        f"looks like {kind}, not a list of ids",
    )


def test_repeated_ids_count_once_and_are_named(folder: Path) -> None:
    (folder / "ids.txt").write_text("\n".join([IDS[0], "", IDS[1], IDS[0], IDS[1]]) + "\n")
    assert read_ids(Path("ids.txt")) == Ids(IDS[:2], [(4, 1), (5, 3)], "")
    with pytest.raises(Problems) as caught, writing_ids(Path("ids.txt")):
        pass
    assert [problem.where for problem in caught.value.problems] == ["ids.txt, line 4", "ids.txt, line 5"]


def test_an_incomplete_last_line_is_reported_and_is_not_an_id(folder: Path) -> None:
    (folder / "ids.txt").write_text(f"{IDS[0]}\n{IDS[1][:12]}")
    assert read_ids(Path("ids.txt")) == Ids(IDS[:1], [], IDS[1][:12])


@given(lines=st.lists(st.sampled_from([*IDS, "", "# note", "  "])), cut=st.integers(min_value=0))
def test_every_id_of_a_cut_file_is_read_or_reported(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], cut: int
) -> None:
    path = tmp_path_factory.mktemp("ids") / "ids.txt"
    data = "".join(f"{line}\r\n" for line in lines).encode()
    path.write_bytes(data[: cut % (len(data) + 1)])
    written = [line for line in path.read_text().split("\n") if line.strip() and not line.startswith("#")]
    found = read_ids(path)
    assert len(found.hit_ids) + len(found.repeated) + bool(found.torn) == len(written)


def test_a_missing_ids_file_is_refused_with_the_next_step(folder: Path) -> None:
    with pytest.raises(SimpleturkError) as caught:
        read_ids(Path("ids.txt"))
    assert caught.value.message == "ids.txt: no such ids file"
    assert caught.value.hint == "launch a batch first, or name its ids with --ids"


def test_ids_are_appended_after_the_existing_ones(folder: Path) -> None:
    path = Path("ids.txt")
    with writing_ids(path) as writer:
        writer.append(IDS[0])
    with writing_ids(path) as writer:
        assert writer.known == [IDS[0]]
        writer.append(IDS[1])
    assert path.read_text() == f"{IDS[0]}\n{IDS[1]}\n"


@pytest.mark.parametrize(("torn", "known"), [("3BBB", IDS[:1]), (IDS[1], IDS[:2])])
def test_an_incomplete_last_line_is_cut_off(folder: Path, torn: str, known: list[str]) -> None:
    path = Path("ids.txt")
    path.write_text(f"{IDS[0]}\n{torn}")
    with writing_ids(path) as writer:
        assert writer.known == known
        writer.append(IDS[2])
    assert path.read_text().split() == [*known, IDS[2]]


def test_a_second_writer_is_refused_while_the_first_one_writes(folder: Path) -> None:
    with writing_ids(Path("ids.txt")):
        with pytest.raises(SimpleturkError, match="another simpleturk is writing to it"), writing_ids(Path("ids.txt")):
            pass
    with writing_ids(Path("ids.txt")):
        pass


def test_ids_of_powershell_and_of_data_frames_are_read(folder: Path) -> None:
    for data in ("3A\r\n3B\r\n".encode("utf-16"), b'"3A"\n"3B"\n', b"\xef\xbb\xbfHITId\n3A\n\xc2\xa03B \n"):
        Path("ids.txt").write_bytes(data)
        assert read_ids(Path("ids.txt")).hit_ids == ["3A", "3B"]


def test_no_ids_are_added_to_a_utf_16_file(folder: Path) -> None:
    data = "3A\r\n".encode("utf-16")
    Path("ids.txt").write_bytes(data)
    with pytest.raises(SimpleturkError, match="is not UTF-8"), writing_ids(Path("ids.txt")):
        pass
    assert Path("ids.txt").read_bytes() == data


def test_another_kind_of_file_is_named_once(folder: Path) -> None:
    Path("t.html").write_text("<p>x</p>\n" * 30)
    with pytest.raises(Problems) as caught:
        read_ids(Path("t.html"))
    assert [problem.what for problem in caught.value.problems] == ["looks like a template, not a list of ids"]
