"""check: what a worker would stumble over, told before anybody does."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simpleturk import console
from simpleturk.client.endpoints import EndpointOptions
from simpleturk.commands.common.batch_files import batch_files
from simpleturk.commands.common.endpoint import connect_to, marketplace_of, on_a_marketplace
from simpleturk.commands.common.options import (
    AssetsOpt,
    InputsOpt,
    OptionalTemplateOpt,
    PropertiesOpt,
    SetOpt,
    SyntaxOpt,
    data_out,
)
from simpleturk.errors import Problem, Problems, SimpleturkError, UsageError

if TYPE_CHECKING:
    from simpleturk.batch.batch import Batch, BatchFiles
    from simpleturk.batch.lint.finding import Finding
    from simpleturk.client.client import MTurk

StrictOpt = Annotated[bool, typer.Option("--strict", help="Fail on warnings, too.")]
JsonOpt = Annotated[bool, typer.Option("--json", help="Print what is found as JSON Lines on stdout.")]


@on_a_marketplace
def check(
    properties: PropertiesOpt,
    inputs: InputsOpt,
    where: EndpointOptions,
    template: OptionalTemplateOpt = None,
    set_: SetOpt = None,
    syntax: SyntaxOpt = None,
    assets: AssetsOpt = None,
    strict: StrictOpt = False,
    json_: JsonOpt = False,
) -> None:
    """Check template, properties and inputs; create nothing.

    The status is 1 when something is wrong that keeps HITs from being done.
    """
    from simpleturk.assets.publish import publisher_for
    from simpleturk.batch.batch import load_batch
    from simpleturk.batch.inputs import open_inputs
    from simpleturk.batch.lint.check import check_batch
    from simpleturk.batch.lint.finding import Finding
    from simpleturk.resources import find

    if str(inputs) == "-":
        raise UsageError("check reads its inputs from a file", "name one with --inputs")
    marketplace = marketplace_of(where)
    publisher = publisher_for(marketplace, assets, where.profile, where.database)
    files = batch_files(
        open_inputs(find(inputs)),
        template,
        properties,
        set_,
        syntax,
        where.config,
        address=publisher.address,
        max_question_bytes=marketplace.max_question_bytes,
    )
    try:
        batch = load_batch(files)
        findings, size = check_batch(batch), batch.size
        if marketplace.is_local and batch.properties.requirements():
            findings += for_nobody(batch, connect_to(marketplace, where, Path()), where.database)
        sizes = f"; {batch.largest:,} bytes at most of {marketplace.max_question_bytes:,} on {marketplace.name}"
    except Problems as error:
        # What is wrong with the other pages is told as well.
        broken = [Finding("files", one.where, one.what, one.hint or "", is_error=True) for one in error.problems]
        findings, size, sizes = [*broken, *_of_what_renders(files)], 0, ""
    if json_:
        with data_out():
            for finding in findings:
                console.data(json.dumps(_record(finding), ensure_ascii=False) + "\n")
    tell(findings, strict, silent=json_)
    found = f"{console.plural(len(findings), 'warning')}" if findings else "nothing found"
    console.note(f"Checked {console.plural(size, 'input')}: {found}{sizes}.")


def _of_what_renders(files: "BatchFiles") -> "list[Finding]":
    """What the rules find in the pages that can be made although something is wrong."""
    from simpleturk.batch.batch import question_source
    from simpleturk.batch.inputs.jsonl import Input
    from simpleturk.batch.lint.check import check_inputs

    try:
        source = question_source(files, None)
        good = [item for item in files.inputs if isinstance(item, Input)] if source else []
        return check_inputs(source, files.inputs, good, good) if source else []
    except SimpleturkError:  # told already
        return []


#: In the pages of how many inputs a launch looks for mistakes; `check` looks at all of them.
SAMPLE = 20


def check_pages(batch: "Batch") -> None:
    """What a launch looks at before it asks for anything: pages of some inputs. Raises Problems for errors."""
    from simpleturk.batch.lint.check import check_batch

    try:
        tell(check_batch(batch, SAMPLE))
    except Problems as error:
        error.hint = "nothing was created; simpleturk check looks at every input, --no-check launches all the same"
        raise


def tell(findings: "list[Finding]", strict: bool = False, silent: bool = False) -> None:
    """Say what was found: warnings on stderr. Raises Problems for errors; with `strict` for warnings too."""
    fatal = [one for one in findings if one.is_error or strict]
    for one in findings:
        if one not in fatal and not silent:
            problem = one.problem()
            console.warn(f"{problem.where}: {problem.what}", problem.hint)
    if fatal:
        raise Problems([one.problem() for one in fatal])


def for_nobody(batch: "Batch", mturk: "MTurk", database: Path | None) -> "list[Finding]":
    """On a local marketplace somebody can know whether there is anybody to do the HITs: a warning if there is not."""
    from simpleturk.batch.lint.finding import Finding
    from simpleturk.client.in_process import requirements_nobody_meets

    wanted = batch.properties.requirements()
    nobody = requirements_nobody_meets(mturk, [requirement for _, requirement in wanted], database)
    names = list(dict.fromkeys(wanted[position][0] for position in nobody))
    if not names:
        return []
    removal = " ".join(f"--set {name}=" for name in names)
    what = f"no worker known to the local marketplace meets {' and '.join(names)}: nobody can do these HITs"
    return [Finding("excluded", str(batch.properties_path), what, f"{removal} removes it")]


def _record(finding: "Finding") -> dict[str, object]:
    problem: Problem = finding.problem()
    return {
        "level": "error" if finding.is_error else "warning",
        "rule": finding.rule,
        "where": problem.where,
        "what": finding.what,
        "hint": problem.hint,
        "input": finding.input or None,
        "more": finding.more,
    }
