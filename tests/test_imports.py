"""The rooms of the program: imports point one way, and heavy libraries wait until they are needed."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import simpleturk

ROOT = Path(simpleturk.__file__).parent
MODULES = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in ROOT.rglob("*.py")}

#: Each room, and the rooms that it may import. A room is a module or a folder; a folder inside of another room is a
#: room of its own where it is named here. Rooms come after those that they import: there is no way back.
ROOMS: dict[str, set[str]] = {
    "errors": set(),
    "task_folder": {"errors"},
    "files": {"errors", "task_folder"},
    "resources": set(),
    "text_files": {"errors", "task_folder"},
    "config": {"errors", "task_folder", "text_files"},
    "simple_amt": {"errors", "task_folder", "text_files"},
    "mturk": {"errors"},
    "similar_texts": {"mturk"},
    "console": {"errors", "mturk"},
    "marketplace/errors": set(),
    "marketplace/store": {"marketplace/errors", "mturk"},
    "marketplace/questions": {"marketplace/errors", "mturk"},
    "marketplace/people": {"marketplace/errors", "marketplace/store", "marketplace/questions", "mturk"},
    "marketplace/domain": {
        "marketplace/errors",
        "marketplace/store",
        "marketplace/questions",
        "marketplace/people",
        "mturk",
    },
    "marketplace/notifications": {"marketplace/errors", "marketplace/store", "marketplace/domain", "mturk"},
    "marketplace/api": {
        "marketplace/errors",
        "marketplace/store",
        "marketplace/questions",
        "marketplace/people",
        "marketplace/domain",
        "marketplace/notifications",
        "mturk",
    },
    "marketplace/web": {
        "marketplace/errors",
        "marketplace/store",
        "marketplace/questions",
        "marketplace/people",
        "marketplace/domain",
        "marketplace/notifications",
        "marketplace/api",
        "mturk",
    },
    "client": {"errors", "config", "mturk"},
    "assets": {"errors", "task_folder", "files", "client", "mturk"},
    "batch/inputs": {"errors", "files", "text_files", "mturk"},
    "batch/properties": {"errors", "text_files", "mturk"},
    "batch/templates": {"errors", "task_folder", "text_files", "resources", "assets", "mturk", "batch/inputs"},
    "batch/results": {"errors", "files", "text_files", "client", "mturk", "batch/inputs", "batch"},
    "batch": {
        "errors",
        "task_folder",
        "files",
        "text_files",
        "client",
        "assets",
        "mturk",
        "similar_texts",
        "batch/inputs",
        "batch/properties",
        "batch/templates",
    },
    "batch/review": {"errors", "files", "text_files", "client", "mturk", "batch/inputs", "batch/results", "batch"},
    "batch/lint": {"errors", "text_files", "assets", "mturk", "batch/inputs", "batch/templates", "batch"},
    "review_app": {"errors", "files", "mturk", "client", "batch", "batch/results", "batch/review"},
    "commands": {
        "errors",
        "task_folder",
        "files",
        "text_files",
        "resources",
        "console",
        "config",
        "simple_amt",
        "mturk",
        "client",
        "assets",
        "batch",
        "batch/inputs",
        "batch/properties",
        "batch/templates",
        "batch/results",
        "batch/review",
        "batch/lint",
        "review_app",
    },
    "cli": {"errors", "task_folder", "console", "config", "commands", "simple_amt", "mturk"},
}

#: The only places that know the marketplace: what answers for `local`, and the commands that operate it.
NEXT_TO_THE_MARKETPLACE = (
    "client/in_process",
    "commands/common/database",
    "commands/marketplace/serve/",
    "commands/tasks/demo/",
    "commands/tasks/preview/",
    "commands/batch/import_",
    "commands/marketplace/requester",
    "commands/workers/worker",
    "review_app/frames",
)


def room_of(name: str) -> str:
    """The innermost room in which a module is, by its dotted name."""
    parts = name.split(".")
    paths = ["/".join(parts[:length]) for length in range(len(parts), 0, -1)]
    return next((path for path in paths if path in ROOMS), paths[-1])


def imports(path: Path) -> Iterator[str]:
    """The modules of simpleturk that a module imports when it runs, by their dotted names."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "simpleturk":
            package = node.module.removeprefix("simpleturk").removeprefix(".")
            for alias in node.names:
                name = f"{package}.{alias.name}".removeprefix(".")
                if name in MODULES or f"{name}.__init__" in MODULES:
                    yield name
                elif package:
                    yield package


@pytest.mark.parametrize("name", [name for name in MODULES if not name.endswith("__")])
def test_a_module_imports_only_from_rooms_below_its_own(name: str) -> None:
    room = room_of(name)
    beside = name.replace(".", "/").startswith(NEXT_TO_THE_MARKETPLACE)
    for imported in imports(MODULES[name]):
        target = room_of(imported)
        allowed = target == room or target in ROOMS[room] or (beside and target.startswith("marketplace"))
        assert allowed, f"{name} ({room}) imports {imported} ({target})"


def test_no_room_is_below_itself() -> None:
    """ROOMS has no circle."""
    done: set[str] = set()
    while rest := [room for room in ROOMS if room not in done]:
        free = [room for room in rest if ROOMS[room] <= done]
        assert free, f"a circle among {', '.join(rest)}"
        done.update(free)


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph = {name: set(imports(path)) for name, path in MODULES.items()}
    done: set[str] = set()

    def visit(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, " -> ".join((*above, name))
        if name not in done:
            for target in graph.get(name, graph.get(f"{name}.__init__", set())):
                visit(target, (*above, name))
            done.add(name)

    for name in graph:
        visit(name, ())


def test_only_the_client_the_uploads_and_the_marketplace_import_boto() -> None:
    for name, path in MODULES.items():
        code = ast.unparse(ast.parse(path.read_text(encoding="utf-8")))
        if "import boto" in code or "from boto" in code:
            assert room_of(name) == "client" or name == "assets.s3" or name.startswith("marketplace.")


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
