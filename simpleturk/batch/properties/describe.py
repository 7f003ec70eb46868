"""The properties as a table and as a JSON Schema."""

import json
from dataclasses import dataclass
from typing import Any

from simpleturk.batch.properties.model import Properties


@dataclass(frozen=True)
class Described:
    """A property as it is told: what it may be, what it is without being named ("" for nothing), and its meaning."""

    name: str
    kind: str
    default: str
    unit: str
    meaning: str


def json_schema() -> dict[str, Any]:
    """A JSON Schema of a properties file, by which editors complete and check."""
    schema = Properties.model_json_schema()
    schema |= {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "HIT properties of simpleturk"}
    schema["properties"] = {"$schema": {"type": "string"}} | schema["properties"]
    return schema


def described() -> list[Described]:
    """Every property, the required ones first."""
    schema = Properties.model_json_schema()
    required = schema["required"]
    found = []
    for name, told in schema["properties"].items():
        # One that may be left out is "anyOf" itself and null.
        options = [one for one in told.get("anyOf", [told]) if one.get("type") != "null"]
        inner = {**told, **options[0]} if len(options) == 1 else told
        default = inner.get("default")
        shown = "required" if name in required else "" if default is None else json.dumps(default)
        found.append(Described(name, _kind(inner, name), shown, inner.get("unit", ""), inner.get("description", "")))
    return sorted(found, key=lambda one: one.default != "required")


def _kind(schema: dict[str, Any], name: str) -> str:
    """What a property may be, in a few words."""
    if name == "Country":
        return "text, or a list of texts"
    if "enum" in schema:
        return "text"
    kind = schema.get("type", "object")
    if isinstance(kind, list):
        return "amount"
    if kind == "string":
        most = schema.get("maxLength")
        return f"text, up to {most:,} characters" if most else "text"
    if kind == "array":
        return "list of objects"
    if kind != "integer":
        return str(kind)
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is None:
        return "whole number"
    return f"whole number, {least:,} to {most:,}" if most is not None else f"whole number, at least {least:,}"
