"""render-template: questions to look at before paying."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simpleturk import console
from simpleturk.commands.common.batch_files import batch_files
from simpleturk.commands.common.options import (
    ConfigOpt,
    InputsOpt,
    OptionalPropertiesOpt,
    OptionalTemplateOpt,
    SetOpt,
    SyntaxOpt,
    data_out,
)
from simpleturk.errors import SimpleturkError, UsageError

if TYPE_CHECKING:
    from simpleturk.batch.batch import BatchFiles

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
    """Render the page of one input, or preview it."""
    from simpleturk.assets.local import inlined, served
    from simpleturk.batch.inputs import open_inputs
    from simpleturk.batch.templates.jinja import MOST_INLINED
    from simpleturk.files import write_whole
    from simpleturk.resources import find

    if str(inputs) == "-":
        raise UsageError("render-template reads its inputs from a file", "name one with --inputs")
    if preview and output:
        raise UsageError("--preview and --output exclude each other")
    address = served if preview else inlined(MOST_INLINED)
    files = batch_files(open_inputs(find(inputs)), template, properties, set_, syntax, config, address=address)
    if preview:
        from simpleturk.commands.preview.app import serve_preview

        serve_preview(files, line or 1, port)
        return
    if template is None:
        raise UsageError("there is no template", "name one with --template")
    html = _page(files, line)
    if output:
        write_whole(output, html)
        console.note(f"Wrote {output}")
        return
    with data_out():
        console.data(html)


def _page(files: "BatchFiles", line: int | None) -> str:
    """The page of the input on a line, or of the first input. Raises SimpleturkError if there is none."""
    from simpleturk.batch.batch import question_source

    inputs = files.inputs
    source = question_source(files, None)
    assert source
    item = next((item for item in inputs.values() if line in (None, item.line)), None)
    if item is None:
        where = "holds no inputs" if line is None else f"has no input on line {line}"
        raise SimpleturkError(f"{inputs.name}: {where}")
    html = source.render(item.value)
    try:
        html.encode()
    except UnicodeEncodeError as error:
        wrong = f"U+{ord(html[error.start]):04X}"
        raise SimpleturkError(f"{inputs.where(item.line)}: the page holds {wrong}, half a character") from error
    return html
