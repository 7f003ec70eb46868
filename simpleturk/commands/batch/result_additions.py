"""What results say beside the work itself: decisions and tags of the batch's own file, pseudonyms of workers."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from simpleturk import console
from simpleturk.batch.results.pseudonyms import Pseudonyms, check_output
from simpleturk.batch.results.sink import Additions
from simpleturk.errors import Problems, SimpleturkError, UsageError

DecisionsOpt = Annotated[
    bool,
    typer.Option(
        "--decisions", help="Add what is decided about each assignment, with tags, note and corrected answer."
    ),
]
TagsOpt = Annotated[
    list[str] | None,
    typer.Option("--tags", metavar="TAG", help="Only assignments that a decision gives this tag. Repeatable."),
]
PseudonymsOpt = Annotated[
    Path | None,
    typer.Option(
        "--pseudonyms",
        metavar="KEYFILE",
        help="Replace the ids of workers by pseudonyms, which only this file can translate back. It is created if it "
        "does not exist.",
    ),
]

#: The keys of a decision that results say already.
_KNOWN = ("assignment_id", "hit_id", "batch_id")


@contextmanager
def with_pseudonyms(
    key_file: Path | None, additions: Additions, output: Path | None, is_csv: bool
) -> Iterator[Additions]:
    """Additions with the pseudonyms of a key file, which is open until the end of the block.

    Raises SimpleturkError if an `output` would hold both pseudonyms and worker ids.
    """
    if key_file is None:
        if output:
            check_output(output, is_csv, None)
        yield additions
        return
    is_new = not key_file.exists()
    with Pseudonyms(key_file) as pseudonyms:
        if is_new:
            console.note(f"Created {key_file}: keep it to translate the pseudonyms back, and keep it to yourself.")
        elif not pseudonyms.is_private:
            console.warn(f"other users of this computer can read {key_file}", f"chmod 600 {key_file}")
        if output:
            check_output(output, is_csv, pseudonyms)
        yield Additions(additions.reviews, additions.only, pseudonyms)
    if pseudonyms.left:
        records = console.plural(pseudonyms.left, "record")
        console.warn(
            f"{records} may contain the id of their worker as a word of the answer, such as a name",
            "read their answers before you give them to others",
        )


def additions_of(ids: Path, decisions: bool, tags: list[str] | None, is_flat: bool) -> Additions:
    """What the batch's own decisions add to its results.

    Without an option, results only say of passed answers that they are not to be used, as far as the file can be read.
    Raises SimpleturkError if the file is missing or wrong, and UsageError for a tag that no decision has.
    """
    # Not imported before it is needed: pydantic takes time.
    path = _path(ids)
    is_asked = decisions or bool(tags)
    if not is_asked and not (path.is_file() and (is_flat or b"pass" in path.read_bytes())):
        return Additions()
    try:
        read = _read(ids)
    except Problems as error:
        if is_asked:
            raise
        console.warn(f"{error.message}: passed answers are not marked")
        return Additions()
    only = None
    if tags:
        only = {name for name, decision in read.items() if set(tags) & set(decision.get("tags", ()))}
        _check_tags(tags, {tag for decision in read.values() for tag in decision.get("tags", ())}, path)
    if not decisions and not is_flat:
        passed = {name: decision for name, decision in read.items() if decision.get("decision") == "pass"}
        return Additions({name: {"decision": "pass"} for name in passed}, only)
    return Additions(read, only)


def _path(ids: Path) -> Path:
    return ids.with_name(f"{ids.stem}.decisions.jsonl")


def _read(ids: Path) -> dict[str, dict[str, Any]]:
    """The batch's own decisions as records, by assignment."""
    from simpleturk.batch.review.decisions_file import decisions_path, read_own

    try:
        read = read_own(ids)
    except FileNotFoundError as error:
        hint = "decide first: see simpleturk help review"
        raise SimpleturkError(f"{decisions_path(ids)}: no decisions are saved for this batch", hint) from error
    records = {name: decision.as_record() for name, decision in read.decisions.items()}
    return {
        name: {key: value for key, value in record.items() if key not in _KNOWN} for name, record in records.items()
    }


def _check_tags(tags: list[str], known: set[str], path: Path) -> None:
    unknown = [tag for tag in tags if tag not in known]
    if unknown:
        shown = ", ".join(sorted(known)[:10]) or "none"
        raise UsageError(f"no decision of {path} has the tag {unknown[0]!r}", f"its tags: {shown}")
