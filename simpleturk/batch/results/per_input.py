"""The record of an assignment → a record for each input, for HITs of several inputs."""

from typing import TYPE_CHECKING, Any

from simpleturk.batch.results.fetch import result_record

if TYPE_CHECKING:
    from simpleturk.mturk.models import Assignment


def result_records(assignment: "Assignment", splits: bool, **known: Any) -> list[dict[str, Any]]:
    """The record of an assignment, see `result_record`; if it `splits`, a record for each input of its HIT."""
    record = result_record(assignment, **known)
    return per_input(record) if splits else [record]


def per_input(record: dict[str, Any]) -> list[dict[str, Any]]:
    """A record for each input of the record's HIT; the record itself if its input is not a group.

    Each has its place in the HIT as `item` (from 1), the number of its inputs as `items`, the line and value of its
    input, and its part of the output; what the output says of the whole HIT is in `hit_output`. Without an answer for
    each input, `output` is null and `problem` says so.
    """
    group = record.get("input")
    if not isinstance(group, dict) or not isinstance(group.get("items"), list):
        return [record]
    items, lines = group["items"], group.get("lines")
    if not isinstance(lines, list) or len(lines) != len(items) or not items:
        return [record]
    answers, rest = _answers(record["output"], len(items))
    problem = {} if answers or "problem" in record else {"problem": f"has no list of {len(items)} answers"}
    return [
        {
            name: (answers[place] if answers else None) if name == "output" else value
            for name, value in record.items()
            if name not in ("line", "input")
        }
        | ({"hit_output": rest} if rest else {})
        | problem
        | {"item": place + 1, "items": len(items), "line": lines[place], "input": item}
        for place, item in enumerate(items)
    ]


def _answers(output: Any, number: int) -> tuple[list[Any], Any]:
    """The list of an output with an answer for each input, and the rest of the output.

    It is the list named "items", or the only list of this length. Raises nothing: without such a list it is [].
    """
    if not isinstance(output, dict):
        return [], output
    names = [name for name, value in output.items() if isinstance(value, list) and len(value) == number]
    name = "items" if "items" in names else names[0] if len(names) == 1 else None
    if name is None:
        return [], output
    return output[name], {key: value for key, value in output.items() if key != name}
