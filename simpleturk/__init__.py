"""simpleturk runs batches of human tasks (HITs) from the command line.

    properties ─┐
    template  ──┼─► questions ─► HITs ─► ids file ─► assignments ─► results (JSONL) ─► review
    inputs    ──┘

`commands/` reads options and shows outcomes, `batch/` is that flow, `mturk.py` the boundary to any Mechanical
Turk endpoint, and `marketplace/` a Mechanical Turk of your own.
"""

__version__ = "0.2.0"
