"""The Jinja environment of all templates.

Templates read the values of their input, and nothing else: attributes and methods of values are those of a list
(`attributes`), and what a page costs is bounded (`metering`, `operations`, `filters`).
"""

import re
import string
from collections.abc import Iterator, Mapping
from types import BuiltinMethodType, MethodType
from typing import Any

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.exceptions import SecurityError, TemplateSyntaxError
from jinja2.lexer import Token, TokenStream
from jinja2.runtime import BlockReference, Context, LoopContext, Macro, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment, SandboxedEscapeFormatter, SandboxedFormatter
from jinja2.utils import Namespace
from markupsafe import Markup

from simpleturk.batch.templates.cost import LOCAL, concatenated, is_bounded, too_wide
from simpleturk.batch.templates.errors.kinds import kind_of
from simpleturk.batch.templates.sandbox.attributes import CHANGING, QUICK, call_method, is_allowed
from simpleturk.batch.templates.sandbox.filters import FILTERS, TESTS, spend_arguments, spend_hashes, with_result_cost
from simpleturk.batch.templates.sandbox.metering import metered
from simpleturk.batch.templates.sandbox.operations import MOST_WIDTH, loop, ranged

#: Python reads the digits of every script.
_WIDTH = re.compile(r"\d+")

#: The most words and signs that the code of a template and of its includes may have, and the steps that compiling each
#: takes. Python takes 2 kB and 30 µs for each.
MOST_TOKENS = 200_000
_TOKEN = 100


class _Compiler(CodeGenerator):
    """Jinja's compiler. It also writes the line of an assignment to something other than a namespace."""

    def visit_Assign(self, node: nodes.Assign, frame: Frame) -> None:
        self.newline(node)
        super().visit_Assign(node, frame)


class Attributes(Namespace):
    """A `namespace()`, which prints no content: it may contain itself."""

    def __init__(*args: Any, **kwargs: Any) -> None:  # noqa: N805
        self, *pairs = args
        Namespace.__init__(self, _dict(*pairs), **kwargs)

    def __repr__(self) -> str:
        return "<namespace>"


def _dict(*pairs: Any, **items: Any) -> dict[Any, Any]:
    """The function `dict` of templates."""
    if len(pairs) == 1 and not isinstance(pairs[0], dict):
        known = [tuple(pair) for pair in pairs[0]]
        spend_hashes(key for key, _ in known)
        return dict(known, **items)
    return dict(*pairs, **items)


class Sandbox(ImmutableSandboxedEnvironment):
    """A Jinja environment for templates of strangers. Render inside `cost.bounded()`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.filters = dict(FILTERS)
        self.tests = dict(TESTS)
        self.globals = {"range": ranged, "dict": _dict, "namespace": Attributes}

    code_generator_class = _Compiler

    #: How the parts of a page become one text.
    concat = staticmethod(concatenated)

    def _tokenize(self, *args: Any, **options: Any) -> TokenStream:
        stream = super()._tokenize(*args, **options)
        return TokenStream(self._counted(stream), stream.name, stream.filename)

    def _counted(self, stream: TokenStream) -> Iterator[Token]:
        """The tokens of a template. Raises TemplateSyntaxError for too many: to compile them takes time and memory."""
        number = 0
        for token in stream:
            number += 1
            if number > MOST_TOKENS:
                what = f"the template has more than {MOST_TOKENS:,} words and signs of code: move data into the inputs"
                raise TemplateSyntaxError(what, token.lineno, stream.name, stream.filename)
            yield token
        if is_bounded():
            LOCAL.cost.spend(number * _TOKEN)

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        return super()._generate(metered(source, self), name, filename, defer_init)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """An attribute of a value, or its item of that name."""
        if (type(obj), attribute) in QUICK:
            return getattr(obj, attribute)
        if isinstance(obj, Undefined):
            return getattr(obj, attribute) if not attribute.startswith("_") else self.unsafe_undefined(obj, attribute)
        try:
            value = getattr(obj, attribute)
        except AttributeError:
            return self._item(obj, attribute)
        return self._allowed_attribute(obj, attribute, value)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """An item of a value, or its attribute of that name."""
        if isinstance(argument, tuple):
            LOCAL.cost.spend(LOCAL.cost.weigh(argument))
        try:
            return obj[argument]
        except (TypeError, LookupError):
            if isinstance(argument, str):
                try:
                    value = getattr(obj, argument)
                except AttributeError:
                    return self.undefined(obj=obj, name=argument)
                return self._allowed_attribute(obj, argument, value)
        return self.undefined(obj=obj, name=argument)

    def _item(self, obj: Any, name: str) -> Any:
        try:
            return obj[name]
        except (TypeError, LookupError):
            return self.undefined(obj=obj, name=name)

    def _allowed_attribute(self, obj: Any, attribute: str, value: Any) -> Any:
        if not is_allowed(obj, attribute):
            return self.unsafe_undefined(obj, attribute)
        return _Format(self, value) if attribute in ("format", "format_map") and isinstance(obj, str) else value

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Whether templates may read an attribute."""
        return is_allowed(obj, attr)

    def unsafe_undefined(self, obj: Any, attribute: str) -> Undefined:
        """What a template gets for an attribute that it may not read."""
        what = f"templates cannot read the attribute {attribute!r}"
        if attribute in CHANGING:
            what = f"templates cannot change values: {attribute!r} is not allowed; use {{% set %}} with + instead"
        return self.undefined(what, obj=obj, name=attribute, exc=SecurityError)

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805
        """Call a macro, a function of the templates, or a method of a value."""
        kind = type(__obj)
        if kind is Macro:
            return __context.call(__obj, *args, **kwargs)
        kwargs.pop("_loop_vars", None)
        kwargs.pop("_block_vars", None)
        if kind is BuiltinMethodType or (kind is MethodType and isinstance(__obj.__self__, Markup | type)):
            return call_method(__obj, args, kwargs)
        if not __self.is_callable(__obj):
            raise SecurityError(f"templates cannot call {kind_of(__obj)}: only macros, functions and methods")
        if kind is LoopContext and args:
            args = (loop(__context, args[0], 1), *args[1:])
        else:
            spend_arguments(args, kwargs)
        return with_result_cost(__context.call(__obj, *args, **kwargs))

    def is_callable(self, value: Any) -> bool:
        """Whether templates may call a value that is not a macro or a method of data."""
        if isinstance(value, Undefined | _Format | BlockReference | LoopContext):
            return True
        is_method = isinstance(value, MethodType) and isinstance(value.__self__, LoopContext)
        return is_method or any(value is known for known in self.globals.values())


class _Format:
    """The method `format` or `format_map` of a text."""

    def __init__(self, environment: Sandbox, method: Any) -> None:
        self._text: str = method.__self__
        self._is_map = method.__name__ == "format_map"
        is_markup = isinstance(self._text, Markup)
        self._formatter: string.Formatter = (
            _EscapeFormatter(environment, escape=Markup.escape) if is_markup else _Formatter(environment)
        )

    def __call__(self, *arguments: Any, **options: Any) -> str:
        values: Mapping[str, Any] = options
        if self._is_map:
            [values] = arguments
            arguments = ()
        cost = LOCAL.cost
        cost.spend_text(len(self._text) * 16)
        result = type(self._text)(self._formatter.vformat(self._text, arguments, values))
        cost.spend_text(len(result))
        return result


class _Bounded:
    """Spends the cost of each field of a format before the field is made."""

    def format_field(self, value: Any, format_spec: str) -> Any:
        if any(len(width) > 5 or int(width) > MOST_WIDTH for width in _WIDTH.findall(format_spec)):
            raise too_wide()
        spend_arguments((value,), {})
        return super().format_field(value, format_spec)  # type: ignore[misc]

    def convert_field(self, value: Any, conversion: Any) -> Any:
        spend_arguments((value,), {})
        return super().convert_field(value, conversion)  # type: ignore[misc]


class _Formatter(_Bounded, SandboxedFormatter):
    pass


class _EscapeFormatter(_Bounded, SandboxedEscapeFormatter):
    pass
