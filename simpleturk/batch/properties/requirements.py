"""Qualification requirements in a properties file: MTurk's own form, and the shorthands for a country and a comparator.

Source of the rules: the API reference's page on QualificationRequirement.
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from simpleturk.mturk.countries import place_mistake
from simpleturk.mturk.limits import MAX_INTEGER_VALUES, MAX_LOCALE_VALUES
from simpleturk.mturk.qualifications import (
    EXISTENCE_COMPARATORS,
    LOCALE,
    other_values_member,
    value_count_range,
    values_member,
)

_PLACE_SCHEMA: dict[str, Any] = {"type": "string", "pattern": "^[A-Za-z]{2}(-[A-Za-z]{2})?$"}

COUNTRY_SCHEMA = {
    "anyOf": [_PLACE_SCHEMA, {"type": "array", "items": _PLACE_SCHEMA, "maxItems": MAX_LOCALE_VALUES}],
    "description": 'The countries of workers: "US", "US-CA", or a list.',
    "unit": "country codes",
}

#: Comparators by their signs.
COMPARATORS = {
    "<": "LessThan",
    "<=": "LessThanOrEqualTo",
    "=": "EqualTo",
    "==": "EqualTo",
    "!=": "NotEqualTo",
    ">": "GreaterThan",
    ">=": "GreaterThanOrEqualTo",
}

COMPARATOR_SCHEMA = {
    "enum": [*COMPARATORS, *dict.fromkeys(COMPARATORS.values()), *EXISTENCE_COMPARATORS],
    "description": 'How a worker\'s value is compared: ">=", "Exists", …',
}

Comparator = Literal[
    "LessThan",
    "LessThanOrEqualTo",
    "GreaterThan",
    "GreaterThanOrEqualTo",
    "EqualTo",
    "NotEqualTo",
    "Exists",
    "DoesNotExist",
    "In",
    "NotIn",
]


def country_codes(value: Any) -> Any:
    """Return the codes of the property Country as a list: "US", "us-ca" and ["US", "CA"] are possible values."""
    codes = [value] if isinstance(value, str) else value
    if not isinstance(codes, list) or not codes:
        raise ValueError('must be a country code such as "US", a subdivision such as "US-CA", or a list of codes')
    wrong = [code for code in codes if not _is_country_code(code)]
    if wrong:
        raise ValueError(f'{wrong[0]!r} is not a country code such as "US" or "US-CA"')
    mistakes = [mistake for code in codes if (mistake := place_mistake(*code.upper().split("-")))]
    if mistakes:
        raise ValueError("; ".join(dict.fromkeys(mistakes)))
    if len(codes) > MAX_LOCALE_VALUES:
        raise ValueError(f"has {len(codes)} codes: at most {MAX_LOCALE_VALUES}")
    return [code.upper() for code in codes]


def _is_country_code(code: Any) -> bool:
    parts = code.split("-") if isinstance(code, str) else []
    return 1 <= len(parts) <= 2 and all(len(part) == 2 and part.isascii() and part.isalpha() for part in parts)


def comparator_name(value: Any) -> Any:
    """Return MTurk's name of a comparator: "LessThan" for "<"."""
    name = COMPARATORS.get(value, value) if isinstance(value, str) else value
    if name not in COMPARATORS.values() and name not in EXISTENCE_COMPARATORS:
        raise ValueError(f"{value!r} is not one of {', '.join(COMPARATORS)}, Exists and DoesNotExist")
    return name


def requirement(qualification_type_id: str, comparator: str, **values: Any) -> dict[str, Any]:
    """A requirement as the API takes it."""
    return {"QualificationTypeId": qualification_type_id, "Comparator": comparator, **values}


def locale_requirement(codes: list[str]) -> dict[str, Any]:
    """The requirement that a worker's country, or a subdivision of it, is one of these codes."""
    places = [dict(zip(("Country", "Subdivision"), code.split("-"), strict=False)) for code in codes]
    return requirement(LOCALE, "In", LocaleValues=places)


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("is empty")
    return value


Text = Annotated[str, AfterValidator(_not_blank)]


class StrictModel(BaseModel):
    """A model without conversions and without further properties."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Locale(StrictModel):
    """A place in MTurk's form."""

    Country: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    Subdivision: Annotated[str, Field(pattern="^[A-Z]{2}$")] | None = None

    @model_validator(mode="after")
    def _exists(self) -> "Locale":
        mistake = place_mistake(self.Country, self.Subdivision or "")
        if mistake:
            raise ValueError(mistake)
        return self


class QualificationRequirement(StrictModel):
    """A requirement in MTurk's form."""

    QualificationTypeId: Text
    Comparator: Comparator
    IntegerValues: Annotated[list[int], Field(max_length=MAX_INTEGER_VALUES)] | None = None
    LocaleValues: Annotated[list[Locale], Field(max_length=MAX_LOCALE_VALUES)] | None = None
    RequiredToPreview: bool | None = None
    ActionsGuarded: Literal["Accept", "PreviewAndAccept", "DiscoverPreviewAndAccept"] | None = None

    @model_validator(mode="after")
    def _values_fit(self) -> "QualificationRequirement":
        member, other = values_member(self.QualificationTypeId), other_values_member(self.QualificationTypeId)
        if getattr(self, other):
            raise ValueError(f"{other} does not fit this qualification type: use {member}")
        least, most = value_count_range(self.QualificationTypeId, self.Comparator)
        if not least <= len(getattr(self, member) or []) <= most:
            number = "at least one value" if most > 1 else "exactly one value"
            raise ValueError(f"{self.Comparator} takes {f'{number} in {member}' if most else 'no values'}")
        return self
