"""Run the tests, browser tests included: python -m tests [PYTEST ARGUMENTS]

Installs a Chromium if there is none. Without arguments, runs all tests, in two processes for each core of the computer:
half of its time, a test waits for a browser, a server or the disk.
"""

import os
import sys

import pytest

from tests.chromium import find_chromium, install_chromium


def main() -> int:
    """Find or install a Chromium, then run pytest."""
    browser = find_chromium() or install_chromium(lambda line: print(line, file=sys.stderr))
    if browser is None:
        print(
            "error: no Chromium found, and none could be installed\n"
            "hint: install one and name it with SIMPLETURK_BROWSER, or leave the browser tests out: "
            'python -m tests -m "not browser"',
            file=sys.stderr,
        )
        if "-m" not in sys.argv:
            return 1
    else:
        os.environ["SIMPLETURK_BROWSER"] = browser
    return int(pytest.main(sys.argv[1:] or ["--numprocesses", str(2 * (os.cpu_count() or 1)), "--dist", "worksteal"]))


if __name__ == "__main__":
    sys.exit(main())
