-- What follows from the configuration is found again when it changes, in pieces.

-- Deployments meet other sources and another policy: by which, and how far they have come.
ALTER TABLE instance ADD COLUMN derived_by INTEGER NOT NULL DEFAULT 0;
ALTER TABLE instance ADD COLUMN deriving_by INTEGER NOT NULL DEFAULT 0;
ALTER TABLE instance ADD COLUMN deriving_name TEXT NOT NULL DEFAULT '';

-- Models are merged anew where other sources speak of their platform than before.
ALTER TABLE source ADD COLUMN peers INTEGER NOT NULL DEFAULT 0;       -- a hash of who speaks now
ALTER TABLE source ADD COLUMN merged_among INTEGER NOT NULL DEFAULT 0; -- and of who did when its word was merged
CREATE INDEX source_unmerged ON source (name)
    WHERE active = 1 AND baseline_ms > 0 AND merged_among <> peers;
