"""Files with floods of mistakes and hostile markup: how the time of `check` grows when a file is ten times as large.

python -m tests.benchmarks.floods [NUMBER]

A ratio near 10 is linear growth; near 100, quadratic. Small times do not count.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from simpleturk.batch.inputs.jsonl import Input, Inputs
from simpleturk.batch.lint.check import check_inputs
from simpleturk.batch.templates.detect import open_template
from simpleturk.errors import Problems, SimpleturkError

PAGE = "<!doctype html><form>[]<input name=a><button>Submit</button></form>"

#: An input for most of the templates.
ONE = '{"x": 1}'


def page(content: str, repeated: str, end: str = "") -> Callable[[int], tuple[str, str]]:
    """Makes a page with content and a number of repetitions, and one input."""
    return lambda number: (PAGE.replace("[]", content + repeated * number + end), ONE)


def numbered(content: str, repeated: str, end: str = "") -> Callable[[int], tuple[str, str]]:
    """The same with the number of the repetition in the place of #."""

    def make(number: int) -> tuple[str, str]:
        return PAGE.replace("[]", content + "".join(repeated.replace("#", str(n)) for n in range(number)) + end), ONE

    return make


def bare(content: str, repeated: str) -> Callable[[int], tuple[str, str]]:
    """Makes a template that does not end after its repetitions."""
    return lambda number: (content + repeated * (number | 1), ONE)


def filled(content: str, repeated: str) -> Callable[[int], tuple[str, str]]:
    """Makes a template and an input with a value of repetitions."""
    return lambda number: (PAGE.replace("[]", content), '{"x": "' + repeated * number + '"}')


def _texts(number: int) -> tuple[str, str]:
    line = '{"x": [' + ",".join(f'"t{n}"' for n in range(number)) + "]}"
    return PAGE.replace("[]", "{{ input }}<img alt='' src=a>"), f"{line}\n{line}"


def _keys(number: int) -> tuple[str, str]:
    keys = ",".join(f'"k {n}": 1' for n in range(number))
    return PAGE.replace("[]", "{{ a }}{{ b }}" * 100 + "${x}"), '{"x": 1,' + keys + "}"


#: Each makes a template and the inputs' lines for a number of repetitions.
FLOODS: dict[str, Callable[[int], tuple[str, str]]] = {
    "unclosed <b>": page("", "<b>"),
    "unclosed <b>, each on a line": page("", "<b>\n"),
    "</b> without a start": page("", "</b>"),
    "crossed tags": lambda number: (PAGE.replace("[]", "<b>" * number + "</form>" + "</b>" * number), ONE),
    "<b/> inside <div>": lambda number: (PAGE.replace("[]", "<div>" * number + "<b/>" * number), ONE),
    "a word": page("", "a"),
    "blanks": page("=", " "),
    "attributes in text": page("", "a = "),
    "attributes with typographic quotes": numbered("<p ", "a#=\u201cb ", ">"),
    "a word before a typographic quote": page("=\u201c ", "a"),
    "equal ids": page("", "<p id=a></p>"),
    "equal ids, each on a line": page("", "<p id=a></p>\n"),
    "fields without a name": page("", "<input>"),
    "fields with ids, and a script": numbered("<script>xyz()</script>", "<input id=i#><script>xyz();</script>"),
    "two options with a value": page("", "<input type=radio name=r value=1>"),
    "pictures without a text": page("", "<img src=https://a.b/c>"),
    "relative addresses": page("", "<img alt='' src=a.png>"),
    "addresses in a style": numbered("<style>", "a{b:url(c#.png)}", "</style>"),
    "forms inside forms": page("", "<form>"),
    "attributes of one tag": numbered("<p ", "a#=b ", ">"),
    "unclosed comments": page("", "<!--"),
    "unclosed <!": page("", "<!a"),
    "unclosed <?": page("", "<?a"),
    "unclosed tags": bare("<form>", "<a "),
    "unclosed end tags": bare("<form>", "</a "),
    "unclosed quotes": bare("<form>", "<a b='"),
    "unclosed quotes before >": page("", "<a b=\"'"),
    "unclosed CDATA": page("", "<![CDATA["),
    "unclosed scripts": page("", "<script>"),
    "</script without an end": bare("<form><script>", "</script "),
    "character references without ;": page("", "&#x"),
    "a data: address": page("<img alt='' src='data:image/png;base64,", "AAAA", "'>"),
    "{{ without an end": page("", "{{"),
    "{% without an end": page("", "{%"),
    "{# without an end": page("", "{#"),
    "{{ }} with {{ in it": page("{{ ", "{{ ", "}}"),
    "{% raw %} without an end": page("", "{% raw %}"),
    "{{ x }} many times": page("", "{{ x }}"),
    "${x} in text, a value of <b>": filled("${x}", "<b>"),
    "${x} in text, a value of <b": filled("${x}", "<b "),
    "${x} in text, a value of quotes": filled("${x}", "<b a='"),
    "${x} in text, a value of &": filled("${x}", "&"),
    "${x} in a script, a value of [": filled("<script>var a = ${x};</script>", "["),
    "${x} many times": page("", "${x} "),
    "${x} many times, each on a line": page("", "${x}\n"),
    "${x} many times in a name": lambda number: (PAGE.replace("[]", "<b" + "${x}" * number + ">"), '{"x": ""}'),
    "${x} many times in an address": page("<a href='", "${x}", "'>y</a>"),
    "unknown placeholders": page("", "${x} ${yz}\n"),
    "unknown placeholders on a line": page("", "${x} ${yz} "),
    "${x}, and </body> many times": bare("<body>${x}", "</body>"),
    "${x}, and unclosed comments": bare("${x}", "<!--"),
    "${x}, and /[ in a script": bare("${x}<script>", "(/["),
    "${x}, and unclosed CDATA": bare("<QuestionForm>${x}", "<![CDATA["),
    "texts in an input": _texts,
    "keys of an input": _keys,
    "lines that are not JSON": lambda number: (PAGE.replace("[]", "{{ x }}"), "nonsense\n" * number),
    "lines without a variable": lambda number: (PAGE.replace("[]", "{{ x }}"), '{"y": 1}\n' * number),
}


def main(number: int, only: str) -> None:
    """Print the table."""
    print(f"{'':<34}{number:>10,}{number * 10:>12,}   ratio")
    for name, make in FLOODS.items():
        if only in name:
            small, large = (check(*make(times)) for times in (number, number * 10))
            ratio = f"{large / small:>7.1f}" if large > 0.05 else ""
            print(f"{name:<34}{small:>8.3f} s{large:>10.3f} s{ratio}", flush=True)


def check(template: str, lines: str) -> float:
    """The seconds that reading the files and checking their pages takes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "t.html").write_text(template)
        (folder / "i.jsonl").write_text(lines + "\n")
        begun = time.process_time()
        with suppress(SimpleturkError):
            inputs = Inputs(folder / "i.jsonl")
            source = open_template(folder / "t.html", inputs)
            items = [item for item in inputs if isinstance(item, Input)]
            for item in items:
                with suppress(Problems, ValueError):
                    source.render(item.value)
            check_inputs(source, inputs, items, items)
        return time.process_time() - begun


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000, sys.argv[2] if len(sys.argv) > 2 else "")
