-- What platforms say of succession, dated as it was revised, and what can be seen of it over time.

CREATE TABLE declared (
    platform     TEXT NOT NULL,
    scope        TEXT NOT NULL,
    model        TEXT NOT NULL,
    said_ms      INTEGER NOT NULL,          -- first seen by us
    replacement  TEXT NOT NULL,
    sources      TEXT NOT NULL,             -- JSON array: who listed the model then
    withdrawn_ms INTEGER NOT NULL DEFAULT 0, -- 0: it is still said
    PRIMARY KEY (platform, scope, model, said_ms, replacement)
) STRICT, WITHOUT ROWID;

-- What each alias stands for, and stood for before.
CREATE TABLE alias (
    platform TEXT NOT NULL,
    scope    TEXT NOT NULL,
    alias    TEXT NOT NULL,
    model    TEXT NOT NULL,
    previous TEXT,                          -- NULL: it has never moved
    since_ms INTEGER NOT NULL,
    PRIMARY KEY (platform, scope, alias)
) STRICT, WITHOUT ROWID;

-- The newest member that a lineage ever had.
CREATE TABLE high_water (
    platform TEXT NOT NULL,
    scope    TEXT NOT NULL,
    lineage  TEXT NOT NULL,
    model    TEXT NOT NULL,
    PRIMARY KEY (platform, scope, lineage)
) STRICT, WITHOUT ROWID;

ALTER TABLE cohort ADD COLUMN moved TEXT;   -- its alias base: what it stood for until lately
