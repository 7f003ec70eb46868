"""render-template: the page of an input, to check before paying."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from simpleturk import console
from simpleturk.assets.local import inlined, served
from simpleturk.batch.batch import BatchFiles, question_source
from simpleturk.batch.templates.jinja import MOST_INLINED
from simpleturk.commands.common.batch_files import batch_files, grouped, grouping_of, inputs_path, opened_inputs
from simpleturk.commands.common.options import (
    ApartOpt,
    ConfigOpt,
    InputsFileOpt,
    OptionalPropertiesOpt,
    OptionalTemplateOpt,
    PerHitOpt,
    SeedOpt,
    SetOpt,
    SyntaxOpt,
    data_out,
)
from simpleturk.errors import Problems, SimpleturkError, UsageError
from simpleturk.files import write_whole
from simpleturk.resources import find

LineOpt = Annotated[
    int | None, typer.Option("--line", metavar="N", min=1, help="Render the input on this line. Default: the first.")
]
OutputOpt = Annotated[
    Path | None, typer.Option("--output", metavar="FILE", help="Write the page to this file instead of stdout.")
]
PreviewOpt = Annotated[
    bool,
    typer.Option("--preview", help="Serve the page to browsers on this computer; it reloads when a file changes."),
]
PortOpt = Annotated[
    int, typer.Option("--port", metavar="N", min=0, max=65535, help="Port of the preview; 0 takes a free port.")
]


def render_template(
    inputs: InputsFileOpt = None,
    template: OptionalTemplateOpt = None,
    line: LineOpt = None,
    output: OutputOpt = None,
    preview: PreviewOpt = False,
    port: PortOpt = 8485,
    properties: OptionalPropertiesOpt = None,
    set_: SetOpt = None,
    syntax: SyntaxOpt = None,
    per_hit: PerHitOpt = None,
    apart: ApartOpt = None,
    seed: SeedOpt = 0,
    config: ConfigOpt = None,
) -> None:
    """Render the page of one input, or preview it.

    The page goes to stdout, or to the file of --output. With --preview, a browser shows it as workers see it.
    """
    if str(inputs) == "-":
        raise UsageError("render-template cannot read inputs from stdin", "name a file with --inputs")
    if preview and output:
        raise UsageError("--preview and --output cannot be used together")
    address = served if preview else inlined(MOST_INLINED)
    source = grouped(opened_inputs(find(inputs_path(inputs, template))), grouping_of(per_hit, apart, seed))
    files = batch_files(source, template, properties, set_, syntax, config, address=address)
    if preview:
        from simpleturk.commands.tasks.preview.command import serve_preview  # loads the web server

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


def _page(files: BatchFiles, line: int | None) -> str:
    """The page of the input on a line, or of the first input. Raises SimpleturkError if there is none."""
    inputs = files.inputs
    source = question_source(files, None)
    assert source
    item = next((item for item in inputs.values() if line in (None, item.line)), None)
    if item is None:
        where = "holds no inputs" if line is None else f"has no input on line {line}"
        raise SimpleturkError(f"{inputs.name}: {where}")
    try:
        html = source.render(item.value)
    except Problems as error:
        where = inputs.where(item.line)
        raise Problems([replace(one, what=f"{one.what} (for {where})") for one in error.problems]) from error
    try:
        html.encode()
    except UnicodeEncodeError as error:
        character = f"U+{ord(html[error.start]):04X}"
        raise SimpleturkError(f"{inputs.where(item.line)}: the page contains {character}, half a character") from error
    return html
