"""Exceptions of the expressions of a template → sentences and hints.

An expression fails because of the values of an input: its line in the template is right for other inputs. So sentences
speak of values, "a number and a text", not of Python's types.
"""

import re
from collections.abc import Callable

from jinja2 import TemplateError, UndefinedError

from simpleturk.batch.templates.errors.kinds import kind_named
from simpleturk.batch.templates.errors.syntax import syntax_error

_NUMBER = "turn a text into a number: {{ value | float }}"
_TEXTS = 'join texts and numbers with ~, as in {{ name ~ ": " ~ number }}; turn a text into a number with | float'
_DEFAULT = "give a null another value: {{ value | default(0, true) }}"
_LIST = "use a value of the input that is a list"
_PAIRS = "loop over the pairs of an object with {% for key, value in object.items() %}"
_ARGUMENTS = "see the arguments of each filter at https://jinja.palletsprojects.com/templates/#builtin-filters"
_FORMAT = 'write as many values as places, as in {{ "%s of %s" | format(a, b) }}'


def _unsupported(match: re.Match[str]) -> tuple[str, str]:
    """An operator between two values that do not fit."""
    sign, left, right = match["sign"], kind_named(match["left"]), kind_named(match["right"])
    sign = sign.removesuffix(" or pow()").removesuffix(" or divmod()")
    if "null" in (left, right):
        hint = _DEFAULT
    else:
        hint = _TEXTS if sign == "+" else _NUMBER
    return f"{sign} cannot be used with {left} and {right}", hint


def _concatenated(match: re.Match[str]) -> tuple[str, str]:
    left, right = kind_named(match["left"]), kind_named(match["right"])
    hint = _DEFAULT if right == "null" else "join two lists with +" if left == "a list" else _TEXTS
    return f"+ cannot be used with {left} and {right}", hint


def _compared(match: re.Match[str]) -> tuple[str, str]:
    left, right = kind_named(match["left"]), kind_named(match["right"])
    hint = _DEFAULT if "null" in (left, right) else _NUMBER
    return f"{left} and {right} cannot be compared or sorted", hint


def _used(match: re.Match[str]) -> tuple[str, str]:
    return f"{kind_named(match[1])} is used where a list is needed", _LIST


def _called(match: re.Match[str]) -> tuple[str, str]:
    """A filter, a test or a function with other arguments than it has."""
    name = re.sub(r"\A(?:_?before_|do_(?:mark_)?|test_|sync_do_|_)", "", match["name"].rpartition(".")[2])
    missing = re.findall(r"'(\w+)'", match["rest"])
    if match["rest"].startswith(("missing", "at least")):
        return f"{name} needs {'another argument' if not missing else ' and '.join(missing)}", _ARGUMENTS
    if match["rest"].startswith("got an unexpected"):
        return f"{name} has no argument {missing[0] if missing else ''}".strip(), _ARGUMENTS
    if match["rest"].startswith("got multiple"):
        return f"{name} gets the argument {missing[0] if missing else ''} twice", _ARGUMENTS
    return f"{name} gets too many arguments", _ARGUMENTS


def _says(what: str, hint: str = "") -> Callable[[re.Match[str]], tuple[str, str]]:
    """The sentence `what`, with the groups of the match in the places of {0}, {1}."""
    return lambda match: (what.format(*(group or "" for group in match.groups())), hint)


def _of_kind(what: str, hint: str = "") -> Callable[[re.Match[str]], tuple[str, str]]:
    """The sentence `what` about the type that the match names."""
    return lambda match: (what.format(kind_named(match[1])), hint)


#: Messages of Python's exceptions, and how this program says them. The most special come first.
_MESSAGES: tuple[tuple[str, Callable[[re.Match[str]], tuple[str, str]]], ...] = (
    (r"unsupported operand type\(s\) for (?P<sign>.+?): '(?P<left>.+?)' and '(?P<right>.+?)'.*", _unsupported),
    (r"can only concatenate (?P<left>\w+) \(not \"(?P<right>.+?)\"\) to \w+", _concatenated),
    (r"can't multiply sequence by non-int of type '(.+)'", _of_kind("* needs a number, not {0}", _NUMBER)),
    (r"'.+?' not supported between instances of '(?P<left>.+?)' and '(?P<right>.+?)'", _compared),
    (r"bad operand type for .+?: '(.+)'", _of_kind("a sign such as - needs a number, not {0}", _NUMBER)),
    (r"argument of type '(.+?)' is not .*", _of_kind("in needs a list, a text or an object, not {0}", _LIST)),
    (r"'in <string>' requires string as left operand, not (.+)", _of_kind("a text does not contain {0}", _TEXTS)),
    (r"cannot unpack non-iterable (\S+) object", _of_kind("{0} is used where a pair is needed", _PAIRS)),
    (r"(?:not enough|too many) values to unpack.*", _says("a list has another number of items than names", _PAIRS)),
    (r"'(.+?)' object is not iterable", _used),
    (r"object of type '(.+?)' has no len\(\)", _of_kind("{0} has no length", _LIST)),
    (r"'(.+?)' object is not subscriptable", _of_kind("{0} has no items", _LIST)),
    (r"'(.+?)' object has no attribute 'items'", _of_kind("{0} is used where an object is needed")),
    (r"'(.+?)' object has no attribute '(\w+)'", _of_kind("{0} does not fit this filter")),
    (r"type (\S+) doesn't define __round__ method", _of_kind("round needs a number, not {0}", _NUMBER)),
    (r"unhashable type: '(.+)'", _of_kind("{0} cannot be the key of an object", "use a text as the key")),
    (r"slice indices must be .*", _says("the positions in […:…] have to be whole numbers", "write value | int")),
    (
        r"'(.+?)' object cannot be interpreted as an integer",
        _of_kind("a whole number is needed, not {0}", "write value | int"),
    ),
    (
        r"(?:invalid literal for int\(\) with base \d+|could not convert string to float): (.+)",
        _says("{0} is not a number", "use a value that is a number"),
    ),
    (
        r"int\(\) argument must be .*, not '(.+)'",
        _of_kind("a whole number is needed, not {0}", "use a value that is a number"),
    ),
    (r"(%\S+) format: .*, not (\S+)", _says("{0} in a format needs a number", _NUMBER)),
    (r"not enough arguments for format string", _says("a format has more places than values", _FORMAT)),
    (r"not all arguments converted during string formatting", _says("a format has fewer places than values", _FORMAT)),
    (r"format requires a mapping", _says("a format with names needs values with names", _FORMAT)),
    (r"unsupported format character '(.+?)'.*", _says("% has no format {0}", "write %% for a percent sign")),
    (r"incomplete format.*", _says("a format ends after %", "write %% for a percent sign")),
    (r"Single '(.)' encountered in format string", _says("a format has a single {0}", "write {{ or }} for a brace")),
    (r"range\(\) arg 3 must not be zero", _says("the step of range cannot be 0")),
    (r"(?P<name>\w+) expected (?P<rest>at least .*|\d+ argument.*)", _called),
    (r"(?P<name>[\w.<>]+)\(\) (?P<rest>takes .*|missing .*|got .*)", _called),
    (r"substring not found|(.+) is not in list", _says("index does not find the value", "test with in first")),
    (r"expected length >= (\d+), got \S+", _says("truncate needs a length of at least {0}")),
    (r"invalid width (\S+) .*", _says("a width has to be more than 0, not {0}")),
)


#: Names that templates of other programs use, and names that have a value only in some places.
_NAMES = {
    "task": "templates for crowd elements on Amazon write task.input.name: write input.name",
    "loop": "loop is known only between {% for … %} and {% endfor %}",
    "super": "super() is known only in a block",
    "caller": "caller() is known only in a macro that {% call %} calls",
    "now": "put the time into the inputs",
    "url_for": "write the address itself",
    "this": "write the name of a value of the input",
}


def evaluation_error(error: Exception) -> tuple[str, str]:
    """An exception of an expression in plain words, and a hint, "" without one.

    `1 + "a"` gives ("+ cannot be used with a number and a text", "join texts and numbers with ~, …").
    """
    if isinstance(error, UndefinedError) and (match := re.fullmatch(r"the input has no '(.+?)'", str(error))):
        name = match[1]
        default = f'add it to the inputs, or write {{{{ {name} | default("") }}}}' if name.isidentifier() else ""
        return str(error), _NAMES.get(name, default)
    if isinstance(error, ZeroDivisionError):
        return "a number is divided by 0", "test the divisor first: {{ a / b if b else 0 }}"
    if isinstance(error, OverflowError):
        return "a number is too large", "use smaller numbers"
    if isinstance(error, UnicodeError):
        return "a text has characters that the encoding does not have", "use utf-8"
    if isinstance(error, KeyError | IndexError):
        return "a format has a place for a value that it does not get", _FORMAT
    message = str(error)
    for pattern, sentence in _MESSAGES:
        if match := re.fullmatch(pattern, message, re.DOTALL):
            return sentence(match)
    what, hint = syntax_error(message)
    if what != message or isinstance(error, TemplateError):
        return what, hint
    return f"an expression fails: {message or 'without a message'} ({type(error).__name__})", ""
