-- What workers say about a task after they have submitted it.

ALTER TABLE assignments ADD COLUMN opinion JSON;
