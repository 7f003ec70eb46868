"""How soon an edit is on the screen: python -m tests.benchmarks.preview [INPUTS …]

A real preview and a real Chromium; from the moment a file is written until the HIT in the frame shows the change.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from simpleturk.commands.tasks.init import copy_example
from tests.browser.conftest import FLAGS
from tests.chromium import find_chromium

EDITS = 20


def main() -> None:
    """Print a row for each number of inputs."""
    numbers = [int(argument) for argument in sys.argv[1:]] or [3, 10_000, 100_000]
    print(f"{'inputs':>8}  {'edit of':10}  {'median':>8}  {'slowest':>8}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        for number in numbers:
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                copy_example("rating_scale", folder)
                line = json.dumps({"product": "Kettle", "description": "Boils. " * 140})
                (folder / "inputs.jsonl").write_text(f"{line}\n" * number)
                command = [sys.executable, "-m", "simpleturk", "render-template", "--preview", "--port", "0"]
                environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
                server = subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True, env=environment)
                assert server.stderr
                page = browser.new_page()
                page.goto(server.stderr.readline().split()[-1].replace("line=1", f"line={number}"))
                page.frame_locator("#hit").locator("h2").wait_for()
                for file in ("template.html", "inputs.jsonl"):
                    times = []
                    for edit in range(EDITS if file == "template.html" else 5):
                        old = (folder / file).read_text()
                        if file == "template.html":
                            new, shown = old.replace("How easy", f"E{edit}: How easy", 1), f"E{edit}: "
                        else:
                            new = f"{line}\n" * (number - 1) + line.replace("Kettle", f"K{edit}.") + "\n"
                            shown = f"K{edit}."
                        begun = time.monotonic()
                        (folder / file).write_text(new)
                        page.frame_locator("#hit").get_by_text(shown).first.wait_for()
                        times.append(time.monotonic() - begun)
                        time.sleep(0.2)
                    print(
                        f"{number:8,}  {file.split('.')[0]:10}  {statistics.median(times):6.2f} s  {max(times):6.2f} s",
                        flush=True,
                    )
                page.close()
                server.terminate()
                server.wait()
        browser.close()


if __name__ == "__main__":
    main()
