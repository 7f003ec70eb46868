"""The property `Opinion`: optional questions about the task, which workers see after they have submitted a HIT."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from simpleturk.batch.properties.requirements import StrictModel, Text
from simpleturk.mturk.opinion import KINDS, MAX_QUESTION, NAME


def _checked_name(name: str) -> str:
    if not re.fullmatch(NAME, name):
        raise ValueError(f"{name[:40]!r} is not a name such as clear: a to z, 0 to 9 and _, at most 40 characters")
    return name


class OpinionEntry(StrictModel):
    """A question about the task."""

    Name: Annotated[
        str, AfterValidator(_checked_name), Field(description="The key of the answer in results, such as clear.")
    ]
    Question: Annotated[Text, Field(max_length=MAX_QUESTION, description="The question that the worker reads.")]
    Answer: Annotated[
        Literal[tuple(KINDS)],  # type: ignore[valid-type]
        Field(description="The kind of the answer: scale (1 to 5), yes-no, or text."),
    ]


def different_names(entries: list[OpinionEntry]) -> list[OpinionEntry]:
    """Return the questions. Raises ValueError if two have the same name."""
    names = [entry.Name for entry in entries]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"two questions have the name {name!r}")
    return entries
