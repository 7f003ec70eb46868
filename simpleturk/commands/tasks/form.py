"""form check and form schema."""

import json
from pathlib import Path
from typing import Annotated

import typer

from simpleturk import console
from simpleturk.batch.templates.forms.form_template import FormTemplate
from simpleturk.commands.common.options import data_out

FormArg = Annotated[Path, typer.Argument(metavar="FORM", help="A form: a file in YAML or JSON.")]


def check(form: FormArg) -> None:
    """Check a form, and list its fields.

    Prints a line for each field: its name in the answer, its type, and its label. Nothing is launched.
    """
    fields = FormTemplate(form).fields()
    with data_out():
        for name, kind, label in fields:
            console.data(f"{name}\t{kind}\t{' '.join(label.split())}\n")
    console.note(f"{form}: {console.plural(len(fields), 'field')}, no problems")


def schema() -> None:
    """Print the JSON Schema of forms, for editors.

    Name it in the form, in the key $schema, or in the settings of your editor: it then completes and checks forms.
    """
    from simpleturk.batch.templates.forms.model import Form

    with data_out():
        console.data(json.dumps(Form.model_json_schema(), indent=2, ensure_ascii=False) + "\n")
