"""Keys of a review and what each of them does, with the questions that it asks."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from simpleturk.batch.results.fields import flat_fields
from simpleturk.batch.review.decision import amount_of
from simpleturk.commands.review.review.content import shown
from simpleturk.commands.review.review.session import Refused, Session
from simpleturk.console import plural

#: How a sentence about something that was not done begins.
NOT_DONE = "Not done"


class Dialog(Protocol):
    """Asks the reviewer, and tells them things."""

    def ask(self, question: str, choices: Sequence[str] = ()) -> str | None:
        """Ask for a text; None if the reviewer cancels. A number chooses one of `choices`."""

    def confirm(self, question: str) -> bool:
        """Ask a question of yes or no."""

    def tell(self, sentence: str) -> None:
        """Say what has happened."""


class Action(NamedTuple):
    """What a key does, in words, and the function."""

    help: str
    do: Callable[[Session, Dialog], None]


def act(key: str, session: Session, dialog: Dialog) -> None:
    """Do what a key says; tell the reviewer why if it cannot be done."""
    action = ACTIONS.get(key)
    if action is None:
        dialog.tell(f"{key!r} is no key of the review; ? shows the keys")
        return
    try:
        action.do(session, dialog)
    except Refused as error:
        dialog.tell(f"{NOT_DONE}: {error}")


def _decide(verdict: str, done: str) -> Callable[[Session, Dialog], None]:
    def decide(session: Session, dialog: Dialog) -> None:
        feedback = _reason_to_reject(session, dialog) if verdict == "reject" else None
        if verdict == "reject" and feedback is None:
            return
        item = session.item
        session.decide(verdict, feedback)
        dialog.tell(f"{done} {item.assignment_id} of {item.worker_id}")
        session.advance()

    return decide


def _decide_rest(verdict: str, done: str) -> Callable[[Session, Dialog], None]:
    def decide(session: Session, dialog: Dialog) -> None:
        rest = session.rest_of_worker()
        worker_id = session.item.worker_id
        if not rest:
            dialog.tell(f"Nothing of {worker_id} is undecided")
            return
        feedback = _reason_to_reject(session, dialog) if verdict == "reject" else None
        if verdict == "reject" and feedback is None:
            return
        number = plural(len(rest), "undecided assignment")
        all_of = "the" if len(rest) == 1 else "all"
        if dialog.confirm(f"{verdict.capitalize()} {all_of} {number} of {worker_id}?"):
            session.decide_rest(verdict, feedback)
            dialog.tell(f"{done} {plural(len(rest), 'assignment')} of {worker_id}")
            session.advance()

    return decide


def _reason_to_reject(session: Session, dialog: Dialog) -> str | None:
    return _reason(session, dialog, "reject")


def _reason(session: Session, dialog: Dialog, kind: str) -> str | None:
    """A reason that the worker reads, None if the reviewer cancels. Raises Refused for a number that is none."""
    reason = _nonempty(dialog.ask("Why? The worker reads it; empty cancels", session.reasons[kind]))
    if reason is not None and reason.isdecimal():
        raise Refused(f"there is no earlier reason {reason}: write the reason in words")
    return reason


def _bonus(session: Session, dialog: Dialog) -> None:
    text = _nonempty(dialog.ask("Bonus in USD, such as 0.50; 0 for none"))
    if text is None:
        return
    if text.strip("0.$ ") == "":
        session.change(bonus=None, bonus_reason=None)
        dialog.tell("No bonus")
        return
    try:
        amount = amount_of(text)
    except ValueError as error:
        raise Refused(str(error)) from error
    reason = _reason(session, dialog, "bonus")
    if reason is not None:
        session.change(bonus=amount, bonus_reason=reason)
        dialog.tell(f"A bonus of ${amount} for {session.item.worker_id}")


def _note(session: Session, dialog: Dialog) -> None:
    text = dialog.ask("Note for yourself; empty for none")
    if text is not None:
        session.change(note=text.strip() or None)
        dialog.tell("Noted" if text.strip() else "No note")


def _tags(session: Session, dialog: Dialog) -> None:
    known = sorted({tag for decision in session.log.decisions.values() for tag in decision.tags})
    hint = f" (tags of this batch: {', '.join(known[:9])})" if known else ""
    text = dialog.ask(f"Tags, with commas between them; empty for none{hint}")
    if text is not None:
        session.change(tags=[tag.strip() for tag in text.split(",") if tag.strip()] or None)
        dialog.tell(f"Tags: {text.strip()}" if text.strip() else "No tags")


def _edit(session: Session, dialog: Dialog) -> None:
    """Correct one field of the answer; the worker's answer stays as it is."""
    decision = session.decision
    output = decision.output if decision and decision.output is not None else session.item.output
    fields = flat_fields(output)
    name = _nonempty(dialog.ask("Field to correct", list(fields)[:9]))
    if name is None:
        return
    if name not in fields:
        raise Refused(f"the answer has no field {name!r}")
    text = dialog.ask(f"{name}: {shown(fields[name])}\nNew value")
    if text is None:
        return
    session.change(output=_with(output, name, _value(text, fields[name])))
    dialog.tell(f"Corrected {name}; the worker's answer is kept beside it")


def _value(text: str, old: Any) -> Any:
    """A typed value: text for text, JSON for everything else."""
    if isinstance(old, str):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _with(output: Any, name: str, value: Any) -> Any:
    """A copy of an output in which a field has a new value."""
    if not isinstance(output, dict):
        output, prefix = {"output": output}, True
    else:
        prefix = False
    copy = json.loads(json.dumps(output))
    _set(copy, name, value)
    return copy["output"] if prefix else copy


def _set(place: Any, name: str, value: Any) -> bool:
    """Set a field by its flat name, whose keys may have dots in them; return whether it was found."""
    keys = [str(number) for number in range(len(place))] if isinstance(place, list) else list(place)
    for key in keys:
        index: Any = int(key) if isinstance(place, list) else key
        if key == name:
            place[index] = value
            return True
        is_parent = name.startswith(f"{key}.") and isinstance(place[index], (dict, list))
        if is_parent and _set(place[index], name[len(key) + 1 :], value):
            return True
    return False


def _undo(session: Session, dialog: Dialog) -> None:
    names = session.undo()
    if not names:
        dialog.tell("Nothing to undo in this review")
    elif len(names) == 1:
        dialog.tell(f"Undone: {names[0]}")
    else:
        dialog.tell(f"Undone: {plural(len(names), 'assignment')}")


def _skip(session: Session, dialog: Dialog) -> None:
    session.advance()


def _move(steps: int) -> Callable[[Session, Dialog], None]:
    def move(session: Session, dialog: Dialog) -> None:
        session.move(steps)

    return move


def _search(session: Session, dialog: Dialog) -> None:
    """Search; for the same text again if none is given."""
    again = f"; empty for {session.searched!r} again" if session.searched else ""
    text = dialog.ask(f"Search for{again}")
    if text is None:
        return
    session.searched = text.strip() or session.searched
    if session.searched and not session.find(session.searched):
        dialog.tell(f"Nothing has {session.searched!r}")


def _help(session: Session, dialog: Dialog) -> None:
    dialog.tell(
        "\n".join(f"{key}  {action.help}" for key, action in ACTIONS.items()) + "\nq  stop; decisions are saved"
    )


def _nonempty(text: str | None) -> str | None:
    return (text or "").strip() or None


ACTIONS: Mapping[str, Action] = {
    "a": Action("approve", _decide("approve", "Approved")),
    "r": Action("reject: asks why", _decide("reject", "Rejected")),
    "p": Action("pass: pay the work, but do not use its answer", _decide("pass", "Passed")),
    "b": Action("bonus", _bonus),
    "n": Action("note for yourself", _note),
    "t": Action("tags", _tags),
    "e": Action("correct a field of the answer", _edit),
    "u": Action("undo the last step", _undo),
    "s": Action("skip", _skip),
    "A": Action("approve all that is undecided of this worker", _decide_rest("approve", "Approved")),
    "R": Action("reject all that is undecided of this worker", _decide_rest("reject", "Rejected")),
    "P": Action("pass all that is undecided of this worker", _decide_rest("pass", "Passed")),
    ">": Action("next assignment; also the right arrow", _move(1)),
    "<": Action("assignment before; also the left arrow", _move(-1)),
    "/": Action("search", _search),
    "?": Action("this help", _help),
}
