"""The preview as a process: its addresses, and its end."""

import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

from tests.conftest import Files


def test_the_preview_prints_its_addresses_and_deletes_its_files_on_ctrl_c(batch_files: Files, tmp_path: Path) -> None:
    batch_files([{"word": "cat"}, {"word": "dog"}])
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    command = [sys.executable, "-m", "simpleturk", "render-template", "--preview", "--port", "0", "--line", "2"]
    environment = os.environ | {"TMPDIR": str(temporary)}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    assert process.stderr and process.stdout
    messages = [process.stderr.readline() for _ in range(3)]
    port = messages[1].split(":")[2].split("/")[0]
    assert messages == [
        f"Preview: http://worker.simpleturk.localhost:{port}/?line=2\n",
        f"(or http://127.0.0.1:{port}/ if your browser does not find that name)\n",
        "Ctrl-C stops it.\n",
    ]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/look?line=2") as answer:
        assert b'"line":2' in answer.read()
    assert [path.name.startswith("simpleturk-preview-") for path in temporary.iterdir()] == [True]
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=20)
    assert (stdout, "Traceback" in stderr) == ("", False)
    assert list(temporary.iterdir()) == []
