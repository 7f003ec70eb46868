"""The properties as a table and as a JSON Schema."""

from simpleturk.batch.properties.describe import describe_properties, json_schema
from simpleturk.batch.properties.model import Properties


def test_every_property_is_described_and_the_required_ones_come_first() -> None:
    descriptions = describe_properties()
    assert {description.name for description in descriptions} == set(Properties.model_fields)
    required = [description.default == "required" for description in descriptions]
    assert required == sorted(required, reverse=True) and sum(required) == 4
    assert all(description.meaning.endswith((".", "…")) and description.type for description in descriptions)


def test_a_description_has_limits_unit_and_default() -> None:
    [lifetime] = [item for item in describe_properties() if item.name == "LifetimeInSeconds"]
    assert (lifetime.type, lifetime.default, lifetime.unit) == (
        "whole number, 30 to 31,536,000",
        "604800",
        "seconds",
    )


def test_the_schema_knows_every_property_and_allows_no_others() -> None:
    schema = json_schema()
    assert set(schema["properties"]) == {"$schema", *Properties.model_fields}
    assert schema["additionalProperties"] is False
    assert {"Title", "Reward"} <= set(schema["required"])
