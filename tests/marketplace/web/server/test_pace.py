"""How often strangers get what costs something."""

from simpleturk.marketplace.web.server import pace
from simpleturk.marketplace.web.server.pace import MAX_SOURCES, LineBudget, Pace
from tests.conftest import Clock


def test_a_source_acts_some_times_at_once_and_then_at_a_rate(clock: Clock) -> None:
    paced = Pace(2, 3, clock)
    assert [paced.allows("a") for _ in range(5)] == [True, True, True, False, False]
    assert paced.allows("b")
    clock.advance(1)
    assert [paced.allows("a") for _ in range(3)] == [True, True, False]


def test_a_flood_of_sources_takes_no_memory_without_end(clock: Clock) -> None:
    paced = Pace(1, 1, clock)
    for number in range(MAX_SOURCES + 100):
        paced.allows(str(number))
    assert len(paced._left) == MAX_SOURCES


def test_lines_above_the_budget_are_counted_and_reported(clock: Clock) -> None:
    reports: list[tuple[str, int]] = []
    budget = LineBudget(lambda source, number: reports.append((source, number)), 100, 60, clock)
    allowed = [budget.allows("a", 3) for _ in range(1203)]
    assert (allowed.count(True), budget.allows("b", 3), reports) == (3, True, [])
    clock.advance(60)
    assert budget.allows("a", 3)
    assert reports == [("a", 1200)]
    clock.advance(60)
    budget.report_period()
    assert reports == [("a", 1200)]


def test_all_sources_together_have_a_budget(clock: Clock) -> None:
    reports: list[tuple[str, int]] = []
    budget = LineBudget(lambda source, number: reports.append((source, number)), 5, 60, clock)
    assert [budget.allows(str(number), 3) for number in range(40)] == [True] * 5 + [False] * 35
    budget.report_period(at_once=True)
    assert len(reports) == pace.NAMED + 1 and reports[-1] == (pace.OTHERS, 15)
    for number in range(3 * MAX_SOURCES):
        budget.allows(str(number), 3)
    assert len(budget._left_out) <= MAX_SOURCES + 1
