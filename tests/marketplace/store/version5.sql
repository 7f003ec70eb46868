-- A marketplace as version 5 of the tables left it: the one of version 4, and then what ann says about the task.
BEGIN TRANSACTION;
CREATE TABLE access_keys (
	access_key_id VARCHAR NOT NULL,
	requester_id VARCHAR NOT NULL,
	created FLOAT NOT NULL,
	revoked FLOAT,
	PRIMARY KEY (access_key_id),
	FOREIGN KEY(requester_id) REFERENCES requesters (requester_id)
);
CREATE TABLE assignments (
	seq INTEGER NOT NULL,
	assignment_id VARCHAR NOT NULL,
	hit_id VARCHAR NOT NULL,
	worker_id VARCHAR NOT NULL,
	status VARCHAR NOT NULL,
	accepted FLOAT NOT NULL,
	deadline FLOAT NOT NULL,
	submitted FLOAT,
	auto_approval FLOAT,
	approved FLOAT,
	rejected FLOAT,
	feedback TEXT,
	fields JSON, opinion JSON,
	PRIMARY KEY (seq),
	UNIQUE (assignment_id),
	FOREIGN KEY(hit_id) REFERENCES hits (hit_id),
	FOREIGN KEY(worker_id) REFERENCES workers (worker_id)
);
INSERT INTO "assignments" VALUES(1,'3UUGQ0K84NOXN27WM177SMXI4SNN7H','3DLEM54RVA2OLZ3E14W1R7D2CKTDGF','ann','Approved',1800000000.0,1800000600.0,1800000000.0,1802592000.0,1800000000.0,NULL,NULL,'[["answer", "ann"]]','{"clear": 4}');
INSERT INTO "assignments" VALUES(2,'38YOBTZB5TO9IPG6DDHKHVJVUN74XA','3DLEM54RVA2OLZ3E14W1R7D2CKTDGF','bob','Rejected',1800000000.0,1800000600.0,1800000000.0,1802592000.0,NULL,1800000000.0,'no','[["answer", "bob"]]',NULL);
INSERT INTO "assignments" VALUES(3,'3VUS7VBYFL9N3Z9Q4UOFRJYUHQDCX2','3DLEM54RVA2OLZ3E14W1R7D2CKTDGF','cat','Submitted',1800000000.0,1800000600.0,1800000000.0,1802592000.0,NULL,NULL,NULL,'[["answer", "cat"]]',NULL);
INSERT INTO "assignments" VALUES(4,'3ZN4NWK126AES7QTNR6HRW10FCOLTI','3DLEM54RVA2OLZ3E14W1R7D2CKTDGF','dan','Accepted',1800000000.0,1800000600.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE ended_sessions (
	session_id VARCHAR NOT NULL,
	ended FLOAT NOT NULL,
	PRIMARY KEY (session_id)
);
CREATE TABLE hit_types (
	hit_type_id VARCHAR NOT NULL,
	hit_group_id VARCHAR NOT NULL,
	requester_id VARCHAR NOT NULL,
	digest VARCHAR NOT NULL,
	title TEXT NOT NULL,
	description TEXT NOT NULL,
	keywords TEXT,
	reward VARCHAR NOT NULL,
	assignment_duration INTEGER NOT NULL,
	auto_approval_delay INTEGER NOT NULL,
	requirements JSON NOT NULL, done INTEGER NOT NULL DEFAULT 0, seconds FLOAT NOT NULL DEFAULT 0, capped BOOLEAN NOT NULL DEFAULT false,
	PRIMARY KEY (hit_type_id),
	UNIQUE (requester_id, digest),
	UNIQUE (hit_group_id),
	FOREIGN KEY(requester_id) REFERENCES requesters (requester_id)
);
INSERT INTO "hit_types" VALUES('3UYY20N6Q24X8NB3OFXYCE4SMXLQ4M','3QTNTLS5ZJ9675VM5W330BR02UT8MK','A0LOCALREQUESTER','1b47b2fe0e5400c83c46dc7e3fa1a820088d0745cbc87b4125a032741d7563a4','Old','d',NULL,'0.10',600,2592000,'[]',3,0.0,0);
CREATE TABLE hits (
	seq INTEGER NOT NULL,
	hit_id VARCHAR NOT NULL,
	requester_id VARCHAR NOT NULL,
	hit_type_id VARCHAR NOT NULL,
	question TEXT NOT NULL,
	max_assignments INTEGER NOT NULL,
	created FLOAT NOT NULL,
	expiration FLOAT NOT NULL,
	annotation TEXT,
	assignment_review_policy JSON,
	hit_review_policy JSON,
	reviewing BOOLEAN NOT NULL,
	deleted FLOAT,
	available INTEGER NOT NULL,
	pending INTEGER NOT NULL,
	completed INTEGER NOT NULL, expired BOOLEAN NOT NULL DEFAULT false, batch VARCHAR, max_per_worker INTEGER, max_concurrent INTEGER, page_id VARCHAR REFERENCES pages (page_id), delta BLOB,
	PRIMARY KEY (seq),
	UNIQUE (hit_id),
	FOREIGN KEY(requester_id) REFERENCES requesters (requester_id),
	FOREIGN KEY(hit_type_id) REFERENCES hit_types (hit_type_id)
);
INSERT INTO "hits" VALUES(1,'3DLEM54RVA2OLZ3E14W1R7D2CKTDGF','A0LOCALREQUESTER','3UYY20N6Q24X8NB3OFXYCE4SMXLQ4M','',5,1800000000.0,1800086400.0,NULL,'null','null',0,NULL,1,1,2,0,NULL,NULL,NULL,'3PAGE0000000000000000000000000',X'0000008F00000043787D9C260A43F3C8040000FB00B2');
CREATE TABLE invitations (
	link VARCHAR NOT NULL,
	created FLOAT NOT NULL,
	expires FLOAT NOT NULL,
	uses_left INTEGER NOT NULL,
	country VARCHAR,
	subdivision VARCHAR,
	PRIMARY KEY (link)
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
INSERT INTO "ledger" VALUES(1,'A0LOCALREQUESTER',1800000000.0,'hold',-40,40,'3DLEM54RVA2OLZ3E14W1R7D2CKTDGF',NULL,NULL,NULL,NULL);
INSERT INTO "ledger" VALUES(2,'A0LOCALREQUESTER',1800000000.0,'reward',0,-10,'3DLEM54RVA2OLZ3E14W1R7D2CKTDGF','ann','3UUGQ0K84NOXN27WM177SMXI4SNN7H',NULL,NULL);
INSERT INTO "ledger" VALUES(3,'A0LOCALREQUESTER',1800000100.0,'bonus',-100,0,'3DLEM54RVA2OLZ3E14W1R7D2CKTDGF','ann','3UUGQ0K84NOXN27WM177SMXI4SNN7H','Thanks',NULL);
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
INSERT INTO "messages" VALUES(1,'ann','A0LOCALREQUESTER',1800000100.0,'You have been granted the qualification Old test','Its value is 5.');
INSERT INTO "messages" VALUES(2,'ann','A0LOCALREQUESTER',1800000100.0,'You received a bonus of $1.00','Thanks');
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
CREATE TABLE pages (
    seq INTEGER NOT NULL,
    page_id VARCHAR NOT NULL,
    hit_type_id VARCHAR NOT NULL,
    question TEXT NOT NULL,
    PRIMARY KEY (seq),
    UNIQUE (page_id),
    FOREIGN KEY(hit_type_id) REFERENCES hit_types (hit_type_id)
);
INSERT INTO "pages" VALUES(1,'3PAGE0000000000000000000000000','3UYY20N6Q24X8NB3OFXYCE4SMXLQ4M','<HTMLQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2011-11-11/HTMLQuestion.xsd"><HTMLContent><![CDATA[<form>Another page of this HIT type</form>]]></HTMLContent><FrameHeight>0</FrameHeight></HTMLQuestion>');
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
INSERT INTO "qualification_types" VALUES(1,'3DUIPGKLKJYQXEE7K1M0U84H1LIAIC','A0LOCALREQUESTER',1800000100.0,'Old test','d',NULL,'Active',NULL,NULL,NULL,NULL,1,7,NULL);
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
INSERT INTO "qualifications" VALUES(1,'3DUIPGKLKJYQXEE7K1M0U84H1LIAIC','ann',5,'Granted',1800000100.0);
CREATE TABLE request_tokens (
	requester_id VARCHAR NOT NULL,
	operation VARCHAR NOT NULL,
	token VARCHAR NOT NULL,
	created FLOAT NOT NULL,
	result VARCHAR NOT NULL,
	PRIMARY KEY (requester_id, operation, token)
);
CREATE TABLE requesters (
	requester_id VARCHAR NOT NULL,
	name TEXT NOT NULL, created FLOAT NOT NULL DEFAULT 0, prepaid BOOLEAN NOT NULL DEFAULT false, available INTEGER NOT NULL DEFAULT 0, held INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (requester_id)
);
INSERT INTO "requesters" VALUES('A0LOCALREQUESTER','Local requester',0.0,0,-140,30);
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
CREATE TABLE settings (
	name VARCHAR NOT NULL,
	value TEXT NOT NULL,
	PRIMARY KEY (name)
);
INSERT INTO "settings" VALUES('schema_version','5');
CREATE TABLE sign_in_failures (
	"key" VARCHAR NOT NULL,
	since FLOAT NOT NULL,
	number INTEGER NOT NULL,
	PRIMARY KEY ("key")
);
CREATE TABLE worker_blocks (
	seq INTEGER NOT NULL,
	requester_id VARCHAR NOT NULL,
	worker_id VARCHAR NOT NULL,
	reason TEXT NOT NULL,
	PRIMARY KEY (seq),
	UNIQUE (requester_id, worker_id),
	FOREIGN KEY(requester_id) REFERENCES requesters (requester_id)
);
INSERT INTO "worker_blocks" VALUES(1,'A0LOCALREQUESTER','eve','r');
CREATE TABLE workers (
	worker_id VARCHAR NOT NULL,
	created FLOAT NOT NULL,
	country VARCHAR,
	subdivision VARCHAR, adult BOOLEAN NOT NULL DEFAULT false, master BOOLEAN NOT NULL DEFAULT false, password VARCHAR, link VARCHAR, link_expires FLOAT, disabled FLOAT, session_epoch INTEGER NOT NULL DEFAULT 0, terms VARCHAR,
	PRIMARY KEY (worker_id)
);
INSERT INTO "workers" VALUES('ann',1800000000.0,NULL,NULL,0,0,NULL,NULL,NULL,NULL,0,NULL);
INSERT INTO "workers" VALUES('bob',1800000000.0,NULL,NULL,0,0,NULL,NULL,NULL,NULL,0,NULL);
INSERT INTO "workers" VALUES('cat',1800000000.0,NULL,NULL,0,0,NULL,NULL,NULL,NULL,0,NULL);
INSERT INTO "workers" VALUES('dan',1800000000.0,NULL,NULL,0,0,NULL,NULL,NULL,NULL,0,NULL);
CREATE INDEX hits_of_requester ON hits (requester_id, seq);
CREATE INDEX assignments_unreviewed ON assignments (auto_approval) WHERE status = 'Submitted';
CREATE INDEX assignments_out ON assignments (deadline) WHERE status = 'Accepted';
CREATE INDEX assignments_of_worker ON assignments (worker_id, seq);
CREATE UNIQUE INDEX one_assignment_each ON assignments (hit_id, worker_id) WHERE status NOT IN ('Returned', 'Abandoned');
CREATE INDEX assignments_of_hit ON assignments (hit_id, seq);
CREATE INDEX ledger_unpaid ON ledger (requester_id, seq) WHERE kind IN ('reward', 'bonus') AND paid IS NULL;
CREATE INDEX ledger_bonuses ON ledger (hit_id) WHERE kind = 'bonus';
CREATE INDEX ledger_of_assignment ON ledger (assignment_id);
CREATE INDEX ledger_of_requester ON ledger (requester_id, seq);
CREATE INDEX ended_sessions_by_age ON ended_sessions (ended);
CREATE INDEX sign_in_failures_by_age ON sign_in_failures (since);
CREATE UNIQUE INDEX one_name_each ON qualification_types (requester_id, name) WHERE deleted IS NULL;
CREATE INDEX messages_of_worker ON messages (worker_id, seq);
CREATE INDEX review_actions_of_hit ON review_actions (hit_id, level, seq);
CREATE INDEX notifications_due ON notifications (due);
CREATE INDEX qualifications_of_worker ON qualifications (worker_id);
CREATE INDEX requests_of_worker ON qualification_requests (worker_id, qualification_type_id);
CREATE INDEX requests_of_type ON qualification_requests (qualification_type_id, status, seq);
CREATE INDEX review_results_of_hit ON review_results (hit_id, level, seq);
CREATE UNIQUE INDEX workers_link ON workers (link);
CREATE INDEX hits_on_market ON hits (hit_type_id, seq, expiration) WHERE available > 0 AND expired = 0 AND deleted IS NULL;
CREATE INDEX hits_expiring ON hits (expiration) WHERE expired = 0;
CREATE INDEX assignments_of_worker_by_status ON assignments (worker_id, status);
CREATE INDEX request_tokens_by_age ON request_tokens (created);
CREATE INDEX pages_of_hit_type ON pages (hit_type_id, seq);
DELETE FROM "sqlite_sequence";
COMMIT;
PRAGMA application_id = 1937009517;
