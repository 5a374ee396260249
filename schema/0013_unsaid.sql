-- Before people hear of a fine-tune, its account is looked at once more.

-- What is to be said of a notice as soon as somebody has looked, or until_ms has come.
CREATE TABLE unsaid (
    notice       INTEGER PRIMARY KEY REFERENCES notice (id),
    platform     TEXT NOT NULL,    -- whose inventory is awaited
    scope        TEXT NOT NULL,
    what         TEXT NOT NULL,    -- as in io.basewatch.notice.opened
    summed_up    INTEGER NOT NULL, -- with its owner's others
    for_programs INTEGER NOT NULL, -- people read of it elsewhere
    until_ms     INTEGER NOT NULL
) STRICT;
CREATE INDEX unsaid_place ON unsaid (platform, scope);
CREATE INDEX unsaid_until ON unsaid (until_ms);

ALTER TABLE source ADD COLUMN looked_ms INTEGER NOT NULL DEFAULT 0; -- when its findings were last read
UPDATE source SET looked_ms = discovered_ms WHERE discovery IN ('ok', 'partial');
ALTER TABLE source ADD COLUMN asked_ms INTEGER NOT NULL DEFAULT 0; -- another look was asked for, and has not come; 0: none
ALTER TABLE source ADD COLUMN memory TEXT; -- JSON: what its inventory left for the next one

-- Fan-outs wait no longer.
ALTER TABLE cohort DROP COLUMN fan_hold_ms;
