"""The rooms: imports point one way, and heavy ones wait until they are needed."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import simpleturk

ROOT = Path(simpleturk.__file__).parent

ROOMS = {
    "batch": {"batch", "errors"},
    "marketplace": {"marketplace"},
    "errors": set(),
    "config": {"errors", "endpoints"},
    "console": {"errors"},
    "endpoints": {"errors"},
    "mturk": {"calling", "errors", "endpoints", "marketplace", "shown"},
    "calling": {"errors", "endpoints", "pace"},
    "pace": set(),
    "shown": set(),
}

#: Where the marketplace is operated, or handed a request.
NEXT_TO_THE_MARKETPLACE = {
    "mturk.py",
    "commands/operating.py",
    "commands/serve.py",
    "commands/server.py",
    "commands/demo.py",
    "commands/importing.py",
    "commands/preview.py",
    "commands/trying.py",
    "commands/requester.py",
    "commands/worker.py",
    "publishing.py",
}


def imported(path: Path) -> set[str]:
    """The rooms of simpleturk that a module imports, other than for type checking."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= (
                {f"{node.module}.{alias.name}" for alias in node.names}
                if node.module == "simpleturk"
                else {node.module}
            )
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return {name.split(".")[1] for name in names if name.startswith("simpleturk.")} - {"__version__"}


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_imports_only_what_is_below_it(room: str) -> None:
    files = [ROOT / f"{room}.py"] if (ROOT / f"{room}.py").exists() else list((ROOT / room).rglob("*.py"))
    assert files
    for file in files:
        assert imported(file) <= ROOMS[room], file


def test_only_the_boundary_and_its_operators_know_the_marketplace() -> None:
    for file in ROOT.rglob("*.py"):
        name = file.relative_to(ROOT).as_posix()
        if not name.startswith("marketplace/") and "marketplace" in imported(file):
            assert name in NEXT_TO_THE_MARKETPLACE


def test_only_the_boundary_and_the_marketplace_import_boto() -> None:
    for file in ROOT.rglob("*.py"):
        name = file.relative_to(ROOT).as_posix()
        if "boto" in file.read_text(encoding="utf-8") and not name.startswith("marketplace/"):
            code = ast.unparse(ast.parse(file.read_text(encoding="utf-8")))
            if "import boto" in code or "from boto" in code:
                assert name in ("mturk.py", "publishing.py") or (name == "calling.py" and "import boto3" not in code)


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys, simpleturk.cli\n"
        "try: simpleturk.cli.app(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'boto3', 'botocore', 'jinja2', 'sqlalchemy', 'pydantic', 'starlette', 'uvicorn'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
