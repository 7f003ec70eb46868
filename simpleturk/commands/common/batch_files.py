"""The options of template, properties and inputs → the BatchFiles that they mean."""

from collections.abc import Callable
from pathlib import Path

from simpleturk.assets.local import Asset, local_files
from simpleturk.batch.batch import BatchFiles
from simpleturk.batch.inputs import open_inputs
from simpleturk.batch.inputs.groups import GroupedInputs, Grouping
from simpleturk.batch.inputs.jsonl import Inputs
from simpleturk.client.endpoints import Endpoint
from simpleturk.client.in_process import schema_error
from simpleturk.commands.common.options import overrides
from simpleturk.errors import UsageError
from simpleturk.resources import find
from simpleturk.simple_amt import checked_template_directories, load_simple_amt_config
from simpleturk.task_folder import check_inside


def grouping_of(per_hit: int | None, apart: str | None, seed: int) -> Grouping | None:
    """What the options --per-hit, --apart and --seed say; None if each input has its own HIT. Raises UsageError."""
    if per_hit is None:
        for option, is_given in (("--apart", bool(apart)), ("--seed", bool(seed))):
            if is_given:
                raise UsageError(f"{option} is about HITs of several inputs", "say how many with --per-hit")
        return None
    return Grouping(per_hit, apart or "", seed)


def grouped(inputs: Inputs, grouping: Grouping | None) -> Inputs:
    """Inputs, or the groups of them that become HITs."""
    return GroupedInputs(inputs, grouping) if grouping else inputs


def inputs_path(inputs: Path | None, template: Path | None) -> Path:
    """The inputs that a command's options name: without --inputs, those of a template that is a directory of a form.

    Raises UsageError without inputs.
    """
    if inputs is not None:
        return inputs
    if template and template.is_dir():
        return template
    raise UsageError("--inputs is missing", "name a file with one input per line")


def opened_inputs(path: Path) -> Inputs:
    """The inputs at a path: a file, or a directory with the versions of a form."""
    if path.is_dir():
        from simpleturk.batch.templates.forms.composer.directory import is_form_directory
        from simpleturk.batch.templates.forms.composer.form_inputs import FormInputs

        if is_form_directory(path):
            return FormInputs(path)
    return open_inputs(path)


def batch_files(
    inputs: Inputs,
    template: Path | None,
    properties: Path | None = None,
    set_: list[str] | None = None,
    syntax: str | None = None,
    config: Path | None = None,
    *,
    address: Callable[[Asset], str],
    marketplace: Endpoint | None = None,
    skipped: frozenset[int] = frozenset(),
) -> BatchFiles:
    """The files that a command's options name. A template or properties file that ships is found by its name.

    `set_`, `syntax` and `config` are the options of these names; `address` gives the address of a local file that a
    page shows; `marketplace` is where the batch goes, None for a look at its pages. Raises SimpleturkError for a
    --config that cannot be used, and for a link that leads out of its folder.
    """
    for own in (template, properties, None if inputs.kept else inputs.path):
        # A file that ships may be a link into the cache of an installer.
        if own and find(own) == own:
            check_inside(own)
    template = template and find(template)
    return BatchFiles(
        inputs=inputs,
        template=template,
        properties=properties and find(properties),
        overrides=overrides(set_),
        include_folders=checked_template_directories(load_simple_amt_config(config), config),
        syntax=syntax,
        # Inputs that came through a pipe name no folder in which to look for files.
        assets=local_files(None if inputs.kept else inputs.path, template, address),
        skipped=skipped,
        max_question_bytes=marketplace.max_question_bytes if marketplace else 2**20,
        takes_uploads=marketplace.takes_uploads if marketplace else True,
        asks_opinion=marketplace.asks_opinion if marketplace else True,
        check_question=schema_error,
    )
