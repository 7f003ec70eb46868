"""launch --serve: from the files to the worker site in one step."""

import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from simpleturk.commands.marketplace.serve import local_site
from tests.conftest import Files, Run


def test_launch_goes_on_to_the_site(batch_files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    batch_files([{"word": "cat"}])
    Path("browser.py").write_text("import sys; open('opened', 'w').write(sys.argv[1])")
    monkeypatch.setenv("BROWSER", f"{sys.executable} browser.py %s")
    command = [sys.executable, "-m", "simpleturk", "launch", "--serve", "--open"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr and process.stdout
            text = ""
            while "Ctrl-C" not in text and "error" not in text:
                line = process.stderr.readline()
                assert line, text
                text += line
            assert "Launched 1 HIT on the local marketplace" in text and 'Run "simpleturk serve"' not in text
            [site] = re.findall(r"Worker site:  (\S+)", text)
            [endpoint] = re.findall(r"API endpoint: (\S+)", text)
            browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
            assert "Describe an image" in browser.open(endpoint + "/?worker_id=ann").read().decode()
            until = time.monotonic() + 60
            while not Path("opened").exists() and time.monotonic() < until:
                time.sleep(0.05)
            assert Path("opened").read_text() == site
            process.send_signal(signal.SIGINT)
            assert "Traceback" not in process.stderr.read()
            assert (process.wait(20), process.stdout.read()) == (0, "")
        finally:
            process.kill()


def test_the_site_takes_a_free_port_if_the_usual_one_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setattr(local_site, "PORT", taken.getsockname()[1])
        with local_site._listening() as listening:
            assert listening.getsockname()[1] != taken.getsockname()[1]


def test_a_site_that_cannot_start_stops_the_launch_before_it_creates_anything(batch_files: Files, run: Run) -> None:
    batch_files([{"word": "cat"}])
    with Path("simpleturk.toml").open("a") as file:
        file.write('[site]\naddress = "https://work.example.org"\n')
    result = run("launch", "--serve")
    assert (result.exit_code, "[site] address" in result.stderr) == (1, True)
    assert not Path("hit_ids.txt").exists()
