"""A Jinja template + an input → the page, or the XML of a question."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    FunctionLoader,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    meta,
    nodes,
)
from jinja2 import Template as CompiledTemplate
from jinja2.exceptions import SecurityError

from simpleturk.assets.local import Assets, inlined, local_files
from simpleturk.batch.templates.content.comparison import comparison
from simpleturk.batch.templates.content.conversation import turns
from simpleturk.batch.templates.content.markdown import markdown
from simpleturk.batch.templates.cost import LOCAL, bounded
from simpleturk.batch.templates.errors.evaluation import evaluation_error
from simpleturk.batch.templates.errors.syntax import syntax_error
from simpleturk.batch.templates.includes import TaskFolderLoader, working_folder
from simpleturk.batch.templates.question_source import OtherReading, ShownTag, UnshownPart
from simpleturk.batch.templates.source_map import SourceMap, marking, unmarked
from simpleturk.batch.templates.values import DataEnvironment, Missing, plain, printed, variables_of
from simpleturk.errors import Problem, Problems, SimpleturkError, named, suggestion
from simpleturk.resources import shipped
from simpleturk.task_folder import read_bounded
from simpleturk.text_files import text_named

#: The names of the include that every page needs; the last two are simple-amt's.
INCLUDES = ("simpleturk.html", "hit_templates/simpleturk.html", "simpleamt.html", "hit_templates/simpleamt.html")

#: The largest local file that is put into the page itself, in bytes, if the size of pages is not limited.
MOST_INLINED = 64 * 1024 * 1024

#: The steps of finding a file that a template shows.
_ASSET = 1000


class JinjaTemplate:
    """A template, compiled once. Raises Problems for a syntax error or a file that cannot be read.

    Includes are looked for beside it, in the working directory, in `folders`, and among the templates that ship. `data`
    is the file's content, if it has been read before. `assets` gives local files an address; by default they are put
    into the page. `functions` are more functions that the template may call, by name.
    """

    def __init__(
        self,
        path: Path,
        folders: Sequence[Path] = (),
        data: bytes | None = None,
        assets: Assets | None = None,
        functions: Mapping[str, Callable[..., object]] | None = None,
    ) -> None:
        self.path = path
        self.other_reading: OtherReading | None = None
        #: The next step after a mistake for which there is no better one.
        self.hint = ""
        data = read_template(path) if data is None else data
        #: The SHA-256 of the file, which is read once: it may be a pipe.
        self.digest = sha256(data).hexdigest()
        self._environment = _environment(path, folders, assets or local_files(path, path, inlined(MOST_INLINED)))
        self._environment.globals.update(functions or {})
        #: The template as it is written.
        self.text = decoded_template(data, path)
        self._traced: Any = None
        try:
            code = self._environment.compile(self.text, str(path), str(path))
            self._template = CompiledTemplate.from_code(self._environment, code, dict(self._environment.globals))
        except TemplateSyntaxError as error:
            raise Problems([_syntax_problem(error, path)]) from error
        # Jinja compiles a template to Python: errors of Python's compiler are mistakes of the template, too.
        except (SyntaxError, RecursionError, ValueError, OverflowError, MemoryError) as error:
            raise Problems([_compiler_problem(error, path, self._python)]) from error

    def render(self, value: Any) -> str:
        """The page for one input. Raises Problems, naming the template's line."""
        try:
            with bounded():
                return self._template.render(variables_of(value))
        except TemplateSyntaxError as error:
            raise Problems([_syntax_problem(error, self.path, self.hint)]) from error
        except Problems:
            # An include that cannot be read.
            raise
        except SimpleturkError as error:
            raise Problems([self._problem(error)]) from error
        # Any exception is a mistake of an expression in the template: 1 / 0, "a" + 1, a filter's ValueError.
        except Exception as error:
            raise Problems([self._problem(error)]) from error

    def _python(self) -> Any:
        """The Python code that Jinja makes of the template."""
        return self._environment.compile(self.text, str(self.path), str(self.path), raw=True)

    def text_with_includes(self) -> str:
        """The text of the template and of its includes, without the includes that ship with simpleturk."""
        home = shipped("hit_templates")
        own = (text for path, text in self._includes() if path and not Path(path).is_relative_to(home))
        return "\n".join([self.text, *own])

    def unshown_parts(self) -> list[UnshownPart]:
        """The parts of a template that extends another one which are outside the blocks of that one."""
        tree = self._environment.parse(self.text)
        parent = tree.find(nodes.Extends)
        if parent is None or not isinstance(parent.template, nodes.Const):
            return []
        unshown: list[UnshownPart] = []
        known = self._blocks_of(str(parent.template.value))
        for node in tree.body:
            if isinstance(node, nodes.Block) and known and node.name not in known:
                what = f"{parent.template.value} has no block {node.name!r}: its content is not shown"
                hint = suggestion(node.name, known) or f"use one of its blocks: {named(known)}"
                unshown.append(UnshownPart(node.lineno, what, hint))
            elif isinstance(node, nodes.Output):
                data = next((one for one in node.find_all(nodes.TemplateData) if one.data.strip()), None)
                if data is not None:
                    lead = len(data.data) - len(data.data.lstrip())
                    line = data.lineno + data.data.count("\n", 0, lead)
                    what = f"content outside the blocks of {parent.template.value} is not shown"
                    unshown.append(UnshownPart(line, what, f"move it into a block: {named(known)}"))
        return unshown

    def shown_tags(self, value: Any) -> list[ShownTag]:
        """Nothing: in this syntax, all values are texts."""
        return []

    def _blocks_of(self, name: str) -> list[str]:
        """The blocks of a template and of the templates that it extends."""
        assert self._environment.loader
        found: list[str] = []
        known: set[str] = set()
        # Templates may extend each other in a circle.
        while name not in known:
            known.add(name)
            try:
                tree = self._environment.parse(self._environment.loader.get_source(self._environment, name)[0])
            except (TemplateError, SimpleturkError):
                break
            found += [block.name for block in tree.find_all(nodes.Block)]
            parent = tree.find(nodes.Extends)
            if parent is not None and isinstance(parent.template, nodes.Const):
                name = str(parent.template.value)
        return list(dict.fromkeys(found))

    def included(self) -> list[Path]:
        """The files that it includes, directly or not, without missing ones."""
        return [Path(path) for path, _ in self._includes() if path]

    def _includes(self) -> Iterator[tuple[str | None, str]]:
        """The path and text of each include."""
        waiting, known = [self.text], set()
        while waiting:
            for name in meta.find_referenced_templates(self._environment.parse(waiting.pop())):
                if name is None or name in known:
                    continue
                known.add(name)
                with suppress(TemplateNotFound, TemplateSyntaxError, SimpleturkError):
                    assert self._environment.loader
                    text, path, _ = self._environment.loader.get_source(self._environment, name)
                    self._environment.parse(text)
                    waiting.append(text)
                    yield path, text

    def traced(self, value: Any) -> tuple[str, SourceMap]:
        """The page for one input, and the line of the template that each part comes from. Raises Problems."""
        page = self.render(value)
        if self._traced is None:
            environment = marking(self._environment)
            code = environment.compile(self.text, str(self.path), str(self.path))
            self._traced = (CompiledTemplate.from_code(environment, code, dict(environment.globals)), environment.files)
        template, files = self._traced
        try:
            with bounded():
                found, places = unmarked(template.render(variables_of(value)), files)
        except Exception:  # a template that reads its own text may fail because of the marks
            found = ""
        return (page, places) if found == page else (page, SourceMap.of_page(page))

    def _problem(self, error: Exception) -> Problem:
        file, line = self.path, 0
        trace = error.__traceback__
        home = shipped("hit_templates")
        while trace is not None:
            name = trace.tb_frame.f_code.co_filename
            is_template = name == str(self.path) or name.endswith((".html", ".jinja", ".j2", ".xml"))
            # The mistake is not in a macro that ships, but in its call.
            if is_template and (not line or not Path(name).is_relative_to(home)):
                file, line = Path(name), trace.tb_lineno
            trace = trace.tb_next
        where = f"{file}, line {line}" if line else str(file)
        if isinstance(error, TemplateNotFound):
            hint = "put it beside the template or in the working directory"
            return Problem(where, f"the include {error.message or error.name} does not exist", hint)
        if isinstance(error, SimpleturkError):
            return Problem(where, error.message, error.hint)
        if isinstance(error, SecurityError):
            return Problem(where, str(error), "use the values of the input, and the filters and tests of Jinja")
        if isinstance(error, RecursionError):
            what = "the template or its values are nested too deeply, or a macro calls itself too often"
            return Problem(where, what, "make the template simpler")
        what, hint = evaluation_error(error)
        return Problem(where, what, self.hint or hint or None)


def _environment(path: Path, folders: Sequence[Path], assets: Assets) -> Environment:
    folder = shipped("hit_templates")
    environment = DataEnvironment(
        loader=ChoiceLoader(
            [
                TaskFolderLoader([path.resolve().parent, *working_folder(), *folders]),
                FileSystemLoader([folder, folder.parent], encoding="utf-8-sig"),
                FunctionLoader(_simple_amt_include),
            ]
        ),
        autoescape=True,
        undefined=Missing,
        finalize=printed,
        keep_trailing_newline=True,
        # The files of a template are read once: the preview makes a new template for each look at them.
        auto_reload=False,
    )
    environment.globals["asset"] = _with_cost(assets)
    environment.filters |= {"comparison": comparison, "markdown": markdown, "turns": turns}
    environment.policies["json.dumps_function"] = lambda value, **options: json.dumps(value, default=plain, **options)
    return environment


def _with_cost(assets: Assets) -> Callable[[object], str]:
    """The function `asset` of templates, which looks at a file each time."""

    def asset(reference: object) -> str:
        LOCAL.cost.spend(_ASSET)
        return assets(reference)

    return asset


def _simple_amt_include(name: str) -> str | None:
    """The include that ships, for its names in simple-amt."""
    if name in INCLUDES:
        return shipped("hit_templates", "simpleturk.html").read_text(encoding="utf-8")
    return None


def read_template(path: Path) -> bytes:
    """A template's bytes. Raises SimpleturkError if the file does not exist."""
    try:
        return read_bounded(path)
    except FileNotFoundError as error:
        raise SimpleturkError(f"{path}: no such file", "name the template with --template") from error
    except IsADirectoryError as error:
        raise SimpleturkError(f"{path}: is a folder, not a file", "name the template with --template") from error


def decoded_template(data: bytes, path: Path) -> str:
    """A template's text. Raises Problems if it is not text."""
    return text_named(data, path)


def _compiler_problem(error: Exception, path: Path, source: Callable[[], Any]) -> Problem:
    """The problem of a template that Jinja can compile and Python cannot. `source` makes Jinja's Python code."""
    if not isinstance(error, SyntaxError):
        message = str(error) or "it is too large, or nested too deeply"
        return Problem(str(path), f"cannot be compiled: {message}", "make the template simpler")
    what, hint = syntax_error(error.msg)
    known = re.search(r"^debug_info = '([0-9=&]*)'$", str(source()), re.MULTILINE)
    pairs = [pair.partition("=") for pair in known[1].split("&") if pair] if known else []
    lines = [int(line) for line, _, of_code in pairs if int(of_code) <= (error.lineno or 0)]
    return Problem(f"{path}, line {max(lines, default=1)}", what, hint or None)


def _syntax_problem(error: TemplateSyntaxError, path: Path, hint: str = "") -> Problem:
    what, own_hint = syntax_error(error.message or "")
    return Problem(f"{error.filename or path}, line {error.lineno}", what, hint or own_hint or None)
