-- What moves really cost; what models were before they changed; which embedding models are used.

-- A sum that was really paid. Deployments are named, not referred to: what was paid outlives them.
CREATE TABLE actual (
    id              INTEGER PRIMARY KEY,
    deployment      TEXT NOT NULL,
    owner           TEXT NOT NULL,         -- when it was recorded
    on_ms           INTEGER NOT NULL,      -- the day of the bill
    paid_micros     INTEGER NOT NULL CHECK (paid_micros >= 0),
    covers          TEXT NOT NULL CHECK (covers IN ('move', 'training')),
    note            TEXT NOT NULL,
    finding         TEXT UNIQUE,           -- what discovery calls the job; NULL: a person told
    actor           TEXT NOT NULL,
    recorded_ms     INTEGER NOT NULL,
    low_micros      INTEGER,               -- what had been estimated by that day; NULL: nothing
    expected_micros INTEGER,
    high_micros     INTEGER
) STRICT;
CREATE INDEX actual_deployment ON actual (deployment, on_ms);

-- What a model was until an instant: written when it changes or leaves, so that the first list of a
-- platform costs nothing. Prices before today's stand in these bodies.
CREATE TABLE model_past (
    platform TEXT NOT NULL,
    scope    TEXT NOT NULL,
    id       TEXT NOT NULL,
    until_ms INTEGER NOT NULL,
    from_ms  INTEGER NOT NULL,
    body     TEXT NOT NULL,                -- JSON entry
    PRIMARY KEY (platform, scope, id, until_ms)
) STRICT, WITHOUT ROWID;
ALTER TABLE model ADD COLUMN since_ms INTEGER NOT NULL DEFAULT 0; -- it is as it is; 0: first_seen_ms

-- The cohort of a deployment's embedding model, whose life and successors are a matter of their own;
-- such a cohort has the technique 'embedding'.
ALTER TABLE deployment ADD COLUMN embedder INTEGER REFERENCES cohort (id);
CREATE INDEX deployment_embedder ON deployment (embedder, name) WHERE embedder IS NOT NULL;

ALTER TABLE instance ADD COLUMN prices_hash INTEGER NOT NULL DEFAULT 0; -- what estimates were made with
