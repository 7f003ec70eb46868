"""A Chromium for the browser tests: found where it may be, obtained where there is none."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

#: What a Chromium is called where one is installed.
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")

#: How long obtaining one may take, in seconds.
PATIENCE = 900


def find_chromium() -> str | None:
    """The path of a Chromium: SIMPLETURK_BROWSER, an installed one, or Playwright's; None if there is none."""
    named = os.environ.get("SIMPLETURK_BROWSER")
    if named:
        return shutil.which(named) or named
    installed = next(filter(None, map(shutil.which, NAMES)), None)
    return installed or _playwrights()


def obtain_chromium(say: Callable[[str], None]) -> str | None:
    """Install a Chromium with Playwright's installer, or the system's package manager; None if neither can."""
    install = [sys.executable, "-m", "playwright", "install"]
    attempts = [("Playwright's installer", [[*install, "chromium"]])]
    if shutil.which("apt-get"):
        root = [] if os.geteuid() == 0 else ["sudo", "-n"]
        apt = [[*root, "apt-get", "update"], [*root, "apt-get", "install", "-y", "--no-install-recommends", "chromium"]]
        attempts.append(("apt-get", apt))
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
