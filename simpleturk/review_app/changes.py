"""What a person enters in the browser → decisions. Nothing here is sent to a marketplace."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from simpleturk.batch.review.decision import SUBSTANCE, Decision
from simpleturk.batch.review.decision import changed as with_changes
from simpleturk.review_app.corrections import CorrectionError, corrected

if TYPE_CHECKING:
    from simpleturk.batch.review.queue.items import Item

VERDICTS = ("approve", "reject", "pass")
ACTS = (*VERDICTS, "bonus", "note", "tags", "output", "withdraw")

#: Acts that can be done for many assignments at once.
ACTS_FOR_MANY = (*VERDICTS, "tags", "withdraw")

#: The names of fields of an output in a form.
FIELD = "field."


class ChangeError(ValueError):
    """An entry that makes no decision; the message tells the person why."""


def changed(item: "Item", decision: Decision | None, act: str, form: Mapping[str, str]) -> Decision | None:
    """The decision about an item after an act; None if it says nothing any more. Raises ChangeError.

    An act changes its own part of the decision: a new verdict keeps bonus, note, tags and the corrected output.
    """
    if act not in ACTS:
        raise ChangeError(f"{act!r} is not possible")
    if act == "withdraw":
        return None
    if act == "reject" and item.status == "Approved":
        raise ChangeError(f"{item.assignment_id} is approved already: approved work cannot be rejected.")
    parts = _parts(item, decision, act, form)
    values = {name: None if value in ("", []) else value for name, value in parts.items()}
    if act == "reject" and not values["feedback"]:
        raise ChangeError("Write the reason: the worker reads it.")
    try:
        result = with_changes(decision, item.assignment_id, item.hit.hit_id, values)
    except ValueError as error:
        raise ChangeError(str(error)) from error
    return result if result.as_record().keys() & SUBSTANCE else None


def _parts(item: "Item", decision: Decision | None, act: str, form: Mapping[str, str]) -> dict[str, Any]:
    """The parts of a decision that an act sets; an empty one is removed."""
    if act in VERDICTS:
        return {"decision": act, "feedback": form.get("feedback", "").strip()}
    if act == "bonus":
        amount, reason = form.get("bonus", "").strip(), form.get("bonus_reason", "").strip()
        if amount and not reason:
            raise ChangeError("Write the reason of the bonus: the worker reads it.")
        return {"bonus": amount, "bonus_reason": reason if amount else ""}
    if act == "output":
        return {"output": _output(item, decision, form)}
    text = form.get(act, "").replace("\r\n", "\n").strip()
    if act == "tags" and form.get("add"):
        # Tags for many assignments are added to the tags that each has.
        new = filter(None, map(str.strip, re.split("[;,]", text)))
        return {"tags": list(dict.fromkeys([*(decision.tags if decision else ()), *new]))}
    return {act: text}


def _output(item: "Item", decision: Decision | None, form: Mapping[str, str]) -> Any:
    if form.get("remove"):
        return None
    before = decision.output if decision and decision.output is not None else item.output
    fields = {name.removeprefix(FIELD): value for name, value in form.items() if name.startswith(FIELD)}
    try:
        output = corrected(before, fields, form.get("output", ""))
    except CorrectionError as error:
        message = str(error)
        raise ChangeError(f"{message[:1].upper()}{message[1:]}.") from error
    return None if output == item.output else output


def sentence(act: str, count: int) -> str:
    """What an act did, in words: "Approved.", "Rejected 12 assignments."."""
    words = {
        "approve": "Approved",
        "reject": "Rejected",
        "pass": "Passed",
        "bonus": "Bonus noted",
        "note": "Note saved",
        "tags": "Tags saved",
        "output": "Correction saved",
        "withdraw": "Decision withdrawn",
        "undo": "Undone",
    }[act]
    return f"{words}." if count == 1 else f"{words}: {count:,} assignments."
