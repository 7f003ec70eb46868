"""How long check takes: python -m tests.benchmarks.checking [INPUTS …]

Of an example's page of 28 kB, beside rendering alone; what a launch looks at beforehand; and the peak of memory.
"""

import json
import resource
import sys
import tempfile
import time
from pathlib import Path

from simpleturk.batch.batch import BatchFiles, load_batch
from simpleturk.batch.inputs import open_inputs
from simpleturk.batch.lint.check import check_batch
from simpleturk.commands.common.findings import SAMPLE
from simpleturk.commands.tasks.init import copy_example


def main() -> None:
    """Print a row for each number of inputs."""
    numbers = [int(argument) for argument in sys.argv[1:]] or [100, 1_000, 10_000]
    print(f"{'inputs':>8}  {'load':>8}  {'check':>8}  {'a launch':>8}  {'peak':>8}")
    for number in numbers:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / "task"
            copy_example("rating_scale", folder)
            lines = (
                json.dumps({"product": f"Kettle {n}", "description": "Boils. " * (100 + n % 50)}) + "\n"
                for n in range(number)
            )
            (folder / "inputs.jsonl").write_text("".join(lines))
            inputs = open_inputs(folder / "inputs.jsonl")
            begun = time.perf_counter()
            batch = load_batch(BatchFiles(inputs, folder / "template.html", folder / "properties.json"))
            loaded = time.perf_counter()
            assert check_batch(batch) == []
            checked = time.perf_counter()
            assert check_batch(batch, SAMPLE) == []
            done = time.perf_counter()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(
            f"{number:8,}  {loaded - begun:6.2f} s  {checked - loaded:6.2f} s  {done - checked:6.2f} s  {peak:4} MiB",
            flush=True,
        )


if __name__ == "__main__":
    main()
