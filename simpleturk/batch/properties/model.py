"""hit_properties/*.json → checked arguments of CreateHITType and CreateHITWithHITType, shorthands included.

Limits and defaults: the API reference's pages on CreateHIT and QualificationRequirement.
"""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from simpleturk.batch.properties.opinion import OpinionEntry, different_names
from simpleturk.batch.properties.requirements import (
    COMPARATOR_SCHEMA,
    COUNTRY_SCHEMA,
    QualificationRequirement,
    StrictModel,
    Text,
    comparator_name,
    country_codes,
    locale_requirement,
    requirement,
)
from simpleturk.batch.properties.review_policies import ReviewPolicy
from simpleturk.mturk.limits import (
    FRAME_HEIGHT_RANGE,
    HIT_TEXT_LENGTHS,
    MAX_ASSIGNMENTS,
    MAX_EDIT_MINUTES,
    MAX_PER_WORKER_LIMIT,
    MAX_REQUIREMENTS,
    MAX_REWARD,
    MONTH,
    WEEK,
    YEAR,
)
from simpleturk.mturk.numbers import parse_decimal
from simpleturk.mturk.opinion import MAX_QUESTIONS, OpinionQuestion
from simpleturk.mturk.permissions import PERMISSIONS, annotation_word
from simpleturk.mturk.qualifications import NUMBER_APPROVED, PERCENT_APPROVED, needs_masters

#: RequesterAnnotation may have 255 characters: the HIT's own mark takes up to 55, the per-worker limits up to 68.
MAX_ANNOTATION = 130

#: The per-worker limits, which only simpleturk's marketplace applies.
PER_WORKER_LIMITS = ("MaxPerWorker", "MaxConcurrent", "EditMinutes")


def _reward(value: Any) -> Any:
    """Return the exact amount of a number or string. 0.30000000000000004 is a mistake, not 0.30."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise ValueError("must be an amount in USD, such as 0.10")
    try:
        amount = parse_decimal(value) if isinstance(value, str) else Decimal(value)
    except ValueError:
        raise ValueError(f"{str(value)[:40]!r} is not an amount in USD, such as 0.10") from None
    if not amount.is_finite() or amount < 0 or amount > MAX_REWARD:
        raise ValueError(f"{value} is not an amount in USD, such as 0.10")
    if amount != round(amount, 2):
        raise ValueError(f"{value} has more than two decimals; the smallest amount is 0.01 USD")
    return round(amount, 2)


_ALLOW_SCHEMA = {
    "anyOf": [{"enum": list(PERMISSIONS)}, {"type": "array", "items": {"enum": list(PERMISSIONS)}}],
    "description": "What the page may ask the browser for, such as `microphone`; simpleturk's marketplace only.",
    "unit": "permissions",
}


def _one_or_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _described(meaning: str, unit: str = "", **limits: Any) -> Any:
    """A field with its meaning and unit, for the table of properties and the JSON Schema."""
    return Field(description=meaning, json_schema_extra={"unit": unit} if unit else None, **limits)


class Properties(StrictModel):
    """The properties of a batch's HITs: MTurk's own names, per-worker limits, and shorthands for requirements."""

    Title: Annotated[Text, _described("The task's name in the list of HITs.", max_length=HIT_TEXT_LENGTHS["Title"])]
    Description: Annotated[
        Text, _described("What workers do, in a sentence or two.", max_length=HIT_TEXT_LENGTHS["Description"])
    ]
    Reward: Annotated[
        Decimal,
        BeforeValidator(_reward),
        _described("The payment for an approved assignment, with up to two decimals.", "USD"),
        WithJsonSchema({"type": ["number", "string"], "minimum": 0, "maximum": MAX_REWARD, "multipleOf": 0.01}),
    ]
    AssignmentDurationInSeconds: Annotated[
        int, _described("The time that a worker has to submit the HIT after accepting it.", "seconds", ge=30, le=YEAR)
    ]
    LifetimeInSeconds: Annotated[
        int, _described("How long workers can find and accept the HIT.", "seconds", ge=30, le=YEAR)
    ] = WEEK
    AutoApprovalDelayInSeconds: Annotated[
        int,
        _described(
            "The time after submission when unreviewed work is approved automatically.", "seconds", ge=0, le=MONTH
        ),
    ] = MONTH
    MaxAssignments: Annotated[
        int,
        _described("The number of workers who do each HIT, each of them once.", "workers", ge=1, le=MAX_ASSIGNMENTS),
    ] = 1
    Keywords: (
        Annotated[
            str,
            _described("Words that workers search for, separated by commas.", max_length=HIT_TEXT_LENGTHS["Keywords"]),
        ]
        | None
    ) = None
    RequesterAnnotation: (
        Annotated[str, _described("Your own note; workers do not see it.", max_length=MAX_ANNOTATION)] | None
    ) = None
    MaxPerWorker: (
        Annotated[
            int,
            _described(
                "The most HITs of the batch that a worker may do; simpleturk's marketplace only.",
                "HITs",
                ge=1,
                le=MAX_PER_WORKER_LIMIT,
            ),
        ]
        | None
    ) = None
    MaxConcurrent: (
        Annotated[
            int,
            _described(
                "The most HITs of the batch that a worker may have in progress; simpleturk's marketplace only.",
                "HITs",
                ge=1,
                le=MAX_PER_WORKER_LIMIT,
            ),
        ]
        | None
    ) = None
    EditMinutes: (
        Annotated[
            int,
            _described(
                "How long after submission a worker may change an unreviewed answer; simpleturk's marketplace only.",
                "minutes",
                ge=1,
                le=MAX_EDIT_MINUTES,
            ),
        ]
        | None
    ) = None
    ExternalURL: (
        Annotated[
            Text, _described("The address of a page on another host, used instead of a template; may contain Jinja.")
        ]
        | None
    ) = None
    FrameHeight: Annotated[
        int,
        _described(
            "The height of the HIT's frame; 0 fits it to the content.",
            "pixels",
            ge=FRAME_HEIGHT_RANGE[0],
            le=FRAME_HEIGHT_RANGE[1],
        ),
    ] = 0
    Allow: Annotated[
        list[Literal[tuple(PERMISSIONS)]],  # type: ignore[valid-type]
        BeforeValidator(_one_or_list),
        WithJsonSchema(_ALLOW_SCHEMA),
    ] = []
    Opinion: Annotated[
        list[OpinionEntry],
        AfterValidator(different_names),
        _described(
            "Optional questions about the task, shown after a submission; simpleturk's marketplace only.",
            max_length=MAX_QUESTIONS,
        ),
    ] = []
    AssignmentReviewPolicy: (
        Annotated[ReviewPolicy, _described("Amazon's policy that scores each assignment by known answers.")] | None
    ) = None
    HITReviewPolicy: (
        Annotated[ReviewPolicy, _described("Amazon's policy that compares the answers to a HIT.")] | None
    ) = None
    QualificationRequirements: Annotated[
        list[QualificationRequirement],
        _described("Who may work, in MTurk's form; at most 10 with the shorthands below."),
    ] = []
    Country: (
        Annotated[
            list[str],
            BeforeValidator(country_codes),
            WithJsonSchema(COUNTRY_SCHEMA),
        ]
        | None
    ) = None
    HitsApproved: (
        Annotated[int, _described("The least number of approved assignments that a worker needs.", "assignments", ge=0)]
        | None
    ) = None
    PercentApproved: (
        Annotated[
            int,
            _described(
                "The least share of a worker's reviewed assignments that must be approved.", "percent", ge=0, le=100
            ),
        ]
        | None
    ) = None
    QualificationId: (
        Annotated[Text, _described("A qualification type that workers need; needs the next two properties.")] | None
    ) = None
    QualificationComparator: (
        Annotated[
            str,
            BeforeValidator(comparator_name),
            WithJsonSchema(COMPARATOR_SCHEMA),
        ]
        | None
    ) = None
    QualificationInteger: Annotated[int, _described("The value to compare with.")] | None = None

    def hit_type_parameters(self) -> dict[str, Any]:
        """The parameters of CreateHITType."""
        parameters: dict[str, Any] = {
            "Title": self.Title,
            "Description": self.Description,
            "Reward": f"{self.Reward:.2f}",
            "AssignmentDurationInSeconds": self.AssignmentDurationInSeconds,
            "AutoApprovalDelayInSeconds": self.AutoApprovalDelayInSeconds,
            "QualificationRequirements": [item for _, item in self.requirements()],
        }
        return parameters | ({"Keywords": self.Keywords} if self.Keywords else {})

    def hit_parameters(self, annotation: str) -> dict[str, Any]:
        """The parameters of CreateHITWithHITType, without question and token.

        The user's annotation comes first. MTurk has no per-worker limits and no permissions: they are part of the
        annotation, where simpleturk's marketplace reads them.
        """
        limits = [f"{name}={limit}" for name in PER_WORKER_LIMITS if (limit := getattr(self, name)) is not None]
        both = " ".join(filter(None, (self.RequesterAnnotation, annotation_word(self.Allow), *limits, annotation)))
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
        """Every requirement with the name of its property, the list QualificationRequirements first."""
        requirements = [
            ("QualificationRequirements", own.model_dump(exclude_none=True)) for own in self.QualificationRequirements
        ]
        if self.Country is not None:
            requirements.append(("Country", locale_requirement(self.Country)))
        for name, type_id in (("HitsApproved", NUMBER_APPROVED), ("PercentApproved", PERCENT_APPROVED)):
            least = getattr(self, name)
            if least is not None:
                requirements.append((name, requirement(type_id, "GreaterThanOrEqualTo", IntegerValues=[least])))
        if self.QualificationId is not None:
            comparator = self.QualificationComparator or ""
            values = {} if self.QualificationInteger is None else {"IntegerValues": [self.QualificationInteger]}
            requirements.append(("QualificationId", requirement(self.QualificationId, comparator, **values)))
        return requirements

    def opinion_questions(self) -> list[OpinionQuestion]:
        """The questions about the task."""
        return [OpinionQuestion(entry.Name, entry.Question, entry.Answer) for entry in self.Opinion]

    def review_questions(self) -> list[tuple[str, str]]:
        """The questions of the review policies, each with the name of its property."""
        policies = (
            ("AssignmentReviewPolicy", self.AssignmentReviewPolicy),
            ("HITReviewPolicy", self.HITReviewPolicy),
        )
        return [(name, question) for name, policy in policies if policy for question in policy.questions()]

    @property
    def needs_masters(self) -> bool:
        """Whether only Masters may work, for whom Amazon charges a higher fee."""
        return needs_masters(item for _, item in self.requirements())

    @model_validator(mode="after")
    def _shorthands_complete(self) -> "Properties":
        needed = {"QualificationId": self.QualificationId, "QualificationComparator": self.QualificationComparator}
        if self.QualificationComparator not in ("Exists", "DoesNotExist"):
            needed["QualificationInteger"] = self.QualificationInteger  # type: ignore[assignment]
        present = [name for name, value in needed.items() if value is not None]
        missing = [name for name, value in needed.items() if value is None]
        if present and missing:
            raise ValueError(f"{present[0]} also needs {' and '.join(missing)}")
        own = " ".join(filter(None, (self.RequesterAnnotation, annotation_word(self.Allow))))
        if len(own) > MAX_ANNOTATION:
            raise ValueError(
                f"RequesterAnnotation and Allow have {len(own)} characters together: at most {MAX_ANNOTATION}"
            )
        number = len(self.requirements())
        if number > MAX_REQUIREMENTS:
            raise ValueError(f"has {number} qualification requirements: at most {MAX_REQUIREMENTS}")
        return self
