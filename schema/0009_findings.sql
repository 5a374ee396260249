-- What discovery saw in an account, and what it knows of the deployments.

CREATE TABLE finding (
    id            INTEGER PRIMARY KEY,
    source        TEXT NOT NULL REFERENCES source (name),
    platform      TEXT NOT NULL,
    scope         TEXT NOT NULL,
    model         TEXT NOT NULL,              -- the finding's own id
    body          TEXT NOT NULL,              -- JSON
    root          TEXT,                       -- the base it rests on in the end; NULL: not known
    chain         TEXT,                       -- by which steps, when there are several
    tuned         INTEGER NOT NULL DEFAULT 0, -- there is a fine-tune in it
    checkpoint    INTEGER NOT NULL DEFAULT 0, -- a step of the job that made another one
    first_seen_ms INTEGER NOT NULL,
    changed_ms    INTEGER NOT NULL,
    gone_ms       INTEGER NOT NULL DEFAULT 0, -- since when it is not listed; 0: it is
    deployment    TEXT,                       -- what it has been adopted as
    picked_ms     INTEGER NOT NULL DEFAULT 0, -- when it became what that calls; 0: never
    UNIQUE (source, model)
) STRICT;
CREATE INDEX finding_model ON finding (platform, model);
CREATE INDEX finding_deployment ON finding (deployment) WHERE deployment IS NOT NULL;

ALTER TABLE deployment ADD COLUMN finding TEXT; -- JSON: what is known besides what is said
ALTER TABLE deployment ADD COLUMN picks INTEGER NOT NULL DEFAULT 0; -- a pattern picks its model
ALTER TABLE deployment ADD COLUMN model TEXT;   -- the fine-tune it calls, where it names one
UPDATE deployment SET picks = json_extract(body, '$.match') IS NOT NULL,
    model = CASE WHEN json_extract(body, '$.technique') LIKE 'fine-tuned%'
            THEN json_extract(body, '$.model') END;
CREATE INDEX deployment_picks ON deployment (name) WHERE picks = 1;
CREATE INDEX deployment_model ON deployment (model) WHERE model IS NOT NULL;

-- How looking for findings went, beside the catalog.
ALTER TABLE source ADD COLUMN discovery TEXT NOT NULL DEFAULT 'none'
    CHECK (discovery IN ('none', 'ok', 'partial', 'not-visible', 'failing'));
ALTER TABLE source ADD COLUMN unseen TEXT NOT NULL DEFAULT '';           -- what could not be seen
ALTER TABLE source ADD COLUMN discovery_detail TEXT NOT NULL DEFAULT ''; -- why it fails
ALTER TABLE source ADD COLUMN discovered_ms INTEGER NOT NULL DEFAULT 0;  -- last tried

-- Nobody is told of a fine-tune before discovery has looked whether it was retrained already.
ALTER TABLE cohort ADD COLUMN fan_hold_ms INTEGER NOT NULL DEFAULT 0; -- its fan-out waits until then
