"""hit_properties/*.json → checked arguments of CreateHITType and CreateHITWithHITType, shorthands included.

Limits and defaults: the API reference's pages on CreateHIT and QualificationRequirement.
"""

import json
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from simpleturk.batch.spellings import todays
from simpleturk.errors import Problem, Problems, SimpleturkError, suggestion

YEAR = 365 * 24 * 3600
MONTH = 30 * 24 * 3600
WEEK = 7 * 24 * 3600

NUMBER_APPROVED = "00000000000000000040"
PERCENT_APPROVED = "000000000000000000L0"
LOCALE = "00000000000000000071"
MASTERS = frozenset({"2F1QJWKUDD8XADTFD2Q0G6UTO95ALH", "2ARFPLSP75KLA8M8DH1HTEQVJT3SY6"})

MAX_REQUIREMENTS = 10

#: RequesterAnnotation may have 255 characters, of which the batch's own mark takes up to 55, and its caps up to 50.
MAX_ANNOTATION = 150

#: What only our own marketplace keeps to.
CAPS = ("MaxPerWorker", "MaxConcurrent")

COMPARATORS = {
    "<": "LessThan",
    "<=": "LessThanOrEqualTo",
    "=": "EqualTo",
    "==": "EqualTo",
    "!=": "NotEqualTo",
    ">": "GreaterThan",
    ">=": "GreaterThanOrEqualTo",
}

_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")

#: What is not a property here, and why.
REFUSED = {
    "UniqueRequestToken": "simpleturk makes one for each HIT, so that none is created twice; remove it",
    "Question": "the template makes the question; remove it",
    "HITLayoutId": "a layout lives on Amazon's requester site; use its HTML as the template",
    "HITLayoutParameters": "a layout lives on Amazon's requester site; use its HTML as the template",
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


def _reward(value: Any) -> Any:
    """A number or a string, exact: 0.30000000000000004 is a mistake, not thirty cents."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise ValueError("has to be an amount in USD, such as 0.10")
    try:
        amount = Decimal(value)
    except (InvalidOperation, ValueError):
        raise ValueError(f"{str(value)[:40]!r} is not an amount in USD, such as 0.10") from None
    if not amount.is_finite() or amount < 0 or amount > 1_000_000:
        raise ValueError(f"{value} is not an amount in USD, such as 0.10")
    if amount != round(amount, 2):
        raise ValueError(f"{value} has more than two decimals; the smallest amount is 0.01 USD")
    return round(amount, 2)


def _country(value: Any) -> Any:
    """A code, or a list of codes: "US", "US-CA", ["US", "CA"]."""
    codes = [value] if isinstance(value, str) else value
    if not isinstance(codes, list) or not codes:
        raise ValueError('has to be a country such as "US", a part of one such as "US-CA", or a list of them')
    wrong = [code for code in codes if not _is_place(code)]
    if wrong:
        raise ValueError(f'{wrong[0]!r} is not a country code such as "US" or "US-CA"')
    if len(codes) > 30:
        raise ValueError(f"names {len(codes)} places; at most 30 are possible")
    return [code.upper() for code in codes]


def _is_place(code: Any) -> bool:
    parts = code.split("-") if isinstance(code, str) else []
    return 1 <= len(parts) <= 2 and all(len(part) == 2 and part.isascii() and part.isalpha() for part in parts)


def _comparator(value: Any) -> Any:
    name = COMPARATORS.get(value, value) if isinstance(value, str) else value
    if name not in COMPARATORS.values() and name not in ("Exists", "DoesNotExist"):
        raise ValueError(f"{value!r} is not one of {', '.join(COMPARATORS)}, or MTurk's name of one")
    return name


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("is empty")
    return value


Text = Annotated[str, AfterValidator(_not_blank)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Locale(_Strict):
    """A place, as MTurk writes it."""

    Country: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    Subdivision: Annotated[str, Field(pattern="^[A-Z]{2}$")] | None = None


class QualificationRequirement(_Strict):
    """A requirement, as MTurk writes it."""

    QualificationTypeId: Text
    Comparator: Comparator
    IntegerValues: Annotated[list[int], Field(max_length=15)] | None = None
    LocaleValues: Annotated[list[Locale], Field(max_length=30)] | None = None
    RequiredToPreview: bool | None = None
    ActionsGuarded: Literal["Accept", "PreviewAndAccept", "DiscoverPreviewAndAccept"] | None = None

    @model_validator(mode="after")
    def _values_fit(self) -> "QualificationRequirement":
        wanted = self.LocaleValues if self.QualificationTypeId == LOCALE else self.IntegerValues
        other = self.IntegerValues if self.QualificationTypeId == LOCALE else self.LocaleValues
        name = "LocaleValues" if self.QualificationTypeId == LOCALE else "IntegerValues"
        number = len(wanted or [])
        if other:
            raise ValueError(f"takes {name} and no others")
        if self.Comparator in ("Exists", "DoesNotExist"):
            if number:
                raise ValueError(f"{self.Comparator} takes no values")
        elif not number or (number > 1 and self.Comparator not in ("In", "NotIn")):
            several = "at least one of" if self.Comparator in ("In", "NotIn") else "exactly one of"
            raise ValueError(f"{self.Comparator} takes {several} {name}")
        return self


class PolicyMapEntry(_Strict):
    """An entry of a review policy's map, as MTurk writes it."""

    Key: str | None = None
    Values: list[str] | None = None


class PolicyParameter(_Strict):
    """A parameter of a review policy, as MTurk writes it."""

    Key: str | None = None
    Values: list[str] | None = None
    MapEntries: list[PolicyMapEntry] | None = None


class ReviewPolicy(_Strict):
    """A review policy, as MTurk writes it."""

    PolicyName: Text
    Parameters: list[PolicyParameter] | None = None


class Properties(_Strict):
    """The properties of a batch's HITs: MTurk's own names, and shorthands for common requirements."""

    Title: Annotated[Text, Field(max_length=128)]
    Description: Annotated[Text, Field(max_length=2000)]
    Reward: Annotated[Decimal, BeforeValidator(_reward)]
    AssignmentDurationInSeconds: Annotated[int, Field(ge=30, le=YEAR)]
    LifetimeInSeconds: Annotated[int, Field(ge=30, le=YEAR)] = WEEK
    AutoApprovalDelayInSeconds: Annotated[int, Field(ge=0, le=MONTH)] = MONTH
    MaxAssignments: Annotated[int, Field(ge=1, le=1_000_000_000)] = 1
    Keywords: Annotated[str, Field(max_length=1000)] | None = None
    RequesterAnnotation: Annotated[str, Field(max_length=MAX_ANNOTATION)] | None = None
    MaxPerWorker: Annotated[int, Field(ge=1, le=999_999_999)] | None = None
    MaxConcurrent: Annotated[int, Field(ge=1, le=999_999_999)] | None = None
    ExternalURL: Text | None = None
    FrameHeight: Annotated[int, Field(ge=0, le=100_000)] = 0
    AssignmentReviewPolicy: ReviewPolicy | None = None
    HITReviewPolicy: ReviewPolicy | None = None
    QualificationRequirements: list[QualificationRequirement] = []
    Country: Annotated[list[str], BeforeValidator(_country)] | None = None
    HitsApproved: Annotated[int, Field(ge=0)] | None = None
    PercentApproved: Annotated[int, Field(ge=0, le=100)] | None = None
    QualificationId: Text | None = None
    QualificationComparator: Annotated[str, BeforeValidator(_comparator)] | None = None
    QualificationInteger: int | None = None

    def hit_type_parameters(self) -> dict[str, Any]:
        """The parameters of CreateHITType."""
        parameters: dict[str, Any] = {
            "Title": self.Title,
            "Description": self.Description,
            "Reward": f"{self.Reward:.2f}",
            "AssignmentDurationInSeconds": self.AssignmentDurationInSeconds,
            "AutoApprovalDelayInSeconds": self.AutoApprovalDelayInSeconds,
            "QualificationRequirements": [requirement for _, requirement in self.requirements()],
        }
        return parameters | ({"Keywords": self.Keywords} if self.Keywords else {})

    def hit_parameters(self, annotation: str) -> dict[str, Any]:
        """The parameters of CreateHITWithHITType, but question and token. The user's own annotation stands first.

        MTurk knows no caps: they travel in the annotation, where our own marketplace reads them.
        """
        caps = [f"{name}={cap}" for name in CAPS if (cap := getattr(self, name)) is not None]
        both = " ".join(filter(None, (self.RequesterAnnotation, *caps, annotation)))
        parameters: dict[str, Any] = {
            "LifetimeInSeconds": self.LifetimeInSeconds,
            "MaxAssignments": self.MaxAssignments,
            "RequesterAnnotation": both,
        }
        for name in ("AssignmentReviewPolicy", "HITReviewPolicy"):
            policy = getattr(self, name)
            if policy is not None:
                parameters[name] = policy.model_dump(exclude_none=True)
        return parameters

    def requirements(self) -> list[tuple[str, dict[str, Any]]]:
        """Every requirement with the property that asks for it, the user's own list first."""
        found = [
            ("QualificationRequirements", requirement.model_dump(exclude_none=True))
            for requirement in self.QualificationRequirements
        ]
        if self.Country is not None:
            places = [dict(zip(("Country", "Subdivision"), code.split("-"), strict=False)) for code in self.Country]
            found.append(("Country", _requirement(LOCALE, "In", LocaleValues=places)))
        for name, kind in (("HitsApproved", NUMBER_APPROVED), ("PercentApproved", PERCENT_APPROVED)):
            least = getattr(self, name)
            if least is not None:
                found.append((name, _requirement(kind, "GreaterThanOrEqualTo", IntegerValues=[least])))
        if self.QualificationId is not None:
            comparator = self.QualificationComparator or ""
            values = {} if self.QualificationInteger is None else {"IntegerValues": [self.QualificationInteger]}
            found.append(("QualificationId", _requirement(self.QualificationId, comparator, **values)))
        return found

    @property
    def needs_masters(self) -> bool:
        """Whether only Masters may work: Amazon charges more for them."""
        return any(
            requirement["QualificationTypeId"] in MASTERS and requirement["Comparator"] == "Exists"
            for _, requirement in self.requirements()
        )

    @model_validator(mode="after")
    def _shorthands_complete(self) -> "Properties":
        needed = {"QualificationId": self.QualificationId, "QualificationComparator": self.QualificationComparator}
        if self.QualificationComparator not in ("Exists", "DoesNotExist"):
            needed["QualificationInteger"] = self.QualificationInteger  # type: ignore[assignment]
        given = [name for name, value in needed.items() if value is not None]
        missing = [name for name, value in needed.items() if value is None]
        if given and missing:
            raise ValueError(f"{given[0]} also needs {' and '.join(missing)}")
        number = len(self.requirements())
        if number > MAX_REQUIREMENTS:
            raise ValueError(f"{number} qualification requirements; MTurk allows {MAX_REQUIREMENTS}")
        return self


def load_properties(path: Path, overrides: dict[str, str] | None = None) -> Properties:
    """Read and check a properties file; `overrides` are KEY → VALUE as typed, "" removes the property.

    Raises Problems with everything that is wrong in it.
    """
    document, twice = todays(_read(path))
    changes, twice_set = todays(dict(overrides or {}))
    for name, text in changes.items():
        if text:
            document[name] = _typed(name, text)
        else:
            document.pop(name, None)
    problems = [Problem(str(path), sentence) for sentence in (*twice, *twice_set)]
    problems += [Problem(str(path), f"{name}: {reason}") for name, reason in REFUSED.items() if name in document]
    problems += [Problem(str(path), sentence) for sentence in _unreadable(document)]
    known = {name: value for name, value in document.items() if name not in REFUSED}
    try:
        properties = Properties.model_validate(known)
    except ValidationError as error:
        problems += [_problem(path, details) for details in error.errors()]
    if problems:
        raise Problems(problems)
    return properties


def _unreadable(document: dict[str, Any]) -> Iterator[str]:
    """What no marketplace can show, wherever in the document it stands: control characters, halves of characters."""
    for name, value in document.items():
        waiting = [value]
        while waiting:
            item = waiting.pop()
            if isinstance(item, dict):
                waiting += [*item.keys(), *item.values()]
            elif isinstance(item, list):
                waiting += item
            elif isinstance(item, str) and (wrong := _UNREADABLE.search(item)):
                yield f"{name}: holds the character U+{ord(wrong[0]):04X}, which cannot be shown"
                break


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise SimpleturkError(f"{path}: no such file", "name the properties with --properties") from error
    except IsADirectoryError as error:
        raise SimpleturkError(f"{path}: is a folder, not a file", "name the properties with --properties") from error
    except UnicodeDecodeError as error:
        raise Problems([Problem(str(path), "is not UTF-8 text", "save it as UTF-8")]) from error
    try:
        document = json.loads(text, parse_float=_exact)
    except json.JSONDecodeError as error:
        where = f"{path}, line {error.lineno}"
        raise Problems([Problem(where, f"not JSON: {error.msg} (column {error.colno})")]) from error
    except (ValueError, RecursionError) as error:
        raise Problems([Problem(str(path), f"not JSON: {error}")]) from error
    if not isinstance(document, dict):
        raise Problems([Problem(str(path), "is not a JSON object", 'write {"Title": "…", …}')])
    return document


def _typed(name: str, text: str) -> Any:
    """What KEY=VALUE means: text for properties that are text, JSON where it can be read so."""
    if name in ("Title", "Description", "Keywords", "RequesterAnnotation", "QualificationId"):
        return text
    try:
        return json.loads(text, parse_float=_exact)
    except (ValueError, RecursionError):
        return text


def _exact(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text[:40]} is too large a number") from None


def _problem(path: Path, details: Any) -> Problem:
    """One of Pydantic's findings in our words."""
    place = ".".join(str(part + 1) if isinstance(part, int) else part for part in details["loc"])
    kind, context = details["type"], details.get("ctx", {})
    if kind == "missing":
        return Problem(str(path), f"{place} is missing")
    if kind == "extra_forbidden":
        hint = suggestion(place, Properties.model_fields) if "." not in place else None
        return Problem(str(path), f"{place} is not a property", hint)
    sentences = {
        "greater_than_equal": "{value} is too small: at least {ge}",
        "less_than_equal": "{value} is too large: at most {le}",
        "string_too_long": "has {length} characters: at most {max_length}",
        "too_long": "has {length} {units}: at most {max_length}",
        "int_type": "{value} is not a whole number",
        "string_type": "{value} is not text",
        "list_type": "{value} is not a list",
        "model_type": "{value} is not an object",
        "literal_error": "{value} is not one of {expected}",
        "string_pattern_mismatch": "{value} is not two capital letters",
    }
    value = details["input"]
    shown = json.dumps(value, default=str, ensure_ascii=False)[:80]
    length = len(value) if isinstance(value, str | list) else 0
    units = "characters" if isinstance(value, str) else "values"
    if kind == "value_error":
        sentence = str(context["error"])
    elif kind in sentences:
        sentence = sentences[kind].format(value=shown, length=length, units=units, **context)
    else:
        sentence = details["msg"]
    return Problem(str(path), f"{place}: {sentence}" if place else sentence)


def _requirement(kind: str, comparator: str, **values: Any) -> dict[str, Any]:
    return {"QualificationTypeId": kind, "Comparator": comparator, **values}
