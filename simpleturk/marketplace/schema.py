"""The marketplace's tables.

Times are epoch seconds (float, to the millisecond), money is text in USD with two decimals, structures that the
service only hands back (requirements, answers, review policies) are JSON text. `seq` columns give each list its stable
order. Plain SQL types only, so that PostgreSQL can take the place of SQLite.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

#: Raised by one with every change of a table; a database of another version is refused, never guessed at.
SCHEMA_VERSION = 1

metadata = MetaData()

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
)

workers = Table(
    "workers",
    metadata,
    Column("worker_id", String, primary_key=True),
    Column("created", Float, nullable=False),
    # ISO 3166: "US", and for the United States a subdivision such as "CA"; null is not known.
    Column("country", String),
    Column("subdivision", String),
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
    UniqueConstraint("requester_id", "digest"),
)

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
    Column("assignment_review_policy", JSON),
    Column("hit_review_policy", JSON),
    Column("reviewing", Boolean, nullable=False, default=False),
    Column("deleted", Float),
    # Kept beside the assignments that they count, and changed only in lifecycle.py: a page of a list and the search
    # for the next HIT of a group stay fast however many HITs there are.
    Column("available", Integer, nullable=False),
    Column("pending", Integer, nullable=False, default=0),
    Column("completed", Integer, nullable=False, default=0),
    Index("hits_of_requester", "requester_id", "seq"),
    Index(
        "hits_open", "hit_type_id", "seq", sqlite_where=text("available > 0"), postgresql_where=text("available > 0")
    ),
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
    # The submitted form: a list of [name, value], in the order in which the page sent them.
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
)
