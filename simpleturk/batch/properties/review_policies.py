"""Review policies in a properties file: MTurk's own form, with numbers, true and false as JSON writes them.

Source: the API reference's page on review policies.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema, model_validator

from simpleturk.batch.properties.requirements import StrictModel, Text


def _text(value: Any) -> Any:
    """The text of a number, or of true or false; other values as they are."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | Decimal) else value


PolicyValue = Annotated[str, BeforeValidator(_text), WithJsonSchema({"type": ["string", "number", "boolean"]})]

#: Amazon's spelling of true and false.
_FLAGS = {"true": "T", "t": "T", "false": "F", "f": "F"}


class PolicyMapEntry(StrictModel):
    """An entry of a review policy's map, in MTurk's form."""

    Key: str | None = None
    Values: list[PolicyValue] | None = None


class PolicyParameter(StrictModel):
    """A parameter of a review policy, in MTurk's form."""

    Key: str | None = None
    Values: list[PolicyValue] | None = None
    MapEntries: list[PolicyMapEntry] | None = None

    @model_validator(mode="before")
    @classmethod
    def _as_amazon_spells_flags(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("Key") == "DisregardAssignmentIfRejected":
            values = data.get("Values")
            if isinstance(values, list):
                texts = [_text(value) for value in values]
                spelled = [_FLAGS.get(text.strip().lower(), text) if isinstance(text, str) else text for text in texts]
                return {**data, "Values": spelled}
        return data


class ReviewPolicy(StrictModel):
    """A review policy, in MTurk's form."""

    PolicyName: Text
    Parameters: list[PolicyParameter] | None = None

    def questions(self) -> Iterator[str]:
        """The questions that the policy names: fields of the page, or paths into its JSON."""
        for parameter in self.Parameters or ():
            if parameter.Key == "AnswerKey":
                yield from (entry.Key for entry in parameter.MapEntries or () if entry.Key)
            if parameter.Key in ("QuestionIds", "QuestionIDs"):
                yield from parameter.Values or ()
