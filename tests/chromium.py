"""Find a Chromium for the browser tests, or install one."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

#: Names of the program on different systems. The first is Chromium without windows, which takes a third less
#: processor time.
NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
)

#: The longest that an installation may take, in seconds.
PATIENCE = 900


def find_chromium() -> str | None:
    """Return the path of a Chromium: SIMPLETURK_BROWSER, an installed one, or Playwright's; None if there is none."""
    named = os.environ.get("SIMPLETURK_BROWSER")
    if named:
        return shutil.which(named) or named
    installed = next(filter(None, map(shutil.which, NAMES)), None)
    return installed or _playwrights()


def install_chromium(say: Callable[[str], None]) -> str | None:
    """Install a Chromium with Playwright's installer or with apt-get; return its path, None if neither works."""
    attempts = [("Playwright's installer", [[sys.executable, "-m", "playwright", "install", "chromium"]])]
    if shutil.which("apt-get"):
        root = [] if os.geteuid() == 0 else ["sudo", "-n"]
        install = [*root, "apt-get", "install", "-y", "--no-install-recommends"]
        for package in ("chromium-headless-shell", "chromium"):
            attempts.append((f"apt-get ({package})", [[*root, "apt-get", "update"], [*install, package]]))
    for name, commands in attempts:
        say(f"No Chromium found: trying {name}.")
        if all(map(_succeeds, commands)):
            found = find_chromium()
            if found:
                say(f"Using {found}.")
                return found
    return None


def _succeeds(command: list[str]) -> bool:
    try:
        done = subprocess.run(command, timeout=PATIENCE, stdin=subprocess.DEVNULL, capture_output=True)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _playwrights() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None
