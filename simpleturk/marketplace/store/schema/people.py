"""Tables of requesters, workers, and their qualifications."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from simpleturk.marketplace.store.schema.metadata import metadata

requesters = Table(
    "requesters",
    metadata,
    Column("requester_id", String, primary_key=True),
    Column("name", Text, nullable=False),
    Column("created", Float, nullable=False, server_default="0"),
    # A prepaid account spends what was deposited. Other accounts have no limit: their balance may be negative.
    Column("prepaid", Boolean, nullable=False, server_default=false()),
    # Cents, the sums of the ledger's two columns: spendable, and held for work that may still be approved.
    Column("available", Integer, nullable=False, server_default="0"),
    Column("held", Integer, nullable=False, server_default="0"),
)

# The keys with which requesters sign their calls. Their secrets are in no table: see api/signature.py.
access_keys = Table(
    "access_keys",
    metadata,
    Column("access_key_id", String, primary_key=True),
    Column("requester_id", ForeignKey("requesters.requester_id"), nullable=False),
    Column("created", Float, nullable=False),
    Column("revoked", Float),
)

workers = Table(
    "workers",
    metadata,
    Column("worker_id", String, primary_key=True),
    Column("created", Float, nullable=False),
    # ISO 3166: "US", and in the United States a subdivision such as "CA"; null if unknown.
    Column("country", String),
    Column("subdivision", String),
    # adult: the worker agrees to see adult content. master: the operator has granted the Masters qualification.
    Column("adult", Boolean, nullable=False, server_default=false()),
    Column("master", Boolean, nullable=False, server_default=false()),
    # An account has a password (Argon2 hash), and at times a link for setting one: the link's digest and its expiry.
    Column("password", String),
    Column("link", String),
    Column("link_expires", Float),
    # When the operator disabled the account; null for an enabled account.
    Column("disabled", Float),
    # Adding one ends all sessions of the worker.
    Column("session_epoch", Integer, nullable=False, server_default="0"),
    # The digest of the terms that the worker has accepted.
    Column("terms", String),
    Index("workers_link", "link", unique=True),
)

# Links with which people create their own accounts.
invitations = Table(
    "invitations",
    metadata,
    # The link's digest: the database holds no usable link.
    Column("link", String, primary_key=True),
    Column("created", Float, nullable=False),
    Column("expires", Float, nullable=False),
    Column("uses_left", Integer, nullable=False),
    # The country that new accounts get; null if workers enter it themselves.
    Column("country", String),
    Column("subdivision", String),
)

# Sessions that were signed out before their cookies expire.
ended_sessions = Table(
    "ended_sessions",
    metadata,
    Column("session_id", String, primary_key=True),
    Column("ended", Float, nullable=False),
    Index("ended_sessions_by_age", "ended"),
)

# Failed attempts to sign in, counted by address, by worker id, and by both.
sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("key", String, primary_key=True),
    Column("since", Float, nullable=False),
    Column("number", Integer, nullable=False),
    Index("sign_in_failures_by_age", "since"),
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

# Workers' inboxes: requesters' messages, reasons of bonuses and rejections, decisions about qualifications.
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
    # Seconds after which a worker may request it again; null means never.
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
    # Testing (the worker is taking the test), Pending, Granted, Rejected
    Column("status", String, nullable=False),
    # When the worker began the test, or made the request.
    Column("started", Float, nullable=False),
    Column("submitted", Float),
    # The test as it was when the worker began it, and the answers in the form of assignments.fields.
    Column("test", Text),
    Column("fields", JSON),
    Column("reason", Text),
    Index("requests_of_type", "qualification_type_id", "status", "seq"),
    Index("requests_of_worker", "worker_id", "qualification_type_id"),
)
