-- What keeps a million rows quick to ask and long work in small pieces.

ALTER TABLE cohort ADD COLUMN due_baseline INTEGER NOT NULL DEFAULT 0; -- once judged, its notices are summed up

-- Models meet other rules page by page: by which rules, and how far they have come.
ALTER TABLE instance ADD COLUMN placing_hash INTEGER NOT NULL DEFAULT 0;
ALTER TABLE instance ADD COLUMN placing_platform TEXT NOT NULL DEFAULT '';
ALTER TABLE instance ADD COLUMN placing_scope TEXT NOT NULL DEFAULT '';
ALTER TABLE instance ADD COLUMN placing_model TEXT NOT NULL DEFAULT '';

CREATE INDEX cohort_state ON cohort (state, technique, members); -- by_state reads nothing else
CREATE INDEX deployment_owner ON deployment (owner, name);
CREATE INDEX deployment_origin ON deployment (origin, name) WHERE origin <> 'api';
