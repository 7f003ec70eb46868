"""Messages of Jinja about the text of a template → sentences and hints.

Templates of other programs are frequent: JavaScript's operators, Liquid's tags and filters, Handlebars' blocks.
"""

import re

from jinja2.filters import FILTERS
from jinja2.tests import TESTS

from simpleturk.errors import suggestion

#: Jinja's names of the parts of a template, and how templates write them.
_PARTS = {
    "end of print statement": "}}",
    "begin of print statement": "{{",
    "end of statement block": "%}",
    "begin of statement block": "{%",
    "end of template": "the end of the template",
    "name": "a name",
    "string": "a text in quotes",
    "integer": "a number",
    "float": "a number",
}

#: Jinja's messages, and how this program says them. The most special come first.
_SENTENCES = (
    (
        r"Encountered unknown tag '(.+?)'\..*innermost block that needs to be closed is '(.+?)'\.?",
        r"{% \1 %} is inside of {% \2 %}, which is not closed",
    ),
    (r"Encountered unknown tag '(end.+?)'\.?", r"{% \1 %} closes a block that is not open"),
    (r"Encountered unknown tag '(else|elif)'\.?", r"{% \1 %} stands outside of {% if %}"),
    (r"Encountered unknown tag '(.+?)'\..*", r"there is no tag {% \1 %}"),
    (r"Unexpected end of template\..*needs to be closed is '(.+?)'\.?", r"{% \1 %} is not closed"),
    (r"No filter named '(.+?)'\.?", r"there is no filter \1"),
    (r"No test named '(.+?)'\.?", r"there is no test \1"),
    (r"unexpected char (.+) at \d+", r"the character \1 is not allowed here"),
    (r"Missing end of (comment|raw) (?:tag|directive)", r"a \1 block is not closed"),
    (r"can't assign to '.*'", "only a name can be set"),
    (r"block '(.+?)' defined twice", r"the block \1 is defined twice"),
    (r"expected name or number", "a name is expected after the dot"),
    (r"tag name expected", "the name of a tag is expected after {%"),
    (r"invalid syntax for function call expression", "an argument without a name stands after one with a name"),
    (r"keyword argument repeated: (\w+).*", r"the argument \1 is given twice"),
    (r"cannot assign attribute on non-namespace object", "an attribute can be set only on a namespace"),
    (r"there is no parent block called '(.+?)'\.?", r"super() is used, but no other template has the block \1"),
    (r"No (?:first|last|random|aggregated) item, sequence was empty\.?", "a list is empty, and one item of it is used"),
    (r"parameter '(.+?)' was not provided", r"a macro is called without its argument \1"),
    (r"macro '(.+?)' takes not more than \d+ argument\(s\)", r"the macro \1 gets too many arguments"),
    (r"macro '(.+?)' takes no keyword argument '(.+?)'", r"the macro \1 has no argument \2, or gets it twice"),
    (r"map requires a filter argument", "map needs the name of a filter, or attribute="),
    (r"too many statically nested blocks", "loops are nested too deeply: Python allows 20"),
    (r"truncated .+ escape", "an escape sequence in a text in quotes, such as \\x41, is cut off"),
    (r'You can only sort by either "key" or "value"', 'dictsort sorts by="key" or by="value"'),
)

#: The two messages that name parts by Jinja's words.
_EXPECTED = re.compile(
    r"(?:expected token|unexpected end of template, expected) '(?P<part>.+?)'(?:, got '(?P<found>.+?)')?\.?"
)
_UNEXPECTED = re.compile(r"(?:unexpected|Expected an expression, got) '(?P<found>.+?)'(?:, expected '(?P<part>.+)')?")

#: Tags, filters and signs of other languages → how Jinja writes the same.
_TAGS = {
    "assign": "{% set name = value %}",
    "capture": "{% set name %}…{% endset %}",
    "case": "{% if … %}, {% elif … %} and {% else %}",
    "comment": "{# … #}",
    "do": "{% set name = value %}",
    "each": "{% for item in items %}",
    "elseif": "{% elif … %}",
    "elsif": "{% elif … %}",
    "foreach": "{% for item in items %}",
    "trans": "the text itself",
    "unless": "{% if not … %}",
    "var": "{% set name = value %}",
    "when": "{% elif … %}",
}
_FILTERS = {
    "append": "write value ~ text",
    "ceil": "write value | round(0, 'ceil') | int",
    "date": "format dates before they go into the inputs",
    "divided_by": "write value / number",
    "downcase": "write value | lower",
    "floor": "write value | round(0, 'floor') | int",
    "fromjson": "values of the input are read already: use their keys",
    "grant_read_access": "leave it out: addresses are shown as they are in the input",
    "html": "leave it out: values are escaped already",
    "json": "write value | tojson",
    "minus": "write value - number",
    "newline_to_br": "show the value in an element with white-space: pre-line",
    "nl2br": "show the value in an element with white-space: pre-line",
    "plus": "write value + number",
    "prepend": "write text ~ value",
    "size": "write value | length",
    "skip_autoescape": "write value | safe if the value is HTML that you trust",
    "split": "write value.split(', ')",
    "strip": "write value | trim",
    "strip_html": "write value | striptags",
    "times": "write value * number",
    "to_json": "write value | tojson",
    "upcase": "write value | upper",
    "where": "write value | selectattr('key', 'eq', value)",
}
_SIGNS = {
    "!": "write not instead of !",
    "#": "write {% if … %} or {% for … %} instead of {{#…}}",
    "$": "write {{ name }} for a value of the input, without $",
    "&": "write and instead of &&",
    "?": "write {{ a if condition else b }} instead of ? and :",
    "@": "write the name of a value of the input",
    "“": 'use straight quotes: "',
    "”": 'use straight quotes: "',
    "‘": "use straight quotes: '",
    "’": "use straight quotes: '",
    '"': 'close the text in quotes, with the same sign: "',
    "'": "close the text in quotes, with the same sign: '",
    "`": 'use straight quotes: "',
}
_FOUND = {
    ":": 'write arguments of filters in parentheses: value | default("none")',
    "=": "compare with ==, set a variable with {% set name = value %}",
    "|": "write or instead of ||",
    "!": "write not instead of !",
    "/": "write {% endif %} or {% endfor %} instead of {{/…}}",
    ">": "write {% include … %} instead of {{> …}}",
    "}": "close an expression with }}, an object with }, and each with its own sign",
    "of": "write {% for item in items %}",
}


def syntax_error(message: str) -> tuple[str, str]:
    """A message of Jinja in plain words, and a hint, "" without one.

    `syntax_error("No filter named 'upcase'.")` is ("there is no filter upcase", "write value | upper").
    """
    for pattern, sentence in _SENTENCES:
        if match := re.fullmatch(pattern, message, re.DOTALL):
            return match.expand(sentence.replace("\\x", "\\\\x")), _hint(sentence, match)
    if match := _UNEXPECTED.fullmatch(message):
        found = _part(match["found"])
        expected = f": {_part(match['part'])} is expected before it" if match["part"] else ""
        if message.startswith("Expected"):
            return f"an expression is expected before {found}", _FOUND.get(found, "")
        return f"{found} is not expected here{expected}", _FOUND.get(found, "")
    if match := _EXPECTED.fullmatch(message):
        found = _part(match["found"] or "end of template")
        return f"{_part(match['part'])} is expected here, not {found}", _FOUND.get(found, "")
    return message, ""


def _part(name: str) -> str:
    return _PARTS.get(name, name)


def _hint(sentence: str, match: re.Match[str]) -> str:
    """The next step after a message, by what it names."""
    name = match[1] if match.re.groups else ""
    if "tag" in sentence or "inside of" in sentence:
        similar = f"write {_TAGS[name]}" if name in _TAGS else ""
        return similar or (f"write {{% end{match[2]} %}} before it" if match.re.groups > 1 else "")
    if "is not closed" in sentence:
        return {"comment": "write #} at its end", "raw": "write {% endraw %} at its end"}.get(
            name, f"write {{% end{name} %}} at its end"
        )
    if "no filter" in sentence:
        return _FILTERS.get(name.lower()) or suggestion(name, FILTERS) or "leave it out, or use a filter of Jinja"
    if "no test" in sentence:
        return suggestion(name, TESTS) or "use a test of Jinja, such as defined or none"
    if "character" in sentence:
        return _SIGNS.get(name.strip("'\"") or name[1:-1], "")
    if "namespace" in sentence:
        return "write {% set name = namespace() %} before it"
    return "test the list first: {% if items %}" if "is empty" in sentence else ""
