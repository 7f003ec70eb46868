"""Typer's errors of wrong usage, in the form of this program's errors."""

import re
from typing import Any

import typer

from simpleturk.errors import UsageError

#: How Typer says that a value is wrong, and how this program says it.
_REASONS = (
    ("Value error, ", ""),
    ("Input should be greater than or equal to", "must be at least"),
    ("Input should be less than or equal to", "must be at most"),
    ("Input should be a valid integer, unable to parse string as an integer", "is not a whole number"),
    ("Input should be a valid number, unable to parse string as a number", "is not a number"),
)

#: How Typer says what is missing or unknown, and how this program says it.
_FORMS = (
    (r"Missing (?:option|argument) '([^']+)'.*", r"\1 is missing"),
    (r"Option '([^']+)' requires (?:an argument|\d+ arguments)\.?", r"\1 needs a value"),
    (r"Option '([^']+)' does not take a value\.?", r"\1 takes no value"),
    (r"No such option: (\S+).*", r"there is no option \1"),
    (r"No such command '(.*?)'\..*", r"there is no command \1"),
)


def wrong_usage(error: Any) -> UsageError:
    """The error about wrong usage that the user reads. `error` is Typer's."""
    path = error.ctx.command_path if error.ctx else "simpleturk"
    hint = f"see {path} --help"
    suggested = _suggested(error)
    return UsageError(_sentence(error), f"did you mean {suggested}? {hint}" if suggested else hint)


def is_help(error: Exception) -> bool:
    """Whether an error only shows the help of a group that was called without a command."""
    return type(error).__name__ == "NoArgsIsHelpError"


def _sentence(error: Any) -> str:
    text = str(error.format_message()).strip()
    for pattern, form in _FORMS:
        match = re.fullmatch(pattern, text, re.DOTALL)
        if match:
            return match.expand(form)
    name = _name(error)
    if isinstance(error, typer.BadParameter) and name:
        reason = _reason(error)
        # "--hours is not a number", but "--max-cost: 'x' is not an amount in USD".
        return f"{name} {reason}" if reason.startswith(("is ", "must ", "has ")) else f"{name}: {reason}"
    return text[:1].lower() + text[1:].rstrip(".")


def _reason(error: typer.BadParameter) -> str:
    reason = error.message
    for words, plain in _REASONS:
        reason = reason.replace(words, plain)
    return reason.strip().rstrip(".")


def _name(error: Any) -> str:
    """The option or argument of a wrong value, as the user spells it."""
    parameter, hint = getattr(error, "param", None), getattr(error, "param_hint", None)
    if hint:
        return str(hint).strip("'")
    if parameter is None:
        return ""
    return str(parameter.opts[0] if parameter.param_type_name == "option" else parameter.metavar or parameter.name)


def _suggested(error: Any) -> str:
    """The option or command that Typer suggests, "" without one."""
    possibilities = getattr(error, "possibilities", None) or []
    in_words = re.search(r"Did you mean '([^']+)'", str(error.format_message()))
    return str(possibilities[0]) if possibilities else in_words[1] if in_words else ""
