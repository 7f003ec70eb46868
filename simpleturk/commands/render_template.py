"""render-template: questions to look at before paying."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simpleturk import console
from simpleturk.commands.common.options import (
    ConfigOpt,
    InputsOpt,
    OptionalPropertiesOpt,
    OptionalTemplateOpt,
    SetOpt,
    SyntaxOpt,
    data_out,
    overrides,
)
from simpleturk.errors import SimpleturkError, UsageError
from simpleturk.simple_amt import load_simple_amt_config

if TYPE_CHECKING:
    from simpleturk.batch.inputs.jsonl import Inputs

LineOpt = Annotated[
    int | None, typer.Option("--line", metavar="N", min=1, help="The input on this line; the first without it.")
]
OutputOpt = Annotated[
    Path | None, typer.Option("--output", metavar="FILE", help="Write the page to this file instead of stdout.")
]
PreviewOpt = Annotated[
    bool, typer.Option("--preview", help="Serve the page on this computer; it reloads on every change.")
]
PortOpt = Annotated[
    int, typer.Option("--port", metavar="N", min=0, max=65535, help="The preview's port; 0 takes a free one.")
]


def render_template(
    inputs: InputsOpt,
    template: OptionalTemplateOpt = None,
    line: LineOpt = None,
    output: OutputOpt = None,
    preview: PreviewOpt = False,
    port: PortOpt = 8485,
    properties: OptionalPropertiesOpt = None,
    set_: SetOpt = None,
    syntax: SyntaxOpt = None,
    config: ConfigOpt = None,
) -> None:
    """Render a template with an input, or preview it."""
    from simpleturk.batch.inputs import open_inputs
    from simpleturk.files import write_whole
    from simpleturk.resources import find

    if str(inputs) == "-":
        raise UsageError("render-template reads its inputs from a file", "name one with --inputs")
    folders = load_simple_amt_config(config).template_directories
    if preview:
        if output:
            raise UsageError("--preview and --output exclude each other")
        from simpleturk.commands.preview.app import serve_preview
        from simpleturk.commands.preview.session import Files

        own = properties and find(properties)
        files = Files(template and find(template), own, find(inputs), folders, syntax, overrides(set_))
        serve_preview(files, line or 1, port)
        return
    if template is None:
        raise UsageError("there is no template", "name one with --template")
    html = _page(find(template), open_inputs(find(inputs)), line, folders, syntax)
    if output:
        write_whole(output, html)
        console.note(f"Wrote {output}")
        return
    with data_out():
        console.data(html)


def _page(template: Path, inputs: "Inputs", line: int | None, folders: Sequence[Path], syntax: str | None) -> str:
    from simpleturk.assets.local import inlined, local_files
    from simpleturk.batch.templates.detect import open_template
    from simpleturk.batch.templates.jinja import MOST_INLINED

    files = local_files(inputs.path, template, inlined(MOST_INLINED))
    compiled = open_template(template, inputs, folders, syntax, files)
    found = next((item for item in inputs.values() if line in (None, item.line)), None)
    if found is None:
        where = "holds no inputs" if line is None else f"has no input on line {line}"
        raise SimpleturkError(f"{inputs.name}: {where}")
    html = compiled.render(found.value)
    try:
        html.encode()
    except UnicodeEncodeError as error:
        wrong = f"U+{ord(html[error.start]):04X}"
        raise SimpleturkError(f"{inputs.where(found.line)}: the page holds {wrong}, half a character") from error
    return html
