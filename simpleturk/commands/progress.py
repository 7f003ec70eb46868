"""progress: how far a batch has come."""

import json
from typing import Annotated

import typer

from simpleturk import console
from simpleturk.commands.options import DEFAULT_IDS, IdsOpt, data_out, on_a_marketplace, the_batch
from simpleturk.endpoints import Where

JsonOpt = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")]


@on_a_marketplace
def progress(where: Where, ids: IdsOpt = DEFAULT_IDS, json_: JsonOpt = False) -> None:
    """Show how far a batch has come."""
    from simpleturk.batch import survey

    hit_ids, record, mturk = the_batch(where, ids)
    state = survey.progress(survey.survey(mturk, hit_ids))
    with data_out():
        if json_:
            console.data(json.dumps(state.as_json()) + "\n")
            return
        rows = [
            ("HITs", f"{state.hits:,}"),
            ("  on the market", f"{state.assignable:,}"),
            ("  all places taken", f"{state.unassignable:,}"),
            ("  ready for review", f"{state.reviewable + state.reviewing:,}"),
            ("  deleted", f"{state.gone:,}"),
            ("Assignments", f"{state.assignments:,}"),
            ("  free", f"{state.available:,}"),
            ("  expired unfilled", f"{state.expired:,}"),
            ("  in work", f"{state.pending:,}"),
            ("  waiting for review", f"{state.submitted:,}"),
            ("  approved or rejected", f"{state.reviewed:,}"),
        ]
        console.table(f"{ids} on {mturk.marketplace.name}", rows)
    unlaunched = record.hits - len(hit_ids) if record else 0
    if unlaunched > 0:
        console.warn(f"{console.plural(unlaunched, 'input')} not launched yet", "run the launch again: it continues")
