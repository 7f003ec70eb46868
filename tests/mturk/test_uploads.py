"""What an answer says of uploaded files, and names for copies of them that harm nothing."""

import json
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.mturk.uploads import Upload, parse_uploads, safe_name, upload_text

DIGEST = "3ab0f2c1" + "0" * 56

uploads = st.builds(
    Upload,
    name=st.text(max_size=300),
    size=st.integers(0, 2**40),
    type=st.text(max_size=30),
    sha256=st.text("0123456789abcdef", min_size=64, max_size=64),
)


@given(st.lists(uploads, max_size=4))
def test_uploads_survive_the_way_through_an_answer(files: list[Upload]) -> None:
    assert parse_uploads(upload_text(files)) == files


@pytest.mark.parametrize(
    "text",
    [
        "",
        "cat.jpg",
        "[]",
        '{"sha256": "abc"}',
        '{"name": "a", "size": true, "type": "b", "sha256": "' + DIGEST + '"}',
        '{"name": "a", "size": -1, "type": "b", "sha256": "' + DIGEST + '"}',
        '{"name": "a", "size": 1, "type": "b", "sha256": "../../etc"}',
        '{"name": "a", "size": 1, "type": "b", "sha256": "' + DIGEST + '", "more": 1}',
        '{"sha256": ' + "[" * 1000,
    ],
)
def test_other_texts_name_no_file(text: str) -> None:
    assert parse_uploads(text) == []


@given(uploads)
def test_a_safe_name_stays_in_its_folder_on_every_system(upload: Upload) -> None:
    name = safe_name(upload)
    assert PurePosixPath(name).name == name == PureWindowsPath(name).name
    assert len(name.encode()) < 160
    assert name[0].isalnum() and name[-1] not in ". "
    assert all(character.isalnum() or character in "._-" for character in name)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("cat.jpg", "cat.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ann\\été 1.JPG", "été_1.JPG"),
        ("..", "file"),
        ("", "file"),
        (".bashrc", "bashrc"),
        ("a\x00b\n\x1b[31m\u202egpj.exe", "a_b___31m_gpj.exe"),
        ("$(rm -rf ~).png", "rm_-rf.png"),
        ("語" * 100 + ".txt", "語" * 32 + ".txt"),
    ],
)
def test_a_safe_name_keeps_what_is_harmless(name: str, safe: str) -> None:
    result = safe_name(Upload(name, 0, "", DIGEST))
    assert result == f"3ab0f2c1-{safe}" or json.dumps(result) == json.dumps(f"3ab0f2c1-{safe}")
