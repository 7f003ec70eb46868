-- Questions as differences from a page that is saved once. Rows of earlier versions keep their whole questions.

CREATE TABLE pages (
    seq INTEGER NOT NULL,
    page_id VARCHAR NOT NULL,
    hit_type_id VARCHAR NOT NULL,
    question TEXT NOT NULL,
    PRIMARY KEY (seq),
    UNIQUE (page_id),
    FOREIGN KEY(hit_type_id) REFERENCES hit_types (hit_type_id)
);

CREATE INDEX pages_of_hit_type ON pages (hit_type_id, seq);
ALTER TABLE hits ADD COLUMN page_id VARCHAR REFERENCES pages (page_id);
ALTER TABLE hits ADD COLUMN delta BLOB;
