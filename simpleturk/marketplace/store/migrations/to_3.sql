-- Passwords, invitations, limits for each worker, and how long work takes.

ALTER TABLE workers ADD COLUMN password VARCHAR;
ALTER TABLE workers ADD COLUMN link VARCHAR;
ALTER TABLE workers ADD COLUMN link_expires FLOAT;
ALTER TABLE workers ADD COLUMN disabled FLOAT;
ALTER TABLE workers ADD COLUMN session_epoch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE workers ADD COLUMN terms VARCHAR;
ALTER TABLE hit_types ADD COLUMN done INTEGER NOT NULL DEFAULT 0;
ALTER TABLE hit_types ADD COLUMN seconds FLOAT NOT NULL DEFAULT 0;
ALTER TABLE hit_types ADD COLUMN capped BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE hits ADD COLUMN batch VARCHAR;
ALTER TABLE hits ADD COLUMN max_per_worker INTEGER;
ALTER TABLE hits ADD COLUMN max_concurrent INTEGER;

CREATE TABLE ended_sessions (
    session_id VARCHAR NOT NULL,
    ended FLOAT NOT NULL,
    PRIMARY KEY (session_id)
);

CREATE TABLE invitations (
    link VARCHAR NOT NULL,
    created FLOAT NOT NULL,
    expires FLOAT NOT NULL,
    uses_left INTEGER NOT NULL,
    country VARCHAR,
    subdivision VARCHAR,
    PRIMARY KEY (link)
);

CREATE TABLE sign_in_failures (
    "key" VARCHAR NOT NULL,
    since FLOAT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY ("key")
);

CREATE INDEX IF NOT EXISTS ended_sessions_by_age ON ended_sessions (ended);
CREATE INDEX IF NOT EXISTS sign_in_failures_by_age ON sign_in_failures (since);
CREATE UNIQUE INDEX IF NOT EXISTS workers_link ON workers (link);

-- Some databases of version 2 have these indexes in an earlier form.
DROP INDEX IF EXISTS hits_on_market;
DROP INDEX IF EXISTS hits_expiring;
CREATE INDEX hits_on_market ON hits (hit_type_id, seq, expiration) WHERE available > 0 AND expired = 0 AND deleted IS NULL;
CREATE INDEX hits_expiring ON hits (expiration) WHERE expired = 0;
CREATE INDEX IF NOT EXISTS assignments_of_worker_by_status ON assignments (worker_id, status);
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

UPDATE hit_types SET
    done = (
        SELECT count(*) FROM assignments JOIN hits ON hits.hit_id = assignments.hit_id
        WHERE hits.hit_type_id = hit_types.hit_type_id AND submitted IS NOT NULL
    ),
    seconds = (
        SELECT coalesce(sum(submitted - accepted), 0) FROM assignments JOIN hits ON hits.hit_id = assignments.hit_id
        WHERE hits.hit_type_id = hit_types.hit_type_id AND submitted IS NOT NULL
    );
