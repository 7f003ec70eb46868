"""What runs in a network of its own: two servers, a program with Amazon's address built in, and a worker.

`unshare -rnm` starts it as root of new namespaces, so that it may change /etc/hosts and listen on port 443; nothing of
that is seen outside. It runs in a folder with cert.pem, key.pem, ca.pem and hosts.
"""

import os
import subprocess
import sys
from pathlib import Path

from tests.commands.marketplace.serve.conftest import Served
from tests.marketplace.conftest import Browser, accept, submit

#: A program as it was written for Amazon: no address, no option for one.
PROGRAM = '''
import sys
import boto3

QUESTION = """<HTMLQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2011-11-11/\
HTMLQuestion.xsd"><HTMLContent><![CDATA[<form><input name="capital"></form>]]></HTMLContent>\
<FrameHeight>0</FrameHeight></HTMLQuestion>"""
SANDBOX = "https://mturk-requester-sandbox.us-east-1.amazonaws.com"
mturk = boto3.client("mturk")
if sys.argv[1] == "create":
    hit = mturk.create_hit(
        Title="t", Description="d", Reward="0.10", AssignmentDurationInSeconds=60, LifetimeInSeconds=600,
        Question=QUESTION,
    )["HIT"]
    assert [hit["HITId"]] == [hit["HITId"] for hit in mturk.list_hits()["HITs"]]
    print(hit["HITGroupId"])
else:
    [hit] = boto3.client("mturk", endpoint_url=SANDBOX).list_hits()["HITs"]
    [assignment] = mturk.list_assignments_for_hit(HITId=hit["HITId"])["Assignments"]
    print(mturk.meta.endpoint_url, assignment["WorkerId"], assignment["Answer"])
'''


def main() -> None:
    """Print what the program reads of a worker's answer."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["mount", "--bind", "hosts", "/etc/hosts"], check=True)
    Path("program.py").write_text(PROGRAM)
    workers = Served()
    amazon = Served("--port", "443", "--certfile", "cert.pem", "--keyfile", "key.pem")
    try:
        group = run_program("create").strip()
        browser = Browser(workers.endpoint)
        browser.get("/", worker_id="ann")
        _, parameters = accept(browser, group)
        submit(browser, parameters, ("capital", "Lima"))
        sys.stdout.write(run_program("answers"))
    finally:
        workers.stop()
        amazon.stop()


def run_program(step: str) -> str:
    """What the program prints; the environment of the recipe is all that it has."""
    recipe = {
        "AWS_CA_BUNDLE": str(Path("ca.pem").resolve()),
        "AWS_ACCESS_KEY_ID": "any",
        "AWS_SECRET_ACCESS_KEY": "any",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    command = [sys.executable, "program.py", step]
    return subprocess.run(command, env=kept | recipe, stdout=subprocess.PIPE, text=True, check=True, timeout=120).stdout


if __name__ == "__main__":
    main()
