"""How long `simpleturk --help` takes beside importing Typer: python -m tests.benchmarks.startup

The two are run in turn, so that their ratio holds on a noisy machine.
"""

import statistics
import subprocess
import sys
import time

RUNS = 21
COMMANDS = {
    "python -c 'import typer'": [sys.executable, "-c", "import typer"],
    "simpleturk --help": [sys.executable, "-m", "simpleturk", "--help"],
    "simpleturk launch --help": [sys.executable, "-m", "simpleturk", "launch", "--help"],
}


def main() -> None:
    """Print the table."""
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for run in range(RUNS + 1):
        for name, command in COMMANDS.items():
            start = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            if run:  # the first warms the caches
                taken[name].append((time.perf_counter() - start) * 1000)
    base = statistics.median(taken["python -c 'import typer'"])
    print(f"{'command':28} {'median ms':>10} {'ratio':>6}")
    for name, times in taken.items():
        print(f"{name:28} {statistics.median(times):10.0f} {statistics.median(times) / base:6.2f}")


if __name__ == "__main__":
    main()
