"""A directory of FormComposer + a version of its form → the page."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from simpleturk.assets.local import Assets
from simpleturk.batch.templates.forms.composer.directory import FormDirectory
from simpleturk.batch.templates.forms.composer.levels import VALIDATORS
from simpleturk.batch.templates.jinja import JinjaTemplate
from simpleturk.batch.templates.question_source import OtherReading, ShownTag, UnshownPart
from simpleturk.batch.templates.source_map import SourceMap
from simpleturk.errors import Problem, Problems
from simpleturk.resources import shipped

#: What the page's script reads of a field; the rest is in the page's HTML.
_READ = ("type", "validators", "triggers", "multiple", "show_preview", "label")


class ComposerTemplate:
    """The form of a directory. Raises Problems with all mistakes of its files."""

    def __init__(self, path: Path, assets: Assets | None = None) -> None:
        self.path = path
        self.other_reading: OtherReading | None = None
        self._directory = FormDirectory(path)
        self.versions = self._directory.versions()
        self._preview = self._directory.preview()
        self._template = JinjaTemplate(shipped("hit_templates", "simpleturk", "composer.html"), (), None, assets)
        self.digest = self._directory.digest()
        #: The names of all fields, where a template's text is searched for names.
        self.text = "\n".join(f'name="{field["name"]}"' for field in self._fields() if field.get("name"))

    def render(self, value: Any) -> str:
        """The page for one version of the form. Raises Problems."""
        form = value.get("form") if isinstance(value, dict) else None
        if not isinstance(form, dict):
            raise Problems([Problem(str(self.path), "the input is no version of a form", "launch without --inputs")])
        return self._template.render(
            {
                "form": form,
                "preview": self._preview,
                "setup": _setup(form),
                "styles": self._directory.styles,
                "scripts": self._scripts(form),
            }
        )

    def traced(self, value: Any) -> tuple[str, SourceMap]:
        """The page for one version, without lines. Raises Problems."""
        page = self.render(value)
        return page, SourceMap.of_page(page)

    def text_with_includes(self) -> str:
        """Nothing to search: a page reads no value of its input by a name."""
        return ""

    def included(self) -> Sequence[Path]:
        """The files of the directory that were read."""
        return [self.path / name for name in self._directory.read]

    def unshown_parts(self) -> Sequence[UnshownPart]:
        """Nothing: every part of a form is shown, or can be."""
        return ()

    def shown_tags(self, value: Any) -> Sequence[ShownTag]:
        """Nothing: texts are texts."""
        return ()

    def fields(self) -> list[tuple[str, str, str]]:
        """Name in the answer, type and label of each field of the first version, in their order."""
        return [
            (str(field["name"]), str(field["type"]), str(field.get("label", "")))
            for field in self._fields()
            if field.get("name")
        ]

    def _fields(self) -> Iterator[dict[str, Any]]:
        return fields_of(self.versions[0]["form"])

    def _scripts(self, form: dict[str, Any]) -> list[str]:
        """The directory's own code, as modules that hand over the functions which the form names."""
        scripts = []
        for kind in ("validators", "triggers"):
            code = getattr(self._directory.code, kind)
            names = sorted(_functions(form, kind))
            if code and names:
                handed = ", ".join(f'{name}: typeof {name} === "undefined" ? undefined : {name}' for name in names)
                # A text "</script" in the code would end the element.
                safe = re.sub(r"</(?=script)", r"<\\/", code, flags=re.IGNORECASE).replace("<!--", r"<\!--")
                scripts.append(f"{safe}\n;window.formComposer.register({json.dumps(kind)}, {{ {handed} }});")
        return scripts


def fields_of(form: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All drawn fields of a form: those of dynamic fieldsets are not drawn."""
    for section in form["sections"]:
        for fieldset in section["fieldsets"]:
            if "lookup_name" not in fieldset:
                for row in fieldset["rows"]:
                    yield from row["fields"]


def _setup(form: dict[str, Any]) -> dict[str, Any]:
    """What the page's script reads of the form."""
    return {
        "fields": [
            {"name": field.get("name", ""), **{name: field[name] for name in _READ if name in field}}
            for field in fields_of(form)
        ],
        "sections": [section.get("triggers", {}) for section in form["sections"]],
        "submit": form["submit_button"],
    }


def _functions(form: dict[str, Any], kind: str) -> set[str]:
    """The names of the functions of the directory's own code that a form uses."""
    fields = list(fields_of(form))
    if kind == "validators":
        return {name for field in fields for name in field.get("validators", {})} - set(VALIDATORS)
    parts = [form["submit_button"], *form["sections"], *fields]
    calls = [call for part in parts for call in part.get("triggers", {}).values()]
    return {call[0] if isinstance(call, list) else call for call in calls}
