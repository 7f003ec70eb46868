"""Tables of HIT types, HITs, assignments, and the results of review policies."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from simpleturk.marketplace.store.schema.metadata import metadata, partial_index

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
    # Submitted assignments and the seconds that they took: together with the reward, the real hourly pay.
    Column("done", Integer, nullable=False, server_default="0"),
    Column("seconds", Float, nullable=False, server_default="0"),
    # Whether some of its HITs have per-worker limits.
    Column("capped", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("requester_id", "digest"),
)

#: Whole questions, from which the questions of other HITs differ a little: see store/questions.py.
pages = Table(
    "pages",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("page_id", String, nullable=False, unique=True),
    Column("hit_type_id", ForeignKey("hit_types.hit_type_id"), nullable=False),
    Column("question", Text, nullable=False),
    Index("pages_of_hit_type", "hit_type_id", "seq"),
)

#: HITs available to workers, and HITs whose expiration has not been applied yet.
AVAILABLE = "available > 0 AND expired = {no} AND deleted IS NULL"

NOT_EXPIRED = "expired = {no}"

hits = Table(
    "hits",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("hit_id", String, nullable=False, unique=True),
    Column("requester_id", ForeignKey("requesters.requester_id"), nullable=False),
    Column("hit_type_id", ForeignKey("hit_types.hit_type_id"), nullable=False),
    # The question, or "" if it is the page `page_id` with the difference `delta` (store/questions.py).
    Column("question", Text, nullable=False),
    Column("page_id", ForeignKey("pages.page_id")),
    Column("delta", LargeBinary),
    Column("max_assignments", Integer, nullable=False),
    Column("created", Float, nullable=False),
    Column("expiration", Float, nullable=False),
    Column("annotation", Text),
    # From the annotation (domain/worker_limits.py): the batch, and how many of its HITs a worker may do, and hold.
    Column("batch", String),
    Column("max_per_worker", Integer),
    Column("max_concurrent", Integer),
    Column("assignment_review_policy", JSON),
    Column("hit_review_policy", JSON),
    Column("reviewing", Boolean, nullable=False, default=False),
    # The expiration has been applied: rewards of available assignments are no longer held.
    Column("expired", Boolean, nullable=False, default=False, server_default=false()),
    Column("deleted", Float),
    # Counts of assignments, saved here so that lists and the search for a group's next HIT stay fast with any number
    # of HITs. Changed only in domain/lifecycle.py and domain/deadlines.py.
    Column("available", Integer, nullable=False),
    Column("pending", Integer, nullable=False, default=0),
    Column("completed", Integer, nullable=False, default=0),
    Index("hits_of_requester", "requester_id", "seq"),
    Index("hits_on_market", "hit_type_id", "seq", "expiration", **partial_index(AVAILABLE)),
    Index("hits_expiring", "expiration", **partial_index(NOT_EXPIRED)),
)

#: An assignment that uses up one of its HIT's available assignments.
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
    # The submitted answers, a list in the order in which the page sent them: [name, text], or for a selection in a
    # QuestionForm [name, {"selections": [identifier, …], "other": text or null}].
    Column("fields", JSON),
    # What the worker says about the task after the submission, by question.
    Column("opinion", JSON),
    Index("assignments_of_hit", "hit_id", "seq"),
    Index("assignments_of_worker", "worker_id", "seq"),
    # A worker has at most one assignment of a HIT, apart from returned and abandoned ones: the database refuses more.
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

request_tokens = Table(
    "request_tokens",
    metadata,
    Column("requester_id", String, primary_key=True),
    Column("operation", String, primary_key=True),
    Column("token", String, primary_key=True),
    Column("created", Float, nullable=False),
    # The id that the first request created; the error of a repeated request names it.
    Column("result", String, nullable=False),
    Index("request_tokens_by_age", "created"),
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
