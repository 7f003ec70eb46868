"""A directory of FormComposer → its checked versions, each with the values of its tokens filled in."""

import json
import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from simpleturk.batch.templates.forms.composer.checks import TOKEN, Code, FormCheck, Mistake
from simpleturk.batch.templates.forms.composer.levels import TOKENS
from simpleturk.batch.templates.forms.composer.tokens import (
    MAX_VERSIONS,
    calls_in,
    erased,
    filled,
    number_of_versions,
    permuted,
    tokens_in,
    wrong_separate_values,
    wrong_sets,
)
from simpleturk.batch.templates.forms.document import Place, read_document
from simpleturk.errors import Problem, Problems, SimpleturkError
from simpleturk.task_folder import check_inside, read_bounded
from simpleturk.text_files import text_named

VERSIONS = "task_data.json"
UNIT = "unit_config.json"
SETS = "token_sets_values_config.json"
SEPARATE = "separate_token_values_config.json"

#: Keys beside a form: what the requester knows about it. They are in the inputs, and never in the page.
KEPT = ("form_metadata", "expecting_answers", "isScreeningUnit")

_PLAIN = "write an address that works as long as the HITs are available"
_INSERTION = re.compile(r"insertions/[^\0]*\.html")


def is_form_directory(path: Path) -> bool:
    """Whether a path is a directory with the files of a form."""
    return path.is_dir() and any((path / name).is_file() for name in (VERSIONS, UNIT))


class FormDirectory:
    """The files of a directory, read when they are asked for. `problems` collects the mistakes found so far."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.read: dict[str, bytes] = {}
        texts = {kind: self._text(f"insertions/custom_{kind}.js") for kind in ("validators", "triggers")}
        self.code = Code(**texts)
        folder = path / "insertions"
        names = sorted(file.name for file in folder.glob("*.css")) if folder.is_dir() else []
        self.styles = "\n".join(self._text(f"insertions/{name}") for name in names)

    def versions(self) -> list[dict[str, Any]]:
        """The versions of the form: those of task_data.json, or those that the other files give. Raises Problems."""
        versions = self._written_versions() if self.has(VERSIONS) else self._expanded()
        self._raise()
        return versions

    def token_sets(self) -> list[dict[str, Any]]:
        """The sets of values, {"tokens_values": …} each: all combinations of separate values. Raises Problems."""
        if not self.has(SEPARATE):
            raise SimpleturkError(f"{self.path / SEPARATE}: no such file", "write the values of each token into it")
        sets = [{"tokens_values": values} for values in self._separate()]
        self._raise()
        return sets

    def expanded(self) -> list[dict[str, Any]]:
        """The versions that unit_config.json and the values give, whatever task_data.json has. Raises Problems."""
        if not self.has(UNIT):
            raise SimpleturkError(f"{self.path / UNIT}: no such file", "write the form with its tokens into it")
        versions = self._expanded()
        self._raise()
        return versions

    def is_outdated(self) -> bool:
        """Whether task_data.json differs from what the other files give: it is the one that is used."""
        if not (self.has(VERSIONS) and self.has(UNIT)):
            return False
        try:
            return [item["form"] for item in self.expanded()] != [item["form"] for item in self.versions()]
        except Problems:
            # The other files are not used: they may be unfinished.
            self.problems.clear()
            return True

    def preview(self) -> dict[str, str]:
        """The title and the instruction that workers see before they accept: without values of tokens."""
        form = self._document(UNIT)[0]["form"] if self.has(UNIT) else self.versions()[0]["form"]
        shown = {name: str(form.get(name, "")) for name in ("title", "instruction")}
        return {name: erased(self._inserted(text)[0]) for name, text in shown.items()}

    def digest(self) -> str:
        """The SHA-256 of the code and styles of the pages."""
        texts = (self.code.validators, self.code.triggers, self.styles)
        return sha256(json.dumps(texts).encode()).hexdigest()

    def has(self, name: str) -> bool:
        """Whether the directory has a file."""
        return (self.path / name).is_file()

    def _raise(self) -> None:
        if self.problems:
            raise Problems(list(dict.fromkeys(self.problems)))

    def _bytes(self, name: str) -> bytes:
        if name not in self.read:
            file = self.path / name
            check_inside(file, self.path)
            self.read[name] = read_bounded(file)
        return self.read[name]

    def _text(self, name: str) -> str:
        return text_named(self._bytes(name), self.path / name) if self.has(name) else ""

    def _document(self, name: str) -> tuple[Any, Mapping[Place, int]]:
        try:
            document, lines = read_document(self._bytes(name), self.path / name)
            calls = [(place, f"{call} needs a remote procedure", _PLAIN) for call, place in calls_in(document)]
            self._add(name, lines, calls)
            return document, lines
        except Problems as error:
            self.problems.extend(error.problems)
            self._raise()
            raise

    def _add(self, name: str, lines: Mapping[Place, int], mistakes: Iterable[Mistake]) -> bool:
        """Add mistakes of a file, each with its line. Returns whether there are some."""
        before = len(self.problems)
        for place, what, hint in mistakes:
            line = next((lines[place[:end]] for end in range(len(place), 0, -1) if place[:end] in lines), 0)
            where = f"{self.path / name}, line {line}" if line else str(self.path / name)
            self.problems.append(Problem(where, f"{_path(place)}: {what}" if place else what, hint))
        return len(self.problems) > before

    def _written_versions(self) -> list[dict[str, Any]]:
        document, lines = self._document(VERSIONS)
        if not isinstance(document, list) or not document:
            self._add(VERSIONS, lines, [((), "is not a list of versions of a form", 'write [{"form": …}]')])
            return []
        for number, item in enumerate(document):
            self._add(VERSIONS, lines, self._wrong_version(item, (number,)))
            # A value may have the form of a token: it is text.
            values = json.dumps(item.get("form_metadata", {})) if isinstance(item, dict) else ""
            tokens = [(name, place) for name, place in tokens_in(item, (number,)) if name not in _names_in(values)]
            self._add(VERSIONS, lines, [(place, f"the token {name!r} has no value", None) for name, place in tokens])
        return [self._with_insertions(item, VERSIONS, lines, (number,)) for number, item in enumerate(document)]

    def _wrong_version(self, item: Any, place: Place) -> Iterable[Mistake]:
        if not isinstance(item, dict) or "form" not in item:
            yield place, "there is no form", 'write {"form": …}'
            return
        for name in item.keys() - {"form", *KEPT}:
            yield (*place, name), f"there is no {name!r} beside a form", f"there may be {', '.join(KEPT)}"
        if not isinstance(item.get("form_metadata", {}), dict):
            yield (*place, "form_metadata"), "form_metadata is not an object", None
        yield from FormCheck(self.code).mistakes(item["form"], (*place, "form"))

    def _separate(self) -> list[dict[str, Any]]:
        document, lines = self._document(SEPARATE)
        if self._add(SEPARATE, lines, wrong_separate_values(document)):
            return []
        number = number_of_versions(document)
        if number > MAX_VERSIONS:
            problem = f"gives {number:,} versions; at most {MAX_VERSIONS:,} are possible"
            self._add(SEPARATE, lines, [((), problem, "remove values")])
            return []
        return permuted(document)

    def _sets(self) -> tuple[str, list[dict[str, Any]]]:
        """The file that gives the values of tokens, and the sets of values."""
        if self.has(SEPARATE):
            return SEPARATE, self._separate()
        if not self.has(SETS):
            return UNIT, [{}]
        document, lines = self._document(SETS)
        if self._add(SETS, lines, wrong_sets(document)):
            return SETS, []
        return SETS, [item["tokens_values"] for item in document]

    def _expanded(self) -> list[dict[str, Any]]:
        document, lines = self._document(UNIT)
        source, sets = self._sets()
        if self._add(UNIT, lines, self._wrong_version(document, ())):
            return []
        form = self._with_insertions(document, UNIT, lines, ())["form"]
        used = dict(tokens_in(form, ("form",)))
        if not sets:
            return []
        for token, place in used.items():
            if token not in sets[0]:
                self._add(UNIT, lines, [(place, f"the token {token!r} has no value", f"write values into {SEPARATE}")])
        unused = [((), f"the form has no token {name!r}", "remove its values") for name in sets[0] if name not in used]
        self._add(source, {}, unused)
        if self.problems:
            return []
        kept = {name: document[name] for name in KEPT if name in document}
        return [self._version(form, values, kept) for values in sets]

    def _version(self, form: Any, values: Mapping[str, Any], kept: Mapping[str, Any]) -> dict[str, Any]:
        html, plain = {}, dict(values)
        for name, value in values.items():
            if isinstance(value, str) and _INSERTION.fullmatch(value):
                text, problem = self._inserted(value)
                html[name] = text
                if problem:
                    self.problems.append(problem)
        metadata = {**kept.get("form_metadata", {}), **({"tokens_values": plain} if plain else {})}
        rest = {name: value for name, value in kept.items() if name != "form_metadata"}
        return {"form": filled(form, values, html), **({"form_metadata": metadata} if metadata else {}), **rest}

    def _with_insertions(self, part: Any, name: str, lines: Mapping[Place, int], place: Place) -> Any:
        """A form with the texts of files in place of attributes that name them."""
        if isinstance(part, list):
            return [self._with_insertions(item, name, lines, (*place, number)) for number, item in enumerate(part)]
        if isinstance(part, dict):
            return {key: self._with_insertions(item, name, lines, (*place, key)) for key, item in part.items()}
        if not isinstance(part, str) or not place or place[-1] not in TOKENS:
            return part
        text, problem = self._inserted(part)
        if problem:
            self._add(name, lines, [(place, problem.what, problem.hint)])
        return text

    def _inserted(self, text: str) -> tuple[str, Problem | None]:
        """The text of the file that a text names, else the text; and the problem if the file cannot be used."""
        if not _INSERTION.fullmatch(text.strip()):
            return text, None
        name = text.strip()
        where = str(self.path / name)
        if ".." in Path(name).parts:
            return "", Problem(where, f"{name} leads out of insertions", "name a file below insertions")
        if not self.has(name):
            return "", Problem(where, f"there is no file {name}", None)
        return self._text(name), None


def _names_in(text: str) -> set[str]:
    return {found[1] for found in TOKEN.finditer(text)}


def _path(place: Place) -> str:
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in place)
