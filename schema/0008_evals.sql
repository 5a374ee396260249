-- One run of a deployment's eval suite on a candidate, from the wish to the verdict.

CREATE TABLE eval_job (
    id             INTEGER PRIMARY KEY,
    state          TEXT NOT NULL CHECK (state IN ('queued', 'running', 'finished')),
    verdict        TEXT CHECK (verdict IN ('pass', 'fail', 'inconclusive', 'timeout', 'cancelled')),
    reason         TEXT NOT NULL DEFAULT '',  -- why it waits, or why the verdict
    deployment     TEXT NOT NULL,
    owner          TEXT NOT NULL,
    notice         INTEGER REFERENCES notice (id),
    suite          TEXT NOT NULL,
    starter        TEXT NOT NULL,             -- runner, ci, or a trigger of the configuration
    baseline       TEXT NOT NULL,
    candidate      TEXT NOT NULL,
    tuned          TEXT,                      -- the fine-tune of the newer base, once it exists
    by_hand        INTEGER NOT NULL,          -- somebody asked for it: no budget holds it back
    runner         TEXT,                      -- who runs it
    token_hash     TEXT,                      -- of the one token that may renew and report
    lease_until_ms INTEGER NOT NULL DEFAULT 0, -- running: given up for lost then
    due_ms         INTEGER NOT NULL DEFAULT 0, -- queued: not before; running: looked after then
    memory         TEXT,                      -- JSON, the trigger plugin's own
    expected_usd   INTEGER NOT NULL DEFAULT 0, -- micro-USD that a run is expected to cost
    result         TEXT,                      -- JSON: difference, interval, runs
    created_ms     INTEGER NOT NULL,
    started_ms     INTEGER NOT NULL DEFAULT 0,
    finished_ms    INTEGER NOT NULL DEFAULT 0,
    CHECK ((state = 'finished') = (verdict IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX eval_job_unfinished ON eval_job (deployment) WHERE state <> 'finished';
CREATE INDEX eval_job_deployment ON eval_job (deployment);
CREATE INDEX eval_job_queue ON eval_job (starter, suite, due_ms) WHERE state = 'queued';
CREATE INDEX eval_job_lease ON eval_job (lease_until_ms) WHERE state = 'running';
CREATE INDEX eval_job_look ON eval_job (due_ms) WHERE state = 'running' AND due_ms > 0;
CREATE INDEX eval_job_started ON eval_job (started_ms) WHERE started_ms > 0;
CREATE INDEX eval_job_count ON eval_job (state, verdict);

ALTER TABLE notice ADD COLUMN eval TEXT; -- JSON: what its last job says
