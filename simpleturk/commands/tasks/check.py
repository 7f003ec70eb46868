"""check: problems of a batch, reported before it is launched."""

import json
from typing import Annotated

import typer

from simpleturk import console
from simpleturk.assets.publisher import publisher_for
from simpleturk.batch.batch import BatchFiles, load_batch, question_source
from simpleturk.batch.inputs.jsonl import Input
from simpleturk.batch.lint.check import check_batch, check_inputs
from simpleturk.batch.lint.finding import Finding
from simpleturk.client.endpoints import Endpoint
from simpleturk.commands.common.batch_files import batch_files, grouped, grouping_of, inputs_path, opened_inputs
from simpleturk.commands.common.endpoint import MarketplaceOptions, connect_to, marketplace_of, on_a_marketplace
from simpleturk.commands.common.findings import report_findings, unmet_requirements
from simpleturk.commands.common.options import (
    ApartOpt,
    AssetsOpt,
    InputsFileOpt,
    OptionalTemplateOpt,
    PerHitOpt,
    PropertiesOpt,
    SeedOpt,
    SetOpt,
    SyntaxOpt,
    data_out,
)
from simpleturk.errors import Problem, Problems, SimpleturkError, UsageError
from simpleturk.resources import find

StrictOpt = Annotated[bool, typer.Option("--strict", help="Fail on warnings, too.")]
JsonOpt = Annotated[bool, typer.Option("--json", help="Print all problems as JSON Lines on stdout.")]


@on_a_marketplace
def check(
    properties: PropertiesOpt,
    where: MarketplaceOptions,
    inputs: InputsFileOpt = None,
    template: OptionalTemplateOpt = None,
    set_: SetOpt = None,
    syntax: SyntaxOpt = None,
    per_hit: PerHitOpt = None,
    apart: ApartOpt = None,
    seed: SeedOpt = 0,
    assets: AssetsOpt = None,
    strict: StrictOpt = False,
    json_: JsonOpt = False,
) -> None:
    """Check template, properties and inputs; create nothing.

    Checks the pages of all inputs. Exits with status 1 if a problem would prevent submission.
    """
    if str(inputs) == "-":
        raise UsageError("check cannot read inputs from stdin", "name a file with --inputs")
    marketplace = marketplace_of(where)
    publisher = publisher_for(marketplace, assets, where.profile, where.database)
    files = batch_files(
        grouped(opened_inputs(find(inputs_path(inputs, template))), grouping_of(per_hit, apart, seed)),
        template,
        properties,
        set_,
        syntax,
        where.config,
        address=publisher.address,
        marketplace=marketplace,
    )
    findings, size, sizes = _findings(files, marketplace, where)
    if json_:
        with data_out():
            for finding in findings:
                console.data(json.dumps(_record(finding), ensure_ascii=False) + "\n")
    report_findings(findings, strict, silent=json_)
    problems = console.plural(len(findings), "warning") if findings else "no problems"
    console.note(f"Checked {console.plural(size, 'input')}: {problems}{sizes}.")


def _findings(files: BatchFiles, marketplace: Endpoint, where: MarketplaceOptions) -> tuple[list[Finding], int, str]:
    """All problems, the number of inputs checked, and a text about the size of their questions."""
    try:
        batch = load_batch(files)
        findings = check_batch(batch)
        if marketplace.is_local and batch.properties.requirements():
            findings += unmet_requirements(batch, connect_to(marketplace, where), where.database)
        sizes = (
            f"largest question {batch.largest:,} bytes; {marketplace.title} allows {marketplace.max_question_bytes:,}"
        )
        return findings, batch.size, f"; {sizes}"
    except Problems as error:
        broken = [
            Finding("files", problem.where, problem.what, problem.hint or "", is_error=True)
            for problem in error.problems
        ]
        # Pages of other inputs can have problems, too.
        return [*broken, *_findings_of_rendered_pages(files)], 0, ""


def _findings_of_rendered_pages(files: BatchFiles) -> list[Finding]:
    """Problems of the pages that can be rendered although some of the files have problems."""
    try:
        source = question_source(files, None)
        items = [item for item in files.inputs if isinstance(item, Input)] if source else []
        return check_inputs(source, files.inputs, items, items) if source else []
    except SimpleturkError:  # load_batch has reported it
        return []


def _record(finding: Finding) -> dict[str, object]:
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
