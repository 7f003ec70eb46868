"""The marketplace's tables, by topic.

Times are epoch seconds (float, to the millisecond). A reward is text in USD with two decimals, as it is shown; sums of
money are whole cents. Structures that the service only returns (requirements, answers, review policies) are JSON text.
`seq` columns give each list its stable order. Only plain SQL types are used, so that PostgreSQL can replace SQLite.
"""

from simpleturk.marketplace.store.schema.metadata import SCHEMA_VERSION, is_literally, metadata, settings
from simpleturk.marketplace.store.schema.money import ledger_entries
from simpleturk.marketplace.store.schema.notifications import notification_settings, notifications
from simpleturk.marketplace.store.schema.people import (
    access_keys,
    ended_sessions,
    invitations,
    messages,
    qualification_requests,
    qualification_types,
    qualifications,
    requesters,
    sign_in_failures,
    worker_blocks,
    workers,
)
from simpleturk.marketplace.store.schema.work import (
    assignments,
    hit_types,
    hits,
    pages,
    request_tokens,
    review_actions,
    review_results,
)

__all__ = [
    "SCHEMA_VERSION",
    "access_keys",
    "assignments",
    "ended_sessions",
    "hit_types",
    "hits",
    "invitations",
    "is_literally",
    "ledger_entries",
    "messages",
    "metadata",
    "notification_settings",
    "notifications",
    "pages",
    "qualification_requests",
    "qualification_types",
    "qualifications",
    "request_tokens",
    "requesters",
    "review_actions",
    "review_results",
    "settings",
    "sign_in_failures",
    "worker_blocks",
    "workers",
]
