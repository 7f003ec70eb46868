"""The marketplace's tables.

Times are epoch seconds (float, to the millisecond); a reward is text in USD with two decimals, as it is shown, and
whatever is summed is a whole number of cents; structures that the service only hands back (requirements, answers,
review policies) are JSON text. `seq` columns give each list its stable order. Plain SQL types only, so that PostgreSQL
can take the place of SQLite.
"""

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    literal_column,
    text,
)

#: Raised by one with every change of a table; migrations/ has the step from each version to the next.
SCHEMA_VERSION = 3

metadata = MetaData()


def is_literally(column: Column[Any], value: str) -> ColumnElement[bool]:
    """column = 'value', written out: a planner then knows that an index over just these rows will do."""
    return column == literal_column(f"'{value}'")


settings = Table(
    "settings",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Text, nullable=False),
)

requesters = Table(
    "requesters",
    metadata,
    Column("requester_id", String, primary_key=True),
    Column("name", Text, nullable=False),
    Column("created", Float, nullable=False, server_default="0"),
    # A prepaid account spends what was deposited; the others have no limit, and their balance may fall below zero.
    Column("prepaid", Boolean, nullable=False, server_default=false()),
    # Cents, the sums of the ledger's two columns: what can be spent, and what is held for work that may be approved.
    Column("available", Integer, nullable=False, server_default="0"),
    Column("held", Integer, nullable=False, server_default="0"),
)

# The keys with which requesters sign their calls. Their secrets are not here: see signature.py.
access_keys = Table(
    "access_keys",
    metadata,
    Column("access_key_id", String, primary_key=True),
    Column("requester_id", ForeignKey("requesters.requester_id"), nullable=False),
    Column("created", Float, nullable=False),
    Column("revoked", Float),
)

# Every movement of money, never changed afterwards but for `paid`. Changed only in money.py.
ledger_entries = Table(
    "ledger",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("requester_id", ForeignKey("requesters.requester_id"), nullable=False),
    Column("time", Float, nullable=False),
    # deposit, hold, release, reward, bonus, cover
    Column("kind", String, nullable=False),
    # Cents by which the account's two sums changed.
    Column("available", Integer, nullable=False),
    Column("held", Integer, nullable=False),
    # For what: a hold and its release name the HIT, what a worker gets (reward, bonus) also worker and assignment.
    Column("hit_id", String),
    Column("worker_id", String),
    Column("assignment_id", String),
    Column("note", Text),
    # When the requester says that the worker has received the money.
    Column("paid", Float),
    Index("ledger_of_requester", "requester_id", "seq"),
    Index("ledger_of_assignment", "assignment_id"),
    Index(
        "ledger_unpaid",
        "requester_id",
        "seq",
        sqlite_where=text("kind IN ('reward', 'bonus') AND paid IS NULL"),
        postgresql_where=text("kind IN ('reward', 'bonus') AND paid IS NULL"),
    ),
    Index("ledger_bonuses", "hit_id", sqlite_where=text("kind = 'bonus'"), postgresql_where=text("kind = 'bonus'")),
)

workers = Table(
    "workers",
    metadata,
    Column("worker_id", String, primary_key=True),
    Column("created", Float, nullable=False),
    # ISO 3166: "US", and for the United States a subdivision such as "CA"; null is not known.
    Column("country", String),
    Column("subdivision", String),
    # Said by the worker: agrees to adult content. Granted by the operator: a Master.
    Column("adult", Boolean, nullable=False, server_default=false()),
    Column("master", Boolean, nullable=False, server_default=false()),
    # An account has a password (Argon2), and perhaps a link with which to set one: the link's digest, and its end.
    Column("password", String),
    Column("link", String),
    Column("link_expires", Float),
    # When the operator disabled the account, null for one that is good.
    Column("disabled", Float),
    # Raised by one, it ends every session of the worker.
    Column("session_epoch", Integer, nullable=False, server_default="0"),
    # The digest of the terms that were accepted.
    Column("terms", String),
    Index("workers_link", "link", unique=True),
)

# Links with which people make accounts of their own.
invitations = Table(
    "invitations",
    metadata,
    # The link's digest: who reads the database learns no link.
    Column("link", String, primary_key=True),
    Column("created", Float, nullable=False),
    Column("expires", Float, nullable=False),
    Column("uses_left", Integer, nullable=False),
    # Where those who come by it are; null where they say so themselves.
    Column("country", String),
    Column("subdivision", String),
)

# Sessions that were signed out before their cookies end.
ended_sessions = Table(
    "ended_sessions",
    metadata,
    Column("session_id", String, primary_key=True),
    Column("ended", Float, nullable=False),
    Index("ended_sessions_by_age", "ended"),
)

# Failed attempts to sign in, by what they have in common: an address, an id, both.
sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("key", String, primary_key=True),
    Column("since", Float, nullable=False),
    Column("number", Integer, nullable=False),
    Index("sign_in_failures_by_age", "since"),
)

hit_types = Table(
    "hit_types",
    metadata,
    Column("hit_type_id", String, primary_key=True),
    Column("hit_group_id", String, nullable=False, unique=True),
    Column("requester_id", ForeignKey("requesters.requester_id"), nullable=False),
    # Digest of the seven properties: equal values are the same HIT type.
    Column("digest", String, nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("keywords", Text),
    Column("reward", String, nullable=False),
    Column("assignment_duration", Integer, nullable=False),
    Column("auto_approval_delay", Integer, nullable=False),
    Column("requirements", JSON, nullable=False),
    # How many assignments were submitted, and how many seconds they took: what the work really pays.
    Column("done", Integer, nullable=False, server_default="0"),
    Column("seconds", Float, nullable=False, server_default="0"),
    # Some of its HITs have a cap.
    Column("capped", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("requester_id", "digest"),
)

#: HITs that workers find, and those whose expiration has not yet taken its effect.
ON_MARKET = "available > 0 AND expired = {no} AND deleted IS NULL"
NOT_EXPIRED = "expired = {no}"


def _only(condition: str) -> dict[str, Any]:
    """An index over just some rows, in the words of each database: SQLite's planner takes 0 and false for different."""
    return {"sqlite_where": text(condition.format(no=0)), "postgresql_where": text(condition.format(no="false"))}


hits = Table(
    "hits",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("hit_id", String, nullable=False, unique=True),
    Column("requester_id", ForeignKey("requesters.requester_id"), nullable=False),
    Column("hit_type_id", ForeignKey("hit_types.hit_type_id"), nullable=False),
    Column("question", Text, nullable=False),
    Column("max_assignments", Integer, nullable=False),
    Column("created", Float, nullable=False),
    Column("expiration", Float, nullable=False),
    Column("annotation", Text),
    # Read out of the annotation (caps.py): the batch, and what of it one worker may do, and hold at once.
    Column("batch", String),
    Column("max_per_worker", Integer),
    Column("max_concurrent", Integer),
    Column("assignment_review_policy", JSON),
    Column("hit_review_policy", JSON),
    Column("reviewing", Boolean, nullable=False, default=False),
    # The expiration has taken its effect: the rewards of the free places are no longer held.
    Column("expired", Boolean, nullable=False, default=False, server_default=false()),
    Column("deleted", Float),
    # Kept beside the assignments that they count, and changed only in lifecycle.py: a page of a list and the search
    # for the next HIT of a group stay fast however many HITs there are.
    Column("available", Integer, nullable=False),
    Column("pending", Integer, nullable=False, default=0),
    Column("completed", Integer, nullable=False, default=0),
    Index("hits_of_requester", "requester_id", "seq"),
    Index("hits_on_market", "hit_type_id", "seq", "expiration", **_only(ON_MARKET)),
    Index("hits_expiring", "expiration", **_only(NOT_EXPIRED)),
)

#: An assignment that takes one of its HIT's places.
HOLDS_PLACE = text("status NOT IN ('Returned', 'Abandoned')")

assignments = Table(
    "assignments",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("assignment_id", String, nullable=False, unique=True),
    Column("hit_id", ForeignKey("hits.hit_id"), nullable=False),
    Column("worker_id", ForeignKey("workers.worker_id"), nullable=False),
    # Accepted, Submitted, Approved, Rejected, Returned, Abandoned
    Column("status", String, nullable=False),
    Column("accepted", Float, nullable=False),
    Column("deadline", Float, nullable=False),
    Column("submitted", Float),
    Column("auto_approval", Float),
    Column("approved", Float),
    Column("rejected", Float),
    Column("feedback", Text),
    # The submitted answers, a list in the order in which the page sent them: [name, text], and for a selection in a
    # QuestionForm [name, {"selections": [identifier, …], "other": text or null}].
    Column("fields", JSON),
    Index("assignments_of_hit", "hit_id", "seq"),
    Index("assignments_of_worker", "worker_id", "seq"),
    # A worker has at most one assignment of a HIT that counts: the database itself refuses a second.
    Index(
        "one_assignment_each",
        "hit_id",
        "worker_id",
        unique=True,
        sqlite_where=HOLDS_PLACE,
        postgresql_where=HOLDS_PLACE,
    ),
    Index("assignments_of_worker_by_status", "worker_id", "status"),
    Index(
        "assignments_out",
        "deadline",
        sqlite_where=text("status = 'Accepted'"),
        postgresql_where=text("status = 'Accepted'"),
    ),
    Index(
        "assignments_unreviewed",
        "auto_approval",
        sqlite_where=text("status = 'Submitted'"),
        postgresql_where=text("status = 'Submitted'"),
    ),
)

worker_blocks = Table(
    "worker_blocks",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("requester_id", ForeignKey("requesters.requester_id"), nullable=False),
    Column("worker_id", String, nullable=False),
    Column("reason", Text, nullable=False),
    UniqueConstraint("requester_id", "worker_id"),
)

request_tokens = Table(
    "request_tokens",
    metadata,
    Column("requester_id", String, primary_key=True),
    Column("operation", String, primary_key=True),
    Column("token", String, primary_key=True),
    Column("created", Float, nullable=False),
    # What the first request made: the id that a repeat's error names.
    Column("result", String, nullable=False),
    Index("request_tokens_by_age", "created"),
)

qualification_types = Table(
    "qualification_types",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("qualification_type_id", String, nullable=False, unique=True),
    Column("requester_id", ForeignKey("requesters.requester_id"), nullable=False),
    Column("created", Float, nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("keywords", Text),
    # Active, Inactive
    Column("status", String, nullable=False),
    Column("test", Text),
    Column("answer_key", Text),
    Column("test_duration", Integer),
    # Seconds after which a worker may ask again; null is never.
    Column("retry_delay", Integer),
    Column("auto_granted", Boolean, nullable=False),
    Column("auto_granted_value", Integer),
    Column("deleted", Float),
    Index(
        "one_name_each",
        "requester_id",
        "name",
        unique=True,
        sqlite_where=text("deleted IS NULL"),
        postgresql_where=text("deleted IS NULL"),
    ),
)

qualifications = Table(
    "qualifications",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("qualification_type_id", ForeignKey("qualification_types.qualification_type_id"), nullable=False),
    Column("worker_id", String, nullable=False),
    Column("value", Integer, nullable=False),
    # Granted, Revoked
    Column("status", String, nullable=False),
    Column("granted", Float, nullable=False),
    UniqueConstraint("qualification_type_id", "worker_id"),
    Index("qualifications_of_worker", "worker_id"),
)

qualification_requests = Table(
    "qualification_requests",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("qualification_request_id", String, nullable=False, unique=True),
    Column("qualification_type_id", ForeignKey("qualification_types.qualification_type_id"), nullable=False),
    Column("worker_id", String, nullable=False),
    # Testing (the worker has the test before them), Pending, Granted, Rejected
    Column("status", String, nullable=False),
    # When the test was handed out, or the request made.
    Column("started", Float, nullable=False),
    Column("submitted", Float),
    # The test as it was when it was handed out, and its answers; as assignments.fields.
    Column("test", Text),
    Column("fields", JSON),
    Column("reason", Text),
    Index("requests_of_type", "qualification_type_id", "status", "seq"),
    Index("requests_of_worker", "worker_id", "qualification_type_id"),
)

# What a worker is told: messages, the reasons of bonuses and rejections, what became of qualifications.
messages = Table(
    "messages",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("worker_id", String, nullable=False),
    Column("requester_id", ForeignKey("requesters.requester_id"), nullable=False),
    Column("time", Float, nullable=False),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Index("messages_of_worker", "worker_id", "seq"),
)

review_actions = Table(
    "review_actions",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("action_id", String, nullable=False, unique=True),
    Column("hit_id", String, nullable=False),
    # Assignment, HIT
    Column("level", String, nullable=False),
    # review, approve, reject, extend
    Column("name", String, nullable=False),
    Column("target_id", String, nullable=False),
    # Assignment, HIT
    Column("target_type", String, nullable=False),
    # Succeeded, Failed
    Column("status", String, nullable=False),
    Column("completed", Float, nullable=False),
    Column("result", Text),
    Column("error_code", String),
    Index("review_actions_of_hit", "hit_id", "level", "seq"),
)

review_results = Table(
    "review_results",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("action_id", ForeignKey("review_actions.action_id"), nullable=False),
    Column("hit_id", String, nullable=False),
    Column("level", String, nullable=False),
    Column("subject_id", String, nullable=False),
    Column("subject_type", String, nullable=False),
    Column("question_id", String),
    Column("key", String, nullable=False),
    Column("value", Text, nullable=False),
    Index("review_results_of_hit", "hit_id", "level", "seq"),
)

notification_settings = Table(
    "notification_settings",
    metadata,
    Column("hit_type_id", ForeignKey("hit_types.hit_type_id"), primary_key=True),
    Column("destination", Text, nullable=False),
    Column("transport", String, nullable=False),
    Column("version", String, nullable=False),
    # The names of the events that are wanted, each between two spaces: " HITExpired HITReviewable ".
    Column("event_types", Text, nullable=False),
    Column("active", Boolean, nullable=False),
)

# What waits to be delivered; a row is gone once its receiver has it, or has been given up on.
notifications = Table(
    "notifications",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("requester_id", String, nullable=False),
    Column("destination", Text, nullable=False),
    Column("transport", String, nullable=False),
    Column("version", String, nullable=False),
    Column("event_type", String, nullable=False),
    Column("time", Float, nullable=False),
    Column("hit_type_id", String),
    Column("hit_id", String),
    Column("assignment_id", String),
    Column("attempts", Integer, nullable=False, server_default="0"),
    # When the next attempt may begin; while one is under way, when it counts as lost.
    Column("due", Float, nullable=False),
    Index("notifications_due", "due"),
    # A document's id is made of `seq`: no number may come again, or its receiver would take it for a repetition.
    sqlite_autoincrement=True,
)
