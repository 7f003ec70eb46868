"""A task folder from a stranger, with links that lead out of it: what each command does with them."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from simpleturk.errors import SimpleturkError
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.task_folder import check_inside, outside, read_regular, set_allowed
from tests.conftest import PROPERTIES, TEMPLATE, Files, Run, do
from tests.terminal import run_on_terminal

KEY = "-----BEGIN OPENSSH PRIVATE KEY-----"
WITH_PICTURE = '<img src="{{ asset(input.image) }}">' + TEMPLATE.replace("{{ input.word }}", "")


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """The user's key, outside of the task folder."""
    path = tmp_path / "home" / ".ssh" / "id_rsa"
    path.parent.mkdir()
    path.write_text(KEY)
    return path


@pytest.fixture
def note(tmp_path: Path) -> Path:
    """A file of the user's, outside of the task folder."""
    path = tmp_path / "home" / "note.txt"
    path.write_text("private")
    return path


def link_file(target: Path) -> str:
    os.symlink(target, "cat.jpg")
    return "cat.jpg"


def link_folder(target: Path) -> str:
    os.symlink(target.parent, "pictures")
    return f"pictures/{target.name}"


def link_to_link(target: Path) -> str:
    os.symlink(target.parent, "a")
    os.symlink("a", "b")
    os.symlink(f"b/{target.name}", "cat.jpg")
    return "cat.jpg"


def link_to_hidden_file(target: Path) -> str:
    Path(".git").mkdir()
    Path(".git/config").write_text(KEY)
    os.symlink(".git/config", "cat.jpg")
    return "cat.jpg"


def link_to_process(target: Path) -> str:
    os.symlink("/proc/self/environ", "cat.jpg")
    return "cat.jpg"


LINKS = [link_file, link_folder, link_to_link, link_to_hidden_file, link_to_process]


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("target", ["secret", "note"])
def test_an_asset_behind_a_link_out_of_the_folder_is_not_published(
    batch_files: Files, run: Run, link: Callable[[Path], str], target: str, request: pytest.FixtureRequest
) -> None:
    name = link(request.getfixturevalue(target))
    batch_files([{"image": name}], WITH_PICTURE)
    for command in (["launch"], ["check"], ["render-template"]):
        result = run(*command)
        assert result.exit_code == 1, command
        assert f"{name} leads out of its folder through a link, to " in result.stderr
        assert "simpleturk --allow-outside" in result.stderr
        assert KEY not in result.output
    assert not Path("market.db.assets").exists()


def test_the_user_can_allow_a_place_that_links_lead_to(
    batch_files: Files, run: Run, note: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = link_folder(note)
    batch_files([{"image": name}], WITH_PICTURE)
    assert run("--allow-outside", str(note.parent), "render-template").exit_code == 0
    assert run("render-template").exit_code == 1
    assert run("--allow-outside", str(note.parent / "other"), "render-template").exit_code == 1
    monkeypatch.setenv("SIMPLETURK_ALLOW_OUTSIDE", f"/nowhere{os.pathsep}{note}")
    assert run("launch", "--no-check").exit_code == 0


def test_no_file_in_the_folder_can_allow_a_link(batch_files: Files, run: Run, note: Path) -> None:
    name = link_file(note)
    batch_files([{"image": name}], WITH_PICTURE)
    with Path("simpleturk.toml").open("a") as file:
        file.write(f'allow_outside = "{note}"\n')
    assert "allow_outside is not a setting" in run("render-template").stderr


@pytest.mark.parametrize("link", LINKS)
def test_an_include_behind_a_link_out_of_the_folder_is_not_shown(
    batch_files: Files, run: Run, secret: Path, link: Callable[[Path], str]
) -> None:
    name = link(secret)
    batch_files([{"word": "cat"}], TEMPLATE + f"{{% include '{name}' %}}")
    for command in (["render-template"], ["launch"], ["check"]):
        result = run(*command)
        assert result.exit_code == 1
        assert "leads out of its folder through a link" in result.stderr
        assert KEY not in result.output


def test_a_hidden_file_cannot_be_included(batch_files: Files, run: Run) -> None:
    Path(".env").write_text(KEY)
    batch_files([{"word": "cat"}], TEMPLATE + "{% include '.env' %}")
    result = run("render-template")
    assert (result.exit_code, "is hidden" in result.stderr, KEY in result.output) == (1, True, False)


def test_template_folders_of_a_strangers_configuration_stay_in_its_folder(
    batch_files: Files, run: Run, secret: Path
) -> None:
    batch_files([{"word": "cat"}], TEMPLATE + "{% include 'id_rsa' %}")
    for folder in (str(secret.parent), os.path.relpath(secret.parent)):
        Path("config.json").write_text(json.dumps({"template_directories": [folder]}))
        result = run("render-template")
        assert (result.exit_code, KEY in result.output) == (1, False)
        assert "leads out of its folder" in result.stderr


@pytest.mark.parametrize("name", ["template.html", "inputs.jsonl", "properties.json"])
def test_a_batch_file_that_is_a_link_out_of_the_folder_is_not_read(
    batch_files: Files, run: Run, tmp_path: Path, name: str
) -> None:
    batch_files([{"word": "cat"}])
    target = Path(name).rename(tmp_path / "home" / name)
    os.symlink(target, name)
    option = "--" + name.split(".")[0]
    for arguments in ([], [option, name]):
        result = run("launch", *arguments)
        assert (result.exit_code, result.stdout) == (1, "")
        assert str(target) in result.stderr
    assert not Path("hit_ids.txt").exists()
    assert run("launch", option, str(target)).exit_code == 0


def test_links_inside_of_the_folder_are_followed(batch_files: Files, run: Run) -> None:
    Path("shared").mkdir()
    Path("shared/a.png").write_bytes(b"x")
    Path("shared/part.html").write_text("part")
    os.symlink("shared", "linked")
    os.symlink("../shared/a.png", "shared/b.png")
    batch_files([{"image": "linked/b.png"}], WITH_PICTURE + "{% include 'linked/part.html' %}")
    assert run("launch").exit_code == 0


WRITERS = [
    ("hit_ids.txt", ["launch"]),
    ("hit_ids.batch.json", ["launch"]),
    ("hit_ids.inputs.jsonl", ["launch", "--inputs", "-"]),
    ("page.html", ["render-template", "--output", "page.html"]),
]


@pytest.mark.parametrize(("name", "command"), WRITERS, ids=lambda value: value if isinstance(value, str) else "")
@pytest.mark.parametrize("dangles", [False, True])
def test_nothing_is_written_through_a_link_out_of_the_folder(
    batch_files: Files, run: Run, tmp_path: Path, name: str, command: list[str], dangles: bool
) -> None:
    target = tmp_path / "home" / ".bashrc"
    if not dangles:
        target.write_text("")
    batch_files([{"word": "cat"}])
    os.symlink(target, name)
    result = run(*command, input='{"word": "dog"}\n')
    assert result.exit_code == 1, result.stderr
    assert target.read_text() == "" if not dangles else not target.exists()


def test_results_are_not_written_through_a_link_out_of_the_folder(
    words: list[str], run: Run, local: Marketplace, tmp_path: Path
) -> None:
    do(local, words[0], "ann")
    target = tmp_path / "home" / ".bashrc"
    for name in ("results.jsonl", "results.csv"):
        target.write_text("")
        os.symlink(target, name)
        result = run("results", "--output", name)
        assert result.exit_code == 1
        assert target.read_text() == ""
        assert run("--allow-outside", str(target), "results", "--output", name).exit_code == 0
        assert target.read_text()


def test_an_extension_is_not_saved_through_a_link(words: list[str], run: Run, tmp_path: Path) -> None:
    target = tmp_path / "home" / ".bashrc"
    os.symlink(target, "hit_ids.extension.json")
    assert run("extend", "--hours", "1").exit_code == 1
    assert not target.exists()


def test_a_temporary_file_that_is_a_link_is_not_written_through(words: list[str], run: Run, tmp_path: Path) -> None:
    target = tmp_path / "home" / ".bashrc"
    target.write_text("mine")
    os.symlink(target, f".page.html.{os.getpid()}.tmp")
    assert run("render-template", "--output", "page.html").exit_code == 0
    assert (target.read_text(), "<!doctype" in Path("page.html").read_text()) == ("mine", True)


SETTINGS = [
    ("output", "../home/.bash_aliases", ["results"]),
    ("output", "{home}/.bash_aliases", ["results"]),
    ("ids", "../home/ids.txt", ["launch"]),
    ("inputs", "../home/private.jsonl", ["launch"]),
    ("inputs", "{home}/private.jsonl", ["render-template"]),
    ("template", "../home/private.jsonl", ["launch"]),
    ("properties", "../home/properties.json", ["launch"]),
    ("database", "../home/market.db", ["balance"]),
    ("inputs", "linked/private.jsonl", ["check"]),
]


@pytest.mark.parametrize(("name", "value", "command"), SETTINGS)
def test_a_path_of_the_configuration_that_leaves_its_folder_is_not_used(
    words: list[str], run: Run, local: Marketplace, tmp_path: Path, name: str, value: str, command: list[str]
) -> None:
    do(local, words[0], "ann", ("answer", "alias ls=evil"))
    home = tmp_path / "home"
    (home / "private.jsonl").write_text('{"word": "private"}\n')
    (home / "properties.json").write_text(json.dumps(PROPERTIES))
    os.symlink(home, "linked")
    value = value.format(home=home)
    lines = [line for line in Path("simpleturk.toml").read_text().splitlines() if not line.startswith(name)]
    Path("simpleturk.toml").write_text("\n".join([f'{name} = "{value}"', *lines]))
    before = sorted(path.name for path in home.iterdir())
    result = run(*command, input="y\n")
    assert (result.exit_code, result.stdout) == (1, "")
    assert f'error: simpleturk.toml sets {name} = "{value}", which is outside of this folder: ' in result.stderr
    assert f"hint: if that is right, name it yourself: --{name} {value}" in result.stderr
    assert sorted(path.name for path in home.iterdir()) == before


def test_a_terminal_asks_once_about_a_path_that_leaves_the_folder(
    words: list[str], local: Marketplace, tmp_path: Path
) -> None:
    do(local, words[0], "ann")
    toml = Path("simpleturk.toml").read_text()
    Path("simpleturk.toml").write_text(f'output = "../home/r.jsonl"\n{toml}')
    target = tmp_path / "home" / "r.jsonl"
    status, output = run_on_terminal("results", answer="n")
    assert (status, "Use it? [y/N]" in output, target.exists()) == (1, True, False)
    assert run_on_terminal("results", answer="y")[0] == 0
    assert target.exists()
    assert "[y/N]" not in run_on_terminal("results")[1]
    Path("simpleturk.toml").write_text(f'output = "../home/s.jsonl"\n{toml}')
    assert "Use it? [y/N]" in run_on_terminal("results", answer="n")[1]


def test_a_path_that_the_user_types_needs_no_question(words: list[str], run: Run, tmp_path: Path) -> None:
    toml = Path("simpleturk.toml").read_text()
    Path("simpleturk.toml").write_text(f'output = "../home/r.jsonl"\n{toml}')
    assert run("results", "--output", "../home/r.jsonl").exit_code == 0
    assert run("progress").exit_code == 0


def test_a_task_folder_governs_the_folders_below_it(
    batch_files: Files, run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_files([{"image": "a.png"}], WITH_PICTURE)
    (folder / "shared").mkdir()
    (folder / "shared" / "a.png").write_bytes(b"x")
    (folder / "sub").mkdir()
    (folder / "inputs.jsonl").rename(folder / "sub" / "inputs.jsonl")
    os.symlink("../shared/a.png", "sub/a.png")
    assert run("render-template", "--inputs", "sub/inputs.jsonl").exit_code == 0
    monkeypatch.chdir(folder / "sub")
    assert run("render-template", "--inputs", "inputs.jsonl", "--template", "../template.html").exit_code == 0


@pytest.mark.parametrize("name", ["simpleturk.toml", "hit_ids.batch.json", "hit_ids.extension.json", "config.json"])
def test_a_pipe_or_device_in_place_of_a_file_does_not_block_a_command(words: list[str], name: str) -> None:
    for make in (os.mkfifo, lambda path: os.symlink("/dev/zero", path)):
        Path(name).unlink(missing_ok=True)
        make(name)
        command = [sys.executable, "-m", "simpleturk", "extend", "--hours", "1", "--database", "market.db"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
        assert "Traceback" not in done.stderr
        assert done.returncode == (0 if name == "config.json" else 1)


def test_a_device_behind_an_asset_or_template_does_not_block_a_command(batch_files: Files, run: Run) -> None:
    batch_files([{"image": "cat.jpg"}], WITH_PICTURE)
    os.mkfifo("cat.jpg")
    assert "there is no file 'cat.jpg'" in run("launch").stderr
    Path("template.html").unlink()
    os.symlink("/dev/zero", "template.html")
    assert run("launch").exit_code == 1
    Path("inputs.jsonl").unlink()
    os.symlink("/dev/zero", "inputs.jsonl")
    assert run("launch", "--template", "hit_templates/simple.html").exit_code == 1


@pytest.mark.parametrize(
    "name", ["simpleturk.toml", "hit_ids.batch.json", "template.html", "properties.json", "hit_ids.extension.json"]
)
def test_a_file_of_terabytes_does_not_fill_the_memory(words: list[str], name: str) -> None:
    """Such a file takes no room in an archive: it was never written."""
    with Path(name).open("wb") as file:
        file.truncate(2**40)
    command = "extend" if name.startswith("hit_ids") else "launch"
    words = [command, "--hours", "1"] if command == "extend" else [command, "--ids", "new.txt"]
    limited = "import resource, runpy; resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31)); "
    limited += f"import sys; sys.argv[1:] = {[*words, '--database', 'market.db']!r}; "
    limited += "runpy.run_module('simpleturk', run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", limited], capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 1
    assert f"{name}: is larger than 128 MiB" in done.stderr


def test_a_record_that_names_a_device_as_inputs_does_not_block_results(words: list[str], run: Run) -> None:
    record = json.loads(Path("hit_ids.batch.json").read_text())
    record["inputs"]["path"] = "/dev/zero"
    Path("hit_ids.batch.json").write_text(json.dumps(record))
    assert "results have no inputs" in run("results").stderr


@pytest.mark.parametrize(
    ("link", "target", "expected"),
    [
        ("a", "b", False),
        ("a", "../x", True),
        ("a", "/etc/passwd", True),
        ("a", "sub/../../x", True),
        ("a", "sub/../b", False),
        ("a", "a", False),
        ("a", ".hidden", True),
        (".a", ".a.txt", True),
    ],
)
def test_a_link_is_outside_if_its_target_is(folder: Path, link: str, target: str, expected: bool) -> None:
    Path("sub").mkdir()
    os.symlink(target, link)
    assert (outside(Path(link)) is not None) is expected
    if expected:
        with pytest.raises(SimpleturkError, match="leads out of its folder"):
            check_inside(Path(link))


def test_a_folder_that_is_itself_reached_through_a_link_is_the_task_folder(folder: Path, tmp_path: Path) -> None:
    (folder / "a").write_text("")
    os.symlink(folder, tmp_path / "link")
    assert outside(tmp_path / "link" / "a") is None


def test_allowed_places_end_with_the_next_command(tmp_path: Path) -> None:
    os.symlink(tmp_path / "home" / "x", "a")
    set_allowed([tmp_path / "home"])
    assert outside(Path("a")) is None
    set_allowed([tmp_path / "hom"])
    assert outside(Path("a"))
    set_allowed(())


def test_only_regular_files_are_read(folder: Path) -> None:
    Path("f").write_bytes(b"x")
    assert read_regular(Path("f")) == b"x"
    with pytest.raises(FileNotFoundError):
        read_regular(Path("missing"))
    os.mkfifo("pipe")
    with pytest.raises(SimpleturkError, match="pipe: is not a regular file"):
        read_regular(Path("pipe"))


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="the system has no folder in memory")
def test_a_task_folder_in_memory_is_protected_as_any_other() -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        link = Path(folder) / "a"
        link.symlink_to("/etc/passwd")
        assert outside(link) == Path("/etc/passwd")
        assert outside(Path("/dev/stdin")) is None
