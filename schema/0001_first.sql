-- The whole way of a fact. Times are UTC milliseconds (0: unknown), money is micro-USD, enums are
-- words. Applied steps stay as they are: what comes later is a step of its own.

CREATE TABLE instance (
    only_row   INTEGER PRIMARY KEY CHECK (only_row = 1),
    id         TEXT NOT NULL              -- names this installation in messages
) STRICT;
INSERT INTO instance (only_row, id) VALUES (1, lower(hex(randomblob(8))));

CREATE TABLE source (
    name            TEXT PRIMARY KEY,
    active          INTEGER NOT NULL,     -- 0: no longer configured
    platform        TEXT NOT NULL,
    scope           TEXT NOT NULL,        -- account/region that it sees; '' where there is one
    every_ms        INTEGER NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('new', 'ok', 'failing', 'held')),
    detail          TEXT NOT NULL DEFAULT '',  -- why it fails or holds back
    entries         INTEGER NOT NULL DEFAULT 0,
    set_hash        INTEGER NOT NULL DEFAULT 0,
    failures        INTEGER NOT NULL DEFAULT 0,
    failing_since_ms INTEGER NOT NULL DEFAULT 0, -- first failure since the last success
    last_attempt_ms INTEGER NOT NULL DEFAULT 0,
    last_success_ms INTEGER NOT NULL DEFAULT 0,
    changed_ms      INTEGER NOT NULL DEFAULT 0,
    due_ms          INTEGER NOT NULL DEFAULT 0,
    baseline_ms     INTEGER NOT NULL DEFAULT 0, -- its first good set; 0: not yet
    held_hash       INTEGER NOT NULL DEFAULT 0,
    held_since_ms   INTEGER NOT NULL DEFAULT 0,
    held_set        TEXT                  -- JSON array of entries, waiting to be accepted
) STRICT;

CREATE TABLE entry (
    source        TEXT NOT NULL REFERENCES source (name),
    id            TEXT NOT NULL,
    hash          INTEGER NOT NULL,
    body          TEXT NOT NULL,          -- JSON
    first_seen_ms INTEGER NOT NULL,
    changed_ms    INTEGER NOT NULL,
    PRIMARY KEY (source, id)
) STRICT, WITHOUT ROWID;

-- What all sources of a platform and scope say together.
CREATE TABLE model (
    platform         TEXT NOT NULL,
    scope            TEXT NOT NULL,
    id               TEXT NOT NULL,
    lineage          TEXT NOT NULL,       -- '' when it cannot be placed
    body             TEXT NOT NULL,       -- JSON entry
    sources          TEXT NOT NULL,       -- JSON array of names
    first_seen_ms    INTEGER NOT NULL,
    gone_ms          INTEGER NOT NULL DEFAULT 0,  -- 0: listed
    missing_polls    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (platform, scope, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX model_lineage ON model (platform, scope, lineage);

-- State lives here: a release writes a handful of these rows, whatever the number of deployments.
CREATE TABLE cohort (
    id             INTEGER PRIMARY KEY,
    platform       TEXT NOT NULL,
    scope          TEXT NOT NULL,
    base           TEXT NOT NULL,
    technique      TEXT NOT NULL,
    policy_hash    INTEGER NOT NULL,
    policy         TEXT NOT NULL,         -- JSON
    lineage        TEXT NOT NULL DEFAULT '',
    members        INTEGER NOT NULL DEFAULT 0,
    state          TEXT NOT NULL DEFAULT 'unknown'
                   CHECK (state IN ('unknown', 'current', 'stale', 'retiring', 'orphaned', 'retired')),
    since_ms       INTEGER NOT NULL DEFAULT 0,
    candidate      TEXT,
    relation       TEXT,
    via            TEXT,
    why            TEXT,
    train_on       TEXT,
    route          TEXT,
    train_by_ms    INTEGER NOT NULL DEFAULT 0,
    serve_until_ms INTEGER NOT NULL DEFAULT 0,
    unlisted       INTEGER NOT NULL DEFAULT 0, -- the base left its platform's list
    due_ms         INTEGER NOT NULL DEFAULT 0, -- when time alone may change it; 0: never
    fan_cursor     TEXT,                  -- fan-out done up to this name; NULL: nothing to do
    fan_baseline   INTEGER NOT NULL DEFAULT 0, -- its notices are summed up, one message an owner
    UNIQUE (platform, scope, base, technique, policy_hash)
) STRICT;
CREATE INDEX cohort_lineage ON cohort (platform, scope, lineage);
CREATE INDEX cohort_fan ON cohort (id) WHERE fan_cursor IS NOT NULL;
CREATE INDEX cohort_due ON cohort (due_ms) WHERE due_ms > 0;

-- Clustered by cohort, so that a fan-out reads neighbours.
CREATE TABLE deployment (
    cohort     INTEGER NOT NULL REFERENCES cohort (id),
    name       TEXT NOT NULL,
    origin     TEXT NOT NULL CHECK (origin IN ('file', 'api', 'adopted')),
    owner      TEXT NOT NULL,
    hash       INTEGER NOT NULL,
    body       TEXT NOT NULL,             -- JSON
    PRIMARY KEY (cohort, name)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX deployment_name ON deployment (name);

CREATE TABLE notice (
    id             INTEGER PRIMARY KEY,
    matter         TEXT NOT NULL,         -- succession, life, unlisted, source: one live each
    subject        TEXT NOT NULL,         -- deployment or source
    kind           TEXT NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('open', 'acknowledged', 'in-progress', 'verified',
                   'resolved', 'snoozed', 'waived', 'superseded', 'cancelled')),
    live           INTEGER NOT NULL,      -- not resolved, superseded or cancelled
    severity       TEXT NOT NULL CHECK (severity IN ('info', 'plan', 'act', 'overdue')),
    owner          TEXT NOT NULL,
    platform       TEXT NOT NULL,
    base           TEXT NOT NULL,
    candidate      TEXT,
    relation       TEXT,
    via            TEXT,
    train_on       TEXT,
    route          TEXT,
    opened_ms      INTEGER NOT NULL,
    updated_ms     INTEGER NOT NULL,
    until_ms       INTEGER NOT NULL DEFAULT 0, -- end of a snooze or waiver
    rises_ms       INTEGER NOT NULL DEFAULT 0, -- when its severity rises by itself; 0: never
    train_by_ms    INTEGER NOT NULL DEFAULT 0,
    serve_until_ms INTEGER NOT NULL DEFAULT 0,
    summary        TEXT NOT NULL,
    estimate       TEXT,                  -- JSON
    refused        TEXT,                  -- why there is no estimate
    swap           TEXT                   -- JSON
) STRICT;
CREATE UNIQUE INDEX notice_live ON notice (subject, matter) WHERE live = 1;
CREATE INDEX notice_subject ON notice (subject, matter);
CREATE INDEX notice_until ON notice (until_ms) WHERE live = 1 AND until_ms > 0;
CREATE INDEX notice_rises ON notice (rises_ms) WHERE live = 1 AND rises_ms > 0;

CREATE TABLE notice_event (
    id         INTEGER PRIMARY KEY,
    notice     INTEGER NOT NULL REFERENCES notice (id),
    at_ms      INTEGER NOT NULL,
    event      TEXT NOT NULL,             -- opened, updated, and every move of its state
    from_state TEXT,
    to_state   TEXT NOT NULL,
    actor      TEXT NOT NULL,             -- basewatch, or uid:N
    reason     TEXT NOT NULL
) STRICT;
CREATE INDEX notice_event_notice ON notice_event (notice);

CREATE TABLE sink (
    name            TEXT PRIMARY KEY,
    active          INTEGER NOT NULL,
    failures        INTEGER NOT NULL DEFAULT 0, -- in a row
    paused_until_ms INTEGER NOT NULL DEFAULT 0, -- circuit: one probe when it ends
    disabled_ms     INTEGER NOT NULL DEFAULT 0, -- the endpoint said 410
    detail          TEXT NOT NULL DEFAULT ''
) STRICT;

-- One message of one or more items; its bytes are stored once.
CREATE TABLE delivery (
    id         INTEGER PRIMARY KEY,
    sink       TEXT NOT NULL REFERENCES sink (name),
    message_id TEXT NOT NULL UNIQUE,
    type       TEXT NOT NULL,
    subject    TEXT NOT NULL,
    notice     INTEGER REFERENCES notice (id), -- NULL: a summary, a source, a test
    body       TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'failed', 'withdrawn')),
    attempts   INTEGER NOT NULL DEFAULT 0,
    due_ms     INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    settled_ms INTEGER NOT NULL DEFAULT 0,
    detail     TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX delivery_due ON delivery (sink, due_ms, id) WHERE state = 'pending';
CREATE INDEX delivery_order ON delivery (notice, sink) WHERE notice IS NOT NULL;

-- A notice for a sink, waiting for its card: written with the notice, gone with the delivery.
CREATE TABLE item (
    id     INTEGER PRIMARY KEY,
    sink   TEXT NOT NULL REFERENCES sink (name),
    owner  TEXT NOT NULL,
    notice INTEGER NOT NULL REFERENCES notice (id)
) STRICT;
CREATE INDEX item_card ON item (sink, owner);
CREATE INDEX item_notice ON item (notice);

-- Notices that a sink has heard of in a summary.
CREATE TABLE summed (
    notice INTEGER NOT NULL REFERENCES notice (id),
    sink   TEXT NOT NULL REFERENCES sink (name),
    PRIMARY KEY (notice, sink)
) STRICT, WITHOUT ROWID;
