"""hit_properties/*.json → checked arguments of CreateHITType and CreateHITWithHITType, shorthands included.

Limits and defaults: the API reference's pages on CreateHIT and QualificationRequirement.
"""

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from simpleturk.mturk.limits import (
    FRAME_HEIGHT_RANGE,
    HIT_TEXT_LENGTHS,
    MAX_ASSIGNMENTS,
    MAX_INTEGER_VALUES,
    MAX_LOCALE_VALUES,
    MAX_PER_WORKER_LIMIT,
    MAX_REQUIREMENTS,
    MAX_REWARD,
    MONTH,
    WEEK,
    YEAR,
)
from simpleturk.mturk.qualifications import (
    LOCALE,
    MASTERS,
    NUMBER_APPROVED,
    PERCENT_APPROVED,
    other_values_member,
    value_count_range,
    values_member,
)

#: RequesterAnnotation may have 255 characters, of which the batch's own mark takes up to 55, and its caps up to 50.
MAX_ANNOTATION = 150

_PLACE_SCHEMA: dict[str, Any] = {"type": "string", "pattern": "^[A-Za-z]{2}(-[A-Za-z]{2})?$"}

_COUNTRY_SCHEMA = {
    "anyOf": [_PLACE_SCHEMA, {"type": "array", "items": _PLACE_SCHEMA, "maxItems": MAX_LOCALE_VALUES}],
    "description": 'Where workers have to be: "US", "US-CA", or a list.',
    "unit": "country codes",
}

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


_COMPARATOR_SCHEMA = {
    "enum": [*COMPARATORS, *dict.fromkeys(COMPARATORS.values()), "Exists", "DoesNotExist"],
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


def _reward(value: Any) -> Any:
    """A number or a string, exact: 0.30000000000000004 is a mistake, not thirty cents."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise ValueError("has to be an amount in USD, such as 0.10")
    try:
        amount = Decimal(value)
    except (InvalidOperation, ValueError):
        raise ValueError(f"{str(value)[:40]!r} is not an amount in USD, such as 0.10") from None
    if not amount.is_finite() or amount < 0 or amount > MAX_REWARD:
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
    if len(codes) > MAX_LOCALE_VALUES:
        raise ValueError(f"names {len(codes)} places; at most {MAX_LOCALE_VALUES} are possible")
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


def _told(meaning: str, unit: str = "", **limits: Any) -> Any:
    """A field with its meaning and unit, for whoever asks what there is."""
    return Field(description=meaning, json_schema_extra={"unit": unit} if unit else None, **limits)


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
    IntegerValues: Annotated[list[int], Field(max_length=MAX_INTEGER_VALUES)] | None = None
    LocaleValues: Annotated[list[Locale], Field(max_length=MAX_LOCALE_VALUES)] | None = None
    RequiredToPreview: bool | None = None
    ActionsGuarded: Literal["Accept", "PreviewAndAccept", "DiscoverPreviewAndAccept"] | None = None

    @model_validator(mode="after")
    def _values_fit(self) -> "QualificationRequirement":
        name = values_member(self.QualificationTypeId)
        if getattr(self, other_values_member(self.QualificationTypeId)):
            raise ValueError(f"takes {name} and no others")
        least, most = value_count_range(self.QualificationTypeId, self.Comparator)
        if not least <= len(getattr(self, name) or []) <= most:
            number = "at least one of" if most > 1 else "exactly one of"
            raise ValueError(f"{self.Comparator} takes {f'{number} {name}' if most else 'no values'}")
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

    Title: Annotated[
        Text, _told("What the task is; workers read it in the list of HITs.", max_length=HIT_TEXT_LENGTHS["Title"])
    ]
    Description: Annotated[
        Text, _told("What is to be done, in a sentence or two.", max_length=HIT_TEXT_LENGTHS["Description"])
    ]
    Reward: Annotated[
        Decimal,
        BeforeValidator(_reward),
        _told("What a worker gets for an approved assignment; with up to two decimals.", "USD"),
        WithJsonSchema({"type": ["number", "string"], "minimum": 0, "maximum": MAX_REWARD, "multipleOf": 0.01}),
    ]
    AssignmentDurationInSeconds: Annotated[
        int, _told("How long a worker who has accepted the HIT may take to submit it.", "seconds", ge=30, le=YEAR)
    ]
    LifetimeInSeconds: Annotated[
        int, _told("How long the HIT can be found and accepted.", "seconds", ge=30, le=YEAR)
    ] = WEEK
    AutoApprovalDelayInSeconds: Annotated[
        int,
        _told("How long after it was submitted unreviewed work approves itself.", "seconds", ge=0, le=MONTH),
    ] = MONTH
    MaxAssignments: Annotated[
        int, _told("How many workers do each HIT, each once.", "workers", ge=1, le=MAX_ASSIGNMENTS)
    ] = 1
    Keywords: (
        Annotated[str, _told("Words by which workers search, with commas.", max_length=HIT_TEXT_LENGTHS["Keywords"])]
        | None
    ) = None
    RequesterAnnotation: (
        Annotated[str, _told("A note of your own; workers do not see it.", max_length=MAX_ANNOTATION)] | None
    ) = None
    MaxPerWorker: (
        Annotated[
            int,
            _told("How many HITs of the batch one worker may do; our own only.", "HITs", ge=1, le=MAX_PER_WORKER_LIMIT),
        ]
        | None
    ) = None
    MaxConcurrent: (
        Annotated[
            int,
            _told(
                "How many HITs of the batch one worker may hold at once; our own only.",
                "HITs",
                ge=1,
                le=MAX_PER_WORKER_LIMIT,
            ),
        ]
        | None
    ) = None
    ExternalURL: (
        Annotated[Text, _told("The address of a page on another host, with Jinja; instead of a template.")] | None
    ) = None
    FrameHeight: Annotated[
        int,
        _told(
            "How high the HIT is shown; 0 fits it to its content.",
            "pixels",
            ge=FRAME_HEIGHT_RANGE[0],
            le=FRAME_HEIGHT_RANGE[1],
        ),
    ] = 0
    AssignmentReviewPolicy: (
        Annotated[ReviewPolicy, _told("Amazon's policy that scores each assignment by known answers.")] | None
    ) = None
    HITReviewPolicy: Annotated[ReviewPolicy, _told("Amazon's policy that compares a HIT's answers.")] | None = None
    QualificationRequirements: Annotated[
        list[QualificationRequirement], _told("Who may work, as MTurk writes it; up to 10 with those below.")
    ] = []
    Country: (
        Annotated[
            list[str],
            BeforeValidator(_country),
            WithJsonSchema(_COUNTRY_SCHEMA),
        ]
        | None
    ) = None
    HitsApproved: (
        Annotated[int, _told("How many approved assignments a worker needs at least.", "assignments", ge=0)] | None
    ) = None
    PercentApproved: (
        Annotated[
            int, _told("Of a worker's reviewed work how much has to be approved at least.", "percent", ge=0, le=100)
        ]
        | None
    ) = None
    QualificationId: Annotated[Text, _told("A qualification that workers need; with the next two.")] | None = None
    QualificationComparator: (
        Annotated[
            str,
            BeforeValidator(_comparator),
            WithJsonSchema(_COMPARATOR_SCHEMA),
        ]
        | None
    ) = None
    QualificationInteger: Annotated[int, _told("With what it is compared.")] | None = None

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


def _requirement(kind: str, comparator: str, **values: Any) -> dict[str, Any]:
    return {"QualificationTypeId": kind, "Comparator": comparator, **values}
