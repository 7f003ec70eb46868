-- Money, access keys, qualifications, review policies, notifications, messages.

ALTER TABLE requesters ADD COLUMN created FLOAT NOT NULL DEFAULT 0;
ALTER TABLE requesters ADD COLUMN prepaid BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE requesters ADD COLUMN available INTEGER NOT NULL DEFAULT 0;
ALTER TABLE requesters ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
ALTER TABLE workers ADD COLUMN adult BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE workers ADD COLUMN master BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE hits ADD COLUMN expired BOOLEAN NOT NULL DEFAULT false;
DROP INDEX hits_open;

-- From version 2 on, sessions are signed with a key in a file beside the database.
DELETE FROM settings WHERE name = 'secret_key';

CREATE TABLE access_keys (
    access_key_id VARCHAR NOT NULL,
    requester_id VARCHAR NOT NULL,
    created FLOAT NOT NULL,
    revoked FLOAT,
    PRIMARY KEY (access_key_id),
    FOREIGN KEY(requester_id) REFERENCES requesters (requester_id)
);

CREATE TABLE ledger (
    seq INTEGER NOT NULL,
    requester_id VARCHAR NOT NULL,
    time FLOAT NOT NULL,
    kind VARCHAR NOT NULL,
    available INTEGER NOT NULL,
    held INTEGER NOT NULL,
    hit_id VARCHAR,
    worker_id VARCHAR,
    assignment_id VARCHAR,
    note TEXT,
    paid FLOAT,
    PRIMARY KEY (seq),
    FOREIGN KEY(requester_id) REFERENCES requesters (requester_id)
);

CREATE TABLE messages (
    seq INTEGER NOT NULL,
    worker_id VARCHAR NOT NULL,
    requester_id VARCHAR NOT NULL,
    time FLOAT NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (seq),
    FOREIGN KEY(requester_id) REFERENCES requesters (requester_id)
);

CREATE TABLE notification_settings (
    hit_type_id VARCHAR NOT NULL,
    destination TEXT NOT NULL,
    transport VARCHAR NOT NULL,
    version VARCHAR NOT NULL,
    event_types TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    PRIMARY KEY (hit_type_id),
    FOREIGN KEY(hit_type_id) REFERENCES hit_types (hit_type_id)
);

CREATE TABLE notifications (
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    requester_id VARCHAR NOT NULL,
    destination TEXT NOT NULL,
    transport VARCHAR NOT NULL,
    version VARCHAR NOT NULL,
    event_type VARCHAR NOT NULL,
    time FLOAT NOT NULL,
    hit_type_id VARCHAR,
    hit_id VARCHAR,
    assignment_id VARCHAR,
    attempts INTEGER DEFAULT '0' NOT NULL,
    due FLOAT NOT NULL
);

CREATE TABLE qualification_requests (
    seq INTEGER NOT NULL,
    qualification_request_id VARCHAR NOT NULL,
    qualification_type_id VARCHAR NOT NULL,
    worker_id VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    started FLOAT NOT NULL,
    submitted FLOAT,
    test TEXT,
    fields JSON,
    reason TEXT,
    PRIMARY KEY (seq),
    UNIQUE (qualification_request_id),
    FOREIGN KEY(qualification_type_id) REFERENCES qualification_types (qualification_type_id)
);

CREATE TABLE qualification_types (
    seq INTEGER NOT NULL,
    qualification_type_id VARCHAR NOT NULL,
    requester_id VARCHAR NOT NULL,
    created FLOAT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    keywords TEXT,
    status VARCHAR NOT NULL,
    test TEXT,
    answer_key TEXT,
    test_duration INTEGER,
    retry_delay INTEGER,
    auto_granted BOOLEAN NOT NULL,
    auto_granted_value INTEGER,
    deleted FLOAT,
    PRIMARY KEY (seq),
    UNIQUE (qualification_type_id),
    FOREIGN KEY(requester_id) REFERENCES requesters (requester_id)
);

CREATE TABLE qualifications (
    seq INTEGER NOT NULL,
    qualification_type_id VARCHAR NOT NULL,
    worker_id VARCHAR NOT NULL,
    value INTEGER NOT NULL,
    status VARCHAR NOT NULL,
    granted FLOAT NOT NULL,
    PRIMARY KEY (seq),
    UNIQUE (qualification_type_id, worker_id),
    FOREIGN KEY(qualification_type_id) REFERENCES qualification_types (qualification_type_id)
);

CREATE TABLE review_actions (
    seq INTEGER NOT NULL,
    action_id VARCHAR NOT NULL,
    hit_id VARCHAR NOT NULL,
    level VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    target_id VARCHAR NOT NULL,
    target_type VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    completed FLOAT NOT NULL,
    result TEXT,
    error_code VARCHAR,
    PRIMARY KEY (seq),
    UNIQUE (action_id)
);

CREATE TABLE review_results (
    seq INTEGER NOT NULL,
    action_id VARCHAR NOT NULL,
    hit_id VARCHAR NOT NULL,
    level VARCHAR NOT NULL,
    subject_id VARCHAR NOT NULL,
    subject_type VARCHAR NOT NULL,
    question_id VARCHAR,
    "key" VARCHAR NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (seq),
    FOREIGN KEY(action_id) REFERENCES review_actions (action_id)
);

CREATE INDEX IF NOT EXISTS assignments_of_worker_by_status ON assignments (worker_id, status);
CREATE INDEX IF NOT EXISTS hits_expiring ON hits (expiration) WHERE expired = 0;
CREATE INDEX IF NOT EXISTS hits_on_market ON hits (hit_type_id, seq, expiration) WHERE available > 0 AND expired = 0 AND deleted IS NULL;
CREATE INDEX IF NOT EXISTS ledger_bonuses ON ledger (hit_id) WHERE kind = 'bonus';
CREATE INDEX IF NOT EXISTS ledger_of_assignment ON ledger (assignment_id);
CREATE INDEX IF NOT EXISTS ledger_of_requester ON ledger (requester_id, seq);
CREATE INDEX IF NOT EXISTS ledger_unpaid ON ledger (requester_id, seq) WHERE kind IN ('reward', 'bonus') AND paid IS NULL;
CREATE INDEX IF NOT EXISTS messages_of_worker ON messages (worker_id, seq);
CREATE INDEX IF NOT EXISTS notifications_due ON notifications (due);
CREATE UNIQUE INDEX IF NOT EXISTS one_name_each ON qualification_types (requester_id, name) WHERE deleted IS NULL;
CREATE INDEX IF NOT EXISTS qualifications_of_worker ON qualifications (worker_id);
CREATE INDEX IF NOT EXISTS request_tokens_by_age ON request_tokens (created);
CREATE INDEX IF NOT EXISTS requests_of_type ON qualification_requests (qualification_type_id, status, seq);
CREATE INDEX IF NOT EXISTS requests_of_worker ON qualification_requests (worker_id, qualification_type_id);
CREATE INDEX IF NOT EXISTS review_actions_of_hit ON review_actions (hit_id, level, seq);
CREATE INDEX IF NOT EXISTS review_results_of_hit ON review_results (hit_id, level, seq);

UPDATE hits SET expired = true
WHERE expiration <= (julianday('now') - 2440587.5) * 86400 OR deleted IS NOT NULL;

-- The ledger of what was launched and approved in version 1, which had none.
INSERT INTO ledger (requester_id, time, kind, available, held, hit_id)
SELECT requester_id, created, 'hold', -cents, cents, hit_id
FROM (
    SELECT hits.*,
        CAST(replace(hit_types.reward, '.', '') AS INTEGER) * (
            CASE WHEN hits.expired THEN 0 ELSE hits.available END + (
                SELECT count(*) FROM assignments
                WHERE assignments.hit_id = hits.hit_id AND status IN ('Accepted', 'Submitted', 'Approved')
            )
        ) AS cents
    FROM hits JOIN hit_types ON hit_types.hit_type_id = hits.hit_type_id
)
WHERE cents > 0;

INSERT INTO ledger (requester_id, time, kind, available, held, hit_id, worker_id, assignment_id)
SELECT hits.requester_id, assignments.approved, 'reward', 0, -CAST(replace(hit_types.reward, '.', '') AS INTEGER),
    hits.hit_id, assignments.worker_id, assignments.assignment_id
FROM assignments
JOIN hits ON hits.hit_id = assignments.hit_id
JOIN hit_types ON hit_types.hit_type_id = hits.hit_type_id
WHERE assignments.status = 'Approved' ORDER BY assignments.seq;

UPDATE requesters SET
    available = (SELECT coalesce(sum(available), 0) FROM ledger WHERE requester_id = requesters.requester_id),
    held = (SELECT coalesce(sum(held), 0) FROM ledger WHERE requester_id = requesters.requester_id);
