"""form check, form schema, form permute and form expand."""

import json
from pathlib import Path
from typing import Annotated

import typer

from simpleturk import console
from simpleturk.batch.templates.forms.composer.composer_template import ComposerTemplate
from simpleturk.batch.templates.forms.composer.directory import SETS, UNIT, VERSIONS, FormDirectory, is_form_directory
from simpleturk.batch.templates.forms.form_template import FormTemplate
from simpleturk.commands.common.options import data_out
from simpleturk.errors import SimpleturkError
from simpleturk.files import write_whole
from simpleturk.task_folder import check_inside

FormArg = Annotated[
    Path, typer.Argument(metavar="FORM", help="A form: a file in YAML or JSON, or a directory of FormComposer.")
]
DirectoryArg = Annotated[Path, typer.Argument(metavar="DIRECTORY", help="A directory of FormComposer.")]
ReplaceOpt = Annotated[bool, typer.Option("--replace", help="Replace the file, if it has other contents.")]


def check(form: FormArg) -> None:
    """Check a form, and list its fields.

    Prints a line for each field: its name in the answer, its type, and its label. Nothing is launched.
    """
    directory = _directory(form) if form.is_dir() else None
    source = ComposerTemplate(form) if directory else FormTemplate(form)
    fields = source.fields()
    with data_out():
        for name, kind, label in fields:
            console.data(f"{name}\t{kind}\t{' '.join(label.split())}\n")
    versions = f", {console.plural(len(source.versions), 'version')}" if isinstance(source, ComposerTemplate) else ""
    console.note(f"{form}: {console.plural(len(fields), 'field')}{versions}, no problems")
    if directory and directory.is_outdated():
        console.warn(
            f"{form / VERSIONS} is used, and differs from what {UNIT} gives",
            f"to write it anew: simpleturk form expand --replace {form}",
        )


def permute(directory: DirectoryArg, replace: ReplaceOpt = False) -> None:
    """Write all combinations of separate token values.

    Reads separate_token_values_config.json and writes token_sets_values_config.json. A launch needs neither this nor
    `form expand`: it does both in memory.
    """
    sets = _directory(directory).token_sets()
    _write(directory / SETS, sets, "set", replace)


def expand(directory: DirectoryArg, replace: ReplaceOpt = False) -> None:
    """Write the versions of a form with tokens.

    Reads unit_config.json and the values of tokens, and writes task_data.json.
    """
    versions = _directory(directory).expanded()
    _write(directory / VERSIONS, versions, "version", replace)


def schema() -> None:
    """Print the JSON Schema of forms, for editors.

    Name it in the form, in the key $schema, or in the settings of your editor: it then completes and checks forms.
    """
    from simpleturk.batch.templates.forms.model import Form

    with data_out():
        console.data(json.dumps(Form.model_json_schema(), indent=2, ensure_ascii=False) + "\n")


def _directory(path: Path) -> FormDirectory:
    """The directory of a form. Raises SimpleturkError for any other path."""
    if not is_form_directory(path):
        raise SimpleturkError(f"{path}: is no directory with {VERSIONS} or {UNIT}", "name the directory of a form")
    return FormDirectory(path)


def _write(path: Path, items: list[dict[str, object]], noun: str, replace: bool) -> None:
    """Write a file of a form. Raises SimpleturkError rather than replace other contents without --replace."""
    text = json.dumps(items, indent=2, ensure_ascii=False) + "\n"
    check_inside(path, path.parent)
    if path.exists() and not replace and json.loads(path.read_text(encoding="utf-8")) != items:
        raise SimpleturkError(f"{path} has other contents", "move it away, or add --replace")
    write_whole(path, text)
    console.note(f"Wrote {console.plural(len(items), noun)} to {path}")
