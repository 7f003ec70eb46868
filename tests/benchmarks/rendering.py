"""Questions a second of a template of 10 kB, beside a bare Jinja loop; and where the time goes.

python -m tests.benchmarks.rendering [N]
"""

import cProfile
import json
import pstats
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import jinja2

from simpleturk.batch.batch import BatchFiles, load_batch
from simpleturk.batch.inputs.jsonl import Inputs
from simpleturk.batch.templates.detect import open_template
from simpleturk.batch.templates.jinja import JinjaTemplate
from simpleturk.mturk.questions import question_xml
from tests.conftest import PROPERTIES

ROUNDS = 5
BODY = "".join(f"<p class='rule'>Rule {number}: look closely, then write.</p>\n" for number in range(180))
JINJA = f"""<!doctype html><title>{{{{ input.title }}}}</title>{BODY}<h1>{{{{ input.title }}}}</h1>
<ul>{{% for item in input["items"] %}}<li>{{{{ item }}}}</li>{{% endfor %}}</ul>
<script type="text/json" id="input">{{{{ input }}}}</script><form><input name="a"></form>
"""
SITE = f"""<!doctype html><title>${{title}}</title>{BODY}<h1>${{title}}</h1><p title="${{text}}">${{text}}</p>
<script>var text = "${{text}}";</script><form action="externalSubmit"><input name="a"></form>
"""


def main(number: int) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        inputs = _write(folder, number)
        ways = _ways(folder, inputs)
        best = dict.fromkeys(ways, float("inf"))
        for _ in range(ROUNDS):
            for way, run in ways.items():
                begun = time.perf_counter()
                run()
                best[way] = min(best[way], time.perf_counter() - begun)
        bare = best["bare Jinja loop, as simple-amt had it"]
        size = (folder / "page.html").stat().st_size
        print(f"{number:,} questions of a template of {size:,} bytes, best of {ROUNDS}\n")
        for way, seconds in best.items():
            print(f"{way:<58} {number / seconds:>9,.0f} a second  {seconds / bare:>5.2f} ×")
        print("\nWhere the time of a launch's check goes (of its functions' own time):\n")
        _profile(ways["all that launch does before the first call"])


def _write(folder: Path, number: int) -> Inputs:
    (folder / "page.html").write_text(JINJA)
    (folder / "site.html").write_text(SITE)
    (folder / "p.json").write_text(json.dumps(PROPERTIES))
    text = 'Say "what" you see & where; it\'s <somewhere>. ' * 3
    values = (
        {"title": f"Picture {n}", "text": text, "items": [f"item {i} & more" for i in range(5)]} for n in range(number)
    )
    (folder / "i.jsonl").write_text("".join(json.dumps(value) + "\n" for value in values))
    return Inputs(folder / "i.jsonl")


def _ways(folder: Path, inputs: Inputs) -> dict[str, Callable[[], None]]:
    values = [item.value for item in inputs.values()]
    template = JinjaTemplate(folder / "page.html")
    site = open_template(folder / "site.html", inputs)

    def bare(environment: jinja2.Environment) -> Callable[[], None]:
        def run() -> None:
            compiled = environment.from_string(JINJA)
            for value in values:
                page = compiled.render(input=value)
                f"<HTMLQuestion><HTMLContent><![CDATA[{page}]]></HTMLContent></HTMLQuestion>".encode()

        return run

    def rendered(source: JinjaTemplate) -> Callable[[], None]:
        def run() -> None:
            for value in values:
                question_xml(source.render(value), 0).encode()

        return run

    def checked() -> None:
        load_batch(BatchFiles(inputs, folder / "page.html", folder / "p.json"))

    return {
        "bare Jinja loop, as simple-amt had it": bare(jinja2.Environment()),
        "bare Jinja loop with autoescape": bare(jinja2.Environment(autoescape=True)),
        "simpleturk, Jinja": rendered(template),
        "simpleturk, holes of the requester site": rendered(site),  # type: ignore[arg-type]
        "all that launch does before the first call": checked,
    }


def _profile(run: Callable[[], None]) -> None:
    profile = cProfile.Profile()
    profile.runcall(run)
    stats = pstats.Stats(profile)
    total = sum(row[2] for row in stats.stats.values())  # type: ignore[attr-defined]
    rows = sorted(stats.stats.items(), key=lambda item: -item[1][2])  # type: ignore[attr-defined]
    for (file, line, function), (_, calls, own, _, _) in rows[:14]:
        place = f"{Path(file).name}:{line}" if line else ""
        print(f"{own / total:>5.0%} {calls:>9,} calls  {function} {place}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
