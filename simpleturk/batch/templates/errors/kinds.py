"""What people call the types of values in templates: "a number", not "int"."""

_KINDS = {
    "a number": "int float complex",
    "a text": "str Markup _String bytes",
    "a list": "list _Array tuple range generator set dict_keys dict_values dict_items list_iterator",
    "an object": "dict _Object Namespace Attributes",
    "true or false": "bool",
    "null": "NoneType None _Null",
    "a missing value": "Missing _Method Undefined",
    "a macro": "Macro",
    "a method": "builtin_function_or_method method function _Format",
    "the loop": "LoopContext",
}
_BY_TYPE = {name: kind for kind, names in _KINDS.items() for name in names.split()}


def kind_named(type_name: str) -> str:
    """What people call a type, by its name in Python: `kind_named("int")` is "a number"."""
    return _BY_TYPE.get(type_name.rpartition(".")[2], "a value")


def kind_of(value: object) -> str:
    """What people call the type of a value."""
    return kind_named(type(value).__name__)
