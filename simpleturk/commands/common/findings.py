"""What `check` finds in pages, as `check` and `launch` report it."""

from collections.abc import Sequence
from pathlib import Path

from simpleturk import console
from simpleturk.batch.batch import Batch
from simpleturk.batch.lint.check import check_batch
from simpleturk.batch.lint.finding import Finding
from simpleturk.client.client import MTurk
from simpleturk.client.in_process import find_unmet_requirements
from simpleturk.errors import Problems, Repetitions

#: The number of inputs whose pages a launch checks; `check` checks all of them.
SAMPLE = 20


def check_sample(batch: Batch) -> None:
    """Check the pages of some inputs before a launch. Raises Problems for errors."""
    try:
        report_findings(check_batch(batch, SAMPLE))
    except Problems as error:
        error.hint = "nothing was created; run simpleturk check for all inputs, or launch anyway with --no-check"
        raise


def report_findings(findings: Sequence[Finding], strict: bool = False, silent: bool = False) -> None:
    """Print warnings on stderr, unless `silent`. Raises Problems for errors; with `strict`, for warnings too."""
    errors = [finding for finding in findings if finding.is_error or strict]
    repetitions = Repetitions()
    for finding in findings:
        if not (finding.is_error or strict) and not silent:
            problem = finding.problem()
            if repetitions.is_shown(problem.what):
                console.warn(f"{problem.where}: {problem.what}", problem.hint)
    for summary in repetitions.summaries():
        console.warn(summary)
    if errors:
        raise Problems([finding.problem() for finding in errors])


def unmet_requirements(batch: Batch, mturk: MTurk, database: Path | None) -> list[Finding]:
    """A warning if no worker known to the local marketplace meets the batch's requirements."""
    requirements = batch.properties.requirements()
    unmet = find_unmet_requirements(mturk, [requirement for _, requirement in requirements], database)
    names = list(dict.fromkeys(requirements[position][0] for position in unmet))
    if not names:
        return []
    removal = " ".join(f"--set {name}=" for name in names)
    what = f"no worker known to the local marketplace meets {' and '.join(names)}: no worker can do these HITs"
    return [Finding("excluded", str(batch.properties_path), what, f"remove the requirement with {removal}")]
