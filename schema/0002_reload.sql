-- What a restart and a reload compare with, so that only what has changed is done again; and how
-- live notices are counted.

ALTER TABLE source ADD COLUMN settings_hash INTEGER NOT NULL DEFAULT 0; -- what it was polled by
ALTER TABLE sink ADD COLUMN settings_hash INTEGER NOT NULL DEFAULT 0;
ALTER TABLE instance ADD COLUMN rules_hash INTEGER NOT NULL DEFAULT 0;  -- what lineages were placed by

CREATE INDEX notice_severity ON notice (severity) WHERE live = 1;
