"""Figures about a batch's work: states, times, pay, and the values of each field of the answers."""

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simpleturk.batch.results.fields import flat_fields
from simpleturk.mturk.uploads import uploads_in

if TYPE_CHECKING:
    from simpleturk.review_app.session import Review

#: The most fields with figures, the most values of a field that count as choices, and the bars of a histogram.
MAX_FIELDS = 60
MAX_CHOICES = 20
BINS = 10


@dataclass(frozen=True)
class Bar:
    """A value or a range of values, the number of answers with it, and its share of the highest bar."""

    label: str
    count: int
    share: float


@dataclass(frozen=True)
class FieldFigures:
    """A field: `kind` is choices, numbers or text; `answers` have it. `note` has figures in words."""

    name: str
    kind: str
    answers: int
    bars: Sequence[Bar]
    note: str = ""


@dataclass(frozen=True)
class Figures:
    """The figures of a batch. Times are seconds; `hourly` is the median over workers of USD an hour."""

    states: Counter[str]
    verdicts: Counter[str]
    workers: int
    median_seconds: float | None
    quick_seconds: float | None
    slow_seconds: float | None
    times: Sequence[Bar]
    hourly: Decimal | None
    agreement: float | None
    fields: Sequence[FieldFigures]
    more_fields: int


def figures(review: "Review", worker_id: str = "") -> Figures:
    """The figures of all submitted work, or of that of one worker. Opinions about the task are fields, too."""
    items = list(review.items.by_worker.get(worker_id, ()) if worker_id else review.items)
    workers = [worker_id] if worker_id else list(review.items.by_worker)
    seconds = [item.seconds for item in items if item.seconds is not None]
    hourly = [rate for name in workers if (rate := review.record(name).hourly) is not None]
    agreement = [review.agreement[name] for name in workers if name in review.agreement]
    values: dict[str, list[Any]] = {}
    for item in items:
        for name, value in flat_fields(item.output).items():
            values.setdefault(name, []).append(value)
    for item in items:
        for name, value in (item.record.get("opinion") or {}).items():
            values.setdefault(f"opinion: {name}", []).append(value)
    return Figures(
        Counter(item.status for item in items),
        Counter(review.verdict(item) or "undecided" for item in items if item.status == "Submitted"),
        len(workers),
        statistics.median(seconds) if seconds else None,
        _percentile(seconds, 0.1),
        _percentile(seconds, 0.9),
        histogram(seconds),
        Decimal(statistics.median(hourly)) if hourly else None,
        statistics.fmean(agreement) if agreement else None,
        [field_figures(name, found) for name, found in list(values.items())[:MAX_FIELDS]],
        max(0, len(values) - MAX_FIELDS),
    )


def field_figures(name: str, values: Sequence[Any]) -> FieldFigures:
    """The figures of a field with these values: a histogram of numbers, counts of choices, or lengths of texts."""
    numbers = [number for value in values if (number := _number(value)) is not None]
    distinct = Counter(part for value in values for part in _parts(value))
    if numbers and len(numbers) == len(values) and len(distinct) > MAX_CHOICES // 2:
        note = f"median {_short(statistics.median(numbers))}, from {_short(min(numbers))} to {_short(max(numbers))}"
        return FieldFigures(name, "numbers", len(values), histogram(numbers), note)
    repeats = len(distinct) <= MAX_CHOICES and len(distinct) < max(2, 0.7 * len(values))
    if distinct and (repeats or all(isinstance(value, bool) for value in values)):
        return FieldFigures(name, "choices", len(values), _bars(distinct.most_common()))
    lengths = [len(value) for value in values if isinstance(value, str)]
    note = f"{len(distinct):,} different values"
    if lengths:
        note += f"; median length {round(statistics.median(lengths)):,} characters"
    repeated = [(value, count) for value, count in distinct.most_common(5) if count > 1]
    return FieldFigures(name, "text", len(values), _bars(repeated), note)


def histogram(values: Sequence[float]) -> list[Bar]:
    """Counts of values in ranges of the same width; the first and the last per cent share the outer ranges."""
    finite = sorted(value for value in values if math.isfinite(value))
    if not finite:
        return []
    low, high = finite[len(finite) // 100], finite[-1 - len(finite) // 100]
    width = _round_width((high - low) / BINS)
    if width <= 0:
        return _bars([(_short(low), len(finite))])
    start = math.floor(low / width) * width
    # A value at the end of the last range belongs to it.
    last = max(0, math.ceil((high - start) / width) - 1)
    counts = Counter(max(0, min(last, int((value - start) // width))) for value in finite)
    labels = {place: f"{_short(start + place * width)} – {_short(start + (place + 1) * width)}" for place in counts}
    return _bars([(labels.get(place, ""), counts[place]) for place in range(max(counts) + 1) if place in counts])


def _round_width(width: float) -> float:
    """The next width of 1, 2 or 5 times a power of ten."""
    if width <= 0 or not math.isfinite(width):
        return 0
    power = 10.0 ** math.floor(math.log10(width))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= width * 0.999)


def _bars(counts: Sequence[tuple[str, int]]) -> list[Bar]:
    most = max((count for _, count in counts), default=1)
    return [Bar(label, count, count / most) for label, count in counts]


def _parts(value: Any) -> Iterable[str]:
    """The choices that a value makes: several of a list, or of a form's checkboxes."""
    if any(uploads_in(value)):
        return ["a file"]
    if isinstance(value, list):
        return [_label(part) for part in value] or ["nothing"]
    return [_label(value)]


def _label(value: Any) -> str:
    if isinstance(value, str):
        text = value if value.strip() else "empty"
        return text if len(text) <= 80 else f"{text[:79]}…"
    return {True: "true", False: "false", None: "null"}.get(value, str(value)[:80]) if _is_plain(value) else "an object"


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, (bool, int, float))


def _number(value: Any) -> float | None:
    """A number, also as the text of a form's field; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)) or (isinstance(value, str) and len(value) < 30):
        try:
            number = float(value)
        except (ValueError, OverflowError):
            return None
        return number if math.isfinite(number) else None
    return None


def _short(number: float) -> str:
    return f"{number:,.6g}"


def _percentile(values: Sequence[float], share: float) -> float | None:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None
