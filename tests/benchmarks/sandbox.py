"""What the sandbox of templates costs: pages a second of a template of 30 kB with loops, macros and filters.

python -m tests.benchmarks.sandbox [ROUNDS]

All rows render the same template in turn, in one process; the ratio is that of the time to the first row's.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from simpleturk.batch.templates.jinja import JinjaTemplate
from simpleturk.batch.templates.values import json_text, variables_of

PAGES = 40
RULES = "".join(f"<p class='rule'>Rule {number}: look closely, then write what you see.</p>\n" for number in range(420))
TEMPLATE = f"""<!doctype html><title>{{{{ input.title|title }}}}</title>{RULES}
{{% macro field(name, label, hint="", required=true) -%}}
<label for="field-{{{{ name }}}}">{{{{ label }}}}{{% if not required %}} (optional){{% endif %}}</label>
{{% if hint %}}<p class="hint">{{{{ hint }}}}</p>{{% endif %}}<input id="field-{{{{ name }}}}" name="{{{{ name }}}}">
{{%- endmacro %}}
<form>
{{% for item in input.pictures %}}<section class="{{{{ 'odd' if loop.index % 2 else 'even' }}}}">
<h2>{{{{ loop.index }}}} of {{{{ loop.length }}}}: {{{{ item.name|capitalize }}}}</h2>
<img src="{{{{ item.url }}}}" alt="{{{{ item.name|truncate(40) }}}}" width="{{{{ item.width // 2 }}}}">
{{% if item.tags and "hidden" not in item.tags %}}<p>{{{{ item.tags|sort|join(", ") }}}}</p>{{% endif %}}
<ul>{{% for tag in item.tags %}}<li>{{{{ tag|upper|replace("_", " ") }}}}{{% if not loop.last %}}, {{% endif %}}</li>
{{% endfor %}}</ul>
{{% for key, value in item.meta.items() %}}<b>{{{{ key }}}}</b> {{{{ value }}}} {{% endfor %}}
{{{{ field("caption_" ~ loop.index, "Caption of " ~ item.name, hint="A sentence", required=loop.first) }}}}
{{{{ item.text.split(".")[0] }}}} {{{{ "%.1f"|format(item.score * 100) }}}} {{{{ loop.index0 + 1 }}}}
</section>{{% endfor %}}
<table>{{% for row in input.table %}}<tr>{{% for cell in row %}}<td>{{{{ cell }}}}</td>{{% endfor %}}</tr>
{{% endfor %}}</table>
{{% set chosen = input.pictures|selectattr("score", "gt", 0.5)|map(attribute="name")|list %}}
<p>{{{{ chosen|length }}}}</p>
<script type="application/json">{{{{ input|tojson }}}}</script></form>
"""
INPUT: dict[str, Any] = {
    "title": "what is in the picture",
    "pictures": [
        {
            "name": f"picture number {number} <of a cat>",
            "url": f"https://example.com/{number}.jpg?a=1&b=2",
            "width": 640 + number,
            "tags": ["cat", "red_sofa", "window & door", f"tag{number}"],
            "meta": {"camera": "X100", "year": 2020 + number % 5, "place": "Kyoto"},
            "text": "A cat sits on a sofa. It looks at the door. " * 3,
            "score": number % 10 / 10,
        }
        for number in range(40)
    ],
    "table": [[f"cell {row} {column}" for column in range(8)] for row in range(30)],
}


def main(rounds: int) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "t.html"
        path.write_text(TEMPLATE)
        ways: dict[str, Callable[[], str]] = {
            "Jinja without a sandbox": bare(Environment),
            "Jinja's ImmutableSandboxedEnvironment": bare(ImmutableSandboxedEnvironment),
            "simpleturk: sandbox and bounded cost": partial(JinjaTemplate(path).render, INPUT),
        }
        best = dict.fromkeys(ways, float("inf"))
        for _ in range(rounds):
            for way, render in ways.items():
                begun = time.process_time()
                for _page in range(PAGES):
                    render()
                best[way] = min(best[way], time.process_time() - begun)
        pages = {way: len(render()) for way, render in ways.items()}
        first = next(iter(best.values()))
        print(f"a template of {len(TEMPLATE):,} bytes, best of {rounds} × {PAGES} pages\n")
        for way, seconds in best.items():
            print(f"{way:<42} {PAGES / seconds:>7,.0f} pages/s {pages[way]:>9,} bytes  {seconds / first:>5.2f} ×")


def bare(kind: type[Environment]) -> Callable[[], str]:
    """Render in an environment of Jinja that prints lists and objects as simpleturk does."""

    def printed(value: Any) -> Any:
        if isinstance(value, dict | list | bool):
            return Markup(json_text(value))
        return "" if value is None else value

    environment = kind(autoescape=True, undefined=StrictUndefined, finalize=printed)
    template = environment.from_string(TEMPLATE)
    return lambda: template.render(variables_of(INPUT))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 12)
