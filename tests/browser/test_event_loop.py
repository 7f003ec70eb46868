"""Browser tests leave tests without a browser as they are, which run later in the same process."""

import asyncio

import pytest
from playwright.sync_api import Browser, Page

from tests.conftest import no_running_loop


async def one() -> int:
    await asyncio.sleep(0)
    return 1


def test_an_event_loop_runs_while_the_browser_is_open_and_the_browser_goes_on(chromium: Browser, page: Page) -> None:
    coroutine = one()
    with pytest.raises(RuntimeError, match="running event loop"):
        asyncio.run(coroutine)
    coroutine.close()
    with no_running_loop():
        assert asyncio.run(one()) == 1
    page.set_content("<p>still here</p>")
    assert page.inner_text("p") == "still here"
