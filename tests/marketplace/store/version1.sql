-- A marketplace as version 1 of the tables left it: one HIT of five places at $0.10 (one approved, one rejected,
-- one submitted, one in work, one free), and a block.
BEGIN TRANSACTION;
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
	fields JSON, 
	PRIMARY KEY (seq), 
	UNIQUE (assignment_id), 
	FOREIGN KEY(hit_id) REFERENCES hits (hit_id), 
	FOREIGN KEY(worker_id) REFERENCES workers (worker_id)
);
INSERT INTO "assignments" VALUES(1,'3UUGQ0K84NOXN27WM177SMXI4SNN7H','3DLEM54RVA2OLZ3E14W1R7D2CKTDGF','ann','Approved',1800000000.0,1800000600.0,1800000000.0,1802592000.0,1800000000.0,NULL,NULL,'[["answer", "ann"]]');
INSERT INTO "assignments" VALUES(2,'38YOBTZB5TO9IPG6DDHKHVJVUN74XA','3DLEM54RVA2OLZ3E14W1R7D2CKTDGF','bob','Rejected',1800000000.0,1800000600.0,1800000000.0,1802592000.0,NULL,1800000000.0,'no','[["answer", "bob"]]');
INSERT INTO "assignments" VALUES(3,'3VUS7VBYFL9N3Z9Q4UOFRJYUHQDCX2','3DLEM54RVA2OLZ3E14W1R7D2CKTDGF','cat','Submitted',1800000000.0,1800000600.0,1800000000.0,1802592000.0,NULL,NULL,NULL,'[["answer", "cat"]]');
INSERT INTO "assignments" VALUES(4,'3ZN4NWK126AES7QTNR6HRW10FCOLTI','3DLEM54RVA2OLZ3E14W1R7D2CKTDGF','dan','Accepted',1800000000.0,1800000600.0,NULL,NULL,NULL,NULL,NULL,NULL);
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
	requirements JSON NOT NULL, 
	PRIMARY KEY (hit_type_id), 
	UNIQUE (requester_id, digest), 
	UNIQUE (hit_group_id), 
	FOREIGN KEY(requester_id) REFERENCES requesters (requester_id)
);
INSERT INTO "hit_types" VALUES('3UYY20N6Q24X8NB3OFXYCE4SMXLQ4M','3QTNTLS5ZJ9675VM5W330BR02UT8MK','A0LOCALREQUESTER','1b47b2fe0e5400c83c46dc7e3fa1a820088d0745cbc87b4125a032741d7563a4','Old','d',NULL,'0.10',600,2592000,'[]');
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
	completed INTEGER NOT NULL, 
	PRIMARY KEY (seq), 
	UNIQUE (hit_id), 
	FOREIGN KEY(requester_id) REFERENCES requesters (requester_id), 
	FOREIGN KEY(hit_type_id) REFERENCES hit_types (hit_type_id)
);
INSERT INTO "hits" VALUES(1,'3DLEM54RVA2OLZ3E14W1R7D2CKTDGF','A0LOCALREQUESTER','3UYY20N6Q24X8NB3OFXYCE4SMXLQ4M','<HTMLQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2011-11-11/HTMLQuestion.xsd"><HTMLContent><![CDATA[<form>Hi</form>]]></HTMLContent><FrameHeight>0</FrameHeight></HTMLQuestion>',5,1800000000.0,1800086400.0,NULL,'null','null',0,NULL,1,1,2);
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
	name TEXT NOT NULL, 
	PRIMARY KEY (requester_id)
);
INSERT INTO "requesters" VALUES('A0LOCALREQUESTER','Local requester');
CREATE TABLE settings (
	name VARCHAR NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "settings" VALUES('schema_version','1');
INSERT INTO "settings" VALUES('secret_key','zhtHuZwx2ccR9cV8ihKmjcdSQYXz1KDBivl3_HSK4Gw');
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
	subdivision VARCHAR, 
	PRIMARY KEY (worker_id)
);
INSERT INTO "workers" VALUES('ann',1800000000.0,NULL,NULL);
INSERT INTO "workers" VALUES('bob',1800000000.0,NULL,NULL);
INSERT INTO "workers" VALUES('cat',1800000000.0,NULL,NULL);
INSERT INTO "workers" VALUES('dan',1800000000.0,NULL,NULL);
CREATE INDEX hits_open ON hits (hit_type_id, seq) WHERE available > 0;
CREATE INDEX hits_of_requester ON hits (requester_id, seq);
CREATE INDEX assignments_unreviewed ON assignments (auto_approval) WHERE status = 'Submitted';
CREATE INDEX assignments_out ON assignments (deadline) WHERE status = 'Accepted';
CREATE INDEX assignments_of_worker ON assignments (worker_id, seq);
CREATE UNIQUE INDEX one_assignment_each ON assignments (hit_id, worker_id) WHERE status NOT IN ('Returned', 'Abandoned');
CREATE INDEX assignments_of_hit ON assignments (hit_id, seq);
COMMIT;
PRAGMA application_id = 1937009517;
