"""Wrong usage is reported like every other error: error, hint, status 2."""

import pytest

from tests.conftest import Run


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("bonus A", "error: --amount is missing\nhint: give the amount in USD, or a table with a column Bonus\n"),
        ("requester deposit", "error: USD is missing\nhint: see simpleturk requester deposit --help\n"),
        ("extend --hours", "error: --hours needs a value\nhint: see simpleturk"),
        ("extend --hourz 3", "error: there is no option --hourz\nhint: did you mean --hours? see simpleturk extend"),
        ("--nope", "error: there is no option --nope\nhint: see simpleturk --help\n"),
        ("worker nope", "error: there is no command nope\nhint: see simpleturk worker --help\n"),
        ("launch --yes=1", "error: --yes takes no value\nhint: see simpleturk"),
        ("expire --at soon", "error: --at: 'soon' is not a time such as 2026-12-31T18:00\nhint: see simpleturk expire"),
        ("launch --max-cost x", "error: --max-cost: 'x' is not an amount in USD\nhint: see simpleturk launch --help\n"),
        ("requester deposit x", "error: USD: 'x' is not an amount in USD, such as 100 or 12.50\nhint: see"),
        ("progress --ids .", "error: --ids: '.' is not the name of a file\nhint: see simpleturk progress --help\n"),
        ("launch --properties p --inputs i --set x", "error: --set: 'x' is not KEY=VALUE\nhint: see simpleturk"),
    ],
)
def test_wrong_usage_has_the_form_of_other_errors(run: Run, command: str, said: str) -> None:
    result = run(*command.split())
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(said), result.stderr
    assert "Usage:" not in result.stderr


def test_a_group_without_a_command_shows_its_help(run: Run) -> None:
    result = run("worker")
    assert "Usage: simpleturk worker" in result.stdout + result.stderr
    assert "error:" not in result.stderr
