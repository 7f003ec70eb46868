"""Clicks into a HIT's frame that reach the frame.

Chromium decides by the last picture which frame a click belongs to. A HIT's frame is in a process of its own, and the
page around it follows its height and its focus: when it moves within the few milliseconds before a click, Chromium may
hand the click to the page around, where it ends in nothing. People do not click within milliseconds of a movement, but
tests do, and on a busy computer the movement takes longer.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import ElementHandle, Error, Locator

TIMES = 5

LISTEN = """(element) => {
  const { defaultView: window } = element.ownerDocument;
  window.hasPress = false;
  window.addEventListener("pointerdown", () => (window.hasPress = true), { capture: true, once: true });
}"""
HAS_PRESS = "(element) => element.ownerDocument.defaultView.hasPress"


def is_in_frame(locator: Locator) -> bool:
    """Whether a locator's element is in a frame of its page."""
    own = locator._impl_obj
    return "internal:control=enter-frame" in own._selector or own._frame._parent_frame is not None


def has_press(element: ElementHandle) -> bool:
    """Whether an element's frame has seen the press, or has left the page because of it."""
    try:
        return bool(element.evaluate(HAS_PRESS))
    except Error:
        return True


def reaching(method: Callable[..., None]) -> Callable[..., None]:
    """Let a locator's method that clicks repeat what its frame has not seen."""

    def act(locator: Locator, **options: Any) -> None:
        if not is_in_frame(locator):
            return method(locator, **options)
        for _ in range(TIMES):
            element = locator.element_handle(timeout=options.get("timeout"))
            element.evaluate(LISTEN)
            try:
                method(locator, **options)
            except Error as error:
                if "did not change its state" not in str(error) or has_press(element):
                    raise
                continue
            # A box that is ticked already is not pressed.
            if method.__name__ in ("check", "uncheck") or has_press(element):
                return
        raise AssertionError(f"{locator} was clicked {TIMES} times, and its frame saw none of them")

    return act


@contextmanager
def frames_get_clicks() -> Iterator[None]:
    """Let each click of a Playwright locator into a frame reach that frame."""
    originals = {name: getattr(Locator, name) for name in ("click", "tap", "check", "uncheck")}
    for name, method in originals.items():
        setattr(Locator, name, reaching(method))
    yield
    for name, method in originals.items():
        setattr(Locator, name, method)
