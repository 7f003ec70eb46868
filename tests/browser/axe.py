"""Find problems of accessibility on a page with axe-core."""

from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Frame, Page

#: axe-core, as npm has it; the package from PyPI carries the file.
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")

# All rules are checked. The many elements that pass are neither collected nor sent to the test: they take a tenth of
# the time.
RUN = """async () => {
  const { violations } = await axe.run(document, { iframes: false, resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}"""


def violations(page: Page | Frame) -> list[str]:
    """Return the problems of a page or a frame, without its frames': each as a rule's id and an element."""
    page.evaluate(AXE)
    found: list[str] = page.evaluate(RUN)
    return found
