"""The properties as a table and as a JSON Schema."""

import json
from dataclasses import dataclass
from typing import Any

from simpleturk.batch.properties.model import Properties


@dataclass(frozen=True)
class PropertyDescription:
    """A property: its name, its type in a few words, its default ("" for none, or "required"), unit and meaning."""

    name: str
    type: str
    default: str
    unit: str
    meaning: str


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a properties file, which editors use to complete and check."""
    schema = Properties.model_json_schema()
    schema |= {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "HIT properties of simpleturk"}
    schema["properties"] = {"$schema": {"type": "string"}} | schema["properties"]
    return schema


def describe_properties() -> list[PropertyDescription]:
    """Every property, the required ones first."""
    schema = Properties.model_json_schema()
    required = schema["required"]
    descriptions = []
    for name, field in schema["properties"].items():
        # The schema of an optional property is "anyOf" with null.
        options = [option for option in field.get("anyOf", [field]) if option.get("type") != "null"]
        inner = {**field, **options[0]} if len(options) == 1 else field
        default = inner.get("default")
        shown = "required" if name in required else "" if default is None else json.dumps(default)
        type_ = _type(inner, name)
        descriptions.append(
            PropertyDescription(name, type_, shown, inner.get("unit", ""), inner.get("description", ""))
        )
    return sorted(descriptions, key=lambda description: description.default != "required")


def _type(schema: dict[str, Any], name: str) -> str:
    """The type of a property's values in a few words."""
    if name in ("Country", "Allow"):
        return "text, or a list of texts"
    if "enum" in schema:
        return "text"
    json_type = schema.get("type", "object")
    if isinstance(json_type, list):
        return "amount"
    if json_type == "string":
        most = schema.get("maxLength")
        return f"text, up to {most:,} characters" if most else "text"
    if json_type == "array":
        return "list of objects"
    if json_type != "integer":
        return str(json_type)
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is None:
        return "whole number"
    return f"whole number, {least:,} to {most:,}" if most is not None else f"whole number, at least {least:,}"
