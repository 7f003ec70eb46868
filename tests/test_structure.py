"""The tree: no folder, module or function grows too large, and every module with behaviour has its tests."""

import ast
import re
from pathlib import Path

import pytest

import simpleturk

ROOT = Path(simpleturk.__file__).parent
TESTS = Path(__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
MODULES = [path for path in FILES if path.name not in ("__init__.py", "__main__.py")]

#: Modules whose functions are only declared, so that there is nothing to test, and the reason for each.
DECLARATIONS = {
    "batch/templates/question_source.py": "the protocol of templates, which jinja.py and other modules implement",
    "marketplace/store/base.py": "the protocol of databases, which sqlite.py implements",
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> list[Function]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, Function)]


def body_without_docstring(function: Function) -> list[ast.stmt]:
    return function.body[1:] if ast.get_docstring(function) else function.body


def length(function: Function) -> int:
    """The lines of a function, its docstring not counted."""
    docstring = function.body[0] if ast.get_docstring(function) else None
    lines = (function.end_lineno or 0) - function.lineno + 1
    return lines - ((docstring.end_lineno or 0) - docstring.lineno + 1 if docstring else 0)


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_module_has_at_most_400_lines_and_its_functions_fewer_than_60(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
    assert [function.name for function in functions(path) if length(function) >= 60] == []


@pytest.mark.parametrize("folder", sorted({path.parent for path in MODULES}), ids=name_of)
def test_a_folder_has_at_most_14_modules(folder: Path) -> None:
    assert len([path for path in MODULES if path.parent == folder]) <= 14


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_with_a_function_has_a_test_file_of_its_name(path: Path) -> None:
    if functions(path) and name_of(path) not in DECLARATIONS:
        relative = path.relative_to(ROOT)
        tests = TESTS / relative.parent / f"test_{relative.name}"
        assert tests.is_file()
        # Hypothesis makes a TestCase of a state machine.
        assert re.search(r"^(async )?def test_|\.TestCase$", tests.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("name", DECLARATIONS)
def test_a_module_without_tests_only_declares_functions(name: str) -> None:
    for function in functions(ROOT / name):
        for statement in body_without_docstring(function):
            assert ast.unparse(statement) == "...", function.name


def test_the_body_of_a_command_has_at_most_40_lines() -> None:
    """Parameters and docstring are not counted: a command reads its options, calls other modules and shows results."""
    for path in (ROOT / "commands").rglob("*.py"):
        for function in functions(path):
            body = body_without_docstring(function)
            lines = (function.end_lineno or 0) - body[0].lineno + 1 if body else 0
            assert lines <= 40, f"{name_of(path)}: {function.name} has {lines} lines"
