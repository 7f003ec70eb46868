"""The parts of a form, as they are written in JSON or YAML, and what each may say."""

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

#: A text that may have values of the input in it: "Species near {{ input.place }}".
Text = Annotated[str, StringConstraints(max_length=100_000)]

#: The name of a field: the key in the answer. A dot puts the value inside of another one.
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*$", max_length=100)]

#: "found=yes", "found!=yes", or "found": whether a field has this answer, another one, or any.
Condition = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]*(!?=.*)?$", max_length=300)]


class Part(BaseModel):
    """A part of a form. `show_if` shows it only while another field has an answer."""

    model_config = ConfigDict(extra="forbid", strict=True)

    show_if: Condition | None = None


class Option(BaseModel):
    """An option: the value in the answer, and the text that the worker sees."""

    model_config = ConfigDict(extra="forbid", strict=True)

    value: str | int | float
    text: Text | None = None
    hint: Text | None = None


Options = Annotated[list[str | int | float | Option], Field(min_length=1, max_length=1_000)] | Text


class Question(Part):
    """A field with an answer. `required_if` makes it required only while another field has an answer."""

    name: Name
    label: Text
    hint: Text | None = None
    required: bool | None = None
    required_if: Condition | None = None


class TextField(Question):
    """A line of text, or a box if `rows` is more than 1. `pattern` is a regular expression of JavaScript."""

    type: Literal["text"]
    rows: int = Field(default=1, ge=1, le=100)
    min_words: int = Field(default=0, ge=0, le=100_000)
    max_length: int = Field(default=2_000, ge=1, le=1_000_000)
    format: Literal["text", "url", "email"] = "text"
    placeholder: Text | None = None
    pattern: Annotated[str, StringConstraints(max_length=1_000)] | None = None
    pattern_hint: Text | None = None
    counter: bool = False


class NumberField(Question):
    """A number."""

    type: Literal["number"]
    min: float | None = None
    max: float | None = None
    step: float | Literal["any"] = 1


class ChoiceField(Question):
    """One of several options."""

    type: Literal["choice"]
    options: Options
    row: bool = False


class ChoicesField(Question):
    """Any of several options: the answer is a list. `least` and `most` limit how many."""

    type: Literal["choices"]
    options: Options
    row: bool = False
    least: int = Field(default=0, ge=0)
    most: int = Field(default=0, ge=0)


class SelectField(Question):
    """One of many options, as a list that opens."""

    type: Literal["select"]
    options: Options


class ScaleField(Question):
    """A number from `least` to `most`; `low` and `high` are the words at the two ends."""

    type: Literal["scale"]
    least: int = Field(default=1, ge=-100, le=100)
    most: int = Field(default=5, ge=-100, le=100)
    low: Text | None = None
    high: Text | None = None

    @model_validator(mode="after")
    def _has_steps(self) -> "ScaleField":
        if self.most <= self.least:
            raise ValueError(f"most is {self.most}, and least is {self.least}: most must be larger")
        return self


class CheckboxField(Part):
    """A box to tick: the answer is true or false."""

    type: Literal["checkbox"]
    name: Name
    label: Text
    required: bool = False


class FileField(Question):
    """A file that the worker uploads, or several. `accept` is what the browser offers, such as image/*."""

    type: Literal["file"]
    accept: Annotated[str, StringConstraints(max_length=500)] | None = None
    multiple: bool = False


class BoxesField(Question):
    """Boxes around objects in a picture. `nothing` is the text of a box to tick if there is no object."""

    type: Literal["boxes"]
    address: Text
    alt: Text
    labels: Options
    nothing: Text | None = None


class SpansField(Question):
    """Words of a text, each with a label."""

    type: Literal["spans"]
    text: Text
    labels: Options
    nothing: Text | None = None
    least: int = Field(default=1, ge=0)
    most: int = Field(default=0, ge=0)


class CompareField(Question):
    """Two to six answers, of which the worker says which is better: by several criteria, in degrees, with a reason."""

    type: Literal["compare"]
    answers: dict[str, Text] | Text
    criteria: Options | None = None
    grades: list[Text] | None = None
    tie: bool = True
    both_good: bool = False
    both_bad: bool = True
    reason: Text | None = None
    reason_min_words: int = Field(default=0, ge=0, le=100_000)
    title: Text | None = None
    markdown: bool = True


class Rubric(Part):
    """Criteria with the same points for each: the answer has the value of a point under the value of each criterion."""

    type: Literal["rubric"]
    name: Name
    criteria: Options
    points: Options
    required: bool = True


class Image(Part):
    """A picture. `alt` describes it without giving away the answer."""

    type: Literal["image"]
    address: Text
    alt: Text = ""


class Audio(Part):
    """A recording."""

    type: Literal["audio"]
    address: Text
    label: Text = "Recording"


class Markdown(Part):
    """A text in Markdown."""

    type: Literal["markdown"]
    text: Text


class Material(Part):
    """A text of the input, shown as it is, in a frame."""

    type: Literal["material"]
    text: Text


class Section(Part):
    """Parts under a title."""

    type: Literal["section"]
    title: Text | None = None
    text: Text | None = None
    parts: "Parts"


class Pages(Part):
    """The same parts for each item of a list of the input, one item at a time: {{ item.text }} is a value of the item.

    The answer has a list under `name`.
    """

    type: Literal["pages"]
    items: Text
    name: Name = "items"
    parts: "Parts"


class Conversation(Part):
    """Messages of a chat, as OpenAI's API has them, with the same parts under each turn that the worker answers for.

    The answer has an object under `name`, with an object for each such turn under the turn's id. `roles` and `turns`
    choose the turns; `later: false` leaves out what follows the last of them. `spans` are labels for marks in texts.
    """

    type: Literal["conversation"]
    messages: Text
    name: Name
    roles: list[str] | None = None
    turns: list[str | int] | Text | None = None
    text_only: bool = False
    later: bool = True
    markdown: bool = True
    titles: dict[str, Text] | None = None
    spans: Options | None = None
    spans_label: Text | None = None
    parts: "Annotated[list[AnyPart], Field(max_length=2_000)]" = []


AnyPart = Annotated[
    TextField
    | NumberField
    | ChoiceField
    | ChoicesField
    | SelectField
    | ScaleField
    | CheckboxField
    | FileField
    | BoxesField
    | SpansField
    | CompareField
    | Rubric
    | Image
    | Audio
    | Markdown
    | Material
    | Section
    | Pages
    | Conversation,
    Field(discriminator="type"),
]
Parts = Annotated[list[AnyPart], Field(min_length=1, max_length=2_000)]


class Form(BaseModel):
    """A form: what the worker sees and answers on the page of a HIT."""

    model_config = ConfigDict(extra="forbid", strict=True, title="A form of simpleturk")

    schema_: str | None = Field(default=None, alias="$schema", description="The address of this schema, for editors.")
    title: Text
    instructions: Text | None = Field(default=None, description="Markdown.")
    language: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] = "en"
    wide: bool = Field(default=False, description="Use the whole width of the screen.")
    parts: Parts


#: The types of parts, and their models.
TYPES: dict[str, type[Part]] = {
    str(model.model_fields["type"].annotation.__args__[0]): model  # type: ignore[union-attr]
    for model in Part.__subclasses__() + Question.__subclasses__()
    if "type" in model.model_fields
}


def walk(
    parts: list[Any], place: tuple[str | int, ...] = ("parts",), prefix: str = "", item: str = ""
) -> Iterator[tuple[Any, tuple[str | int, ...], str]]:
    """All parts of a form with their places in the document, and the prefix of their fields' names in the answer.

    `item` stands for the number of an item in prefixes of pages.
    """
    for number, part in enumerate(parts):
        here = (*place, number)
        yield part, here, prefix
        if isinstance(part, Section):
            yield from walk(part.parts, (*here, "parts"), prefix, item)
        elif isinstance(part, Pages | Conversation):
            yield from walk(part.parts, (*here, "parts"), f"{prefix}{part.name}.{item}", item)


def names_in(condition: str) -> str:
    """The field that a condition is about."""
    return re.split("!?=", condition, maxsplit=1)[0]
