"""The options --serve and --open of launch."""

import pytest

from simpleturk.client.endpoints import Endpoint
from simpleturk.commands.batch.launch.serve import site_afterwards
from simpleturk.errors import UsageError
from tests.conftest import Files, Run


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--open"], "--open needs --serve"),
        (["--serve", "--dry-run"], "--serve cannot be used with --dry-run or --verify"),
        (["--serve", "--verify"], "--serve cannot be used with --dry-run or --verify"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    batch_files: Files, run: Run, options: list[str], said: str
) -> None:
    batch_files([{"word": "cat"}])
    result = run("launch", *options)
    assert (result.exit_code, said in result.stderr) == (2, True), result.stderr


def test_only_the_local_marketplace_has_a_site_here() -> None:
    far = Endpoint("lab", "https://lab.example", True)
    with (
        pytest.raises(UsageError, match="--serve starts the site of the local marketplace, and this batch is on lab"),
        site_afterwards(far, None, True, False, True),
    ):
        raise AssertionError("the launch must not begin")
