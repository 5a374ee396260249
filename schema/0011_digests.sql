-- Cards wait for the hour at which a sink may be spoken to, and every message knows what it tells.

-- What a notice is routed and judged by besides its kind.
ALTER TABLE notice ADD COLUMN technique TEXT NOT NULL DEFAULT ''; -- of its deployment
ALTER TABLE notice ADD COLUMN tags TEXT NOT NULL DEFAULT '';      -- of its deployment, each ended by a line feed
ALTER TABLE notice ADD COLUMN scope TEXT NOT NULL DEFAULT '';     -- whose sources speak of it
UPDATE notice SET
    technique = coalesce((SELECT c.technique FROM deployment AS d JOIN cohort AS c ON c.id = d.cohort
                          WHERE d.name = notice.subject), ''),
    scope = coalesce((SELECT c.scope FROM deployment AS d JOIN cohort AS c ON c.id = d.cohort
                      WHERE d.name = notice.subject), '');
CREATE INDEX notice_decided ON notice (until_ms) WHERE until_ms > 0;

-- One waiting item a sink and notice: what happens meanwhile joins it.
ALTER TABLE item ADD COLUMN due_ms INTEGER NOT NULL DEFAULT 0;
DELETE FROM item WHERE id NOT IN (SELECT max(id) FROM item GROUP BY sink, notice);
DROP INDEX item_card;
CREATE UNIQUE INDEX item_once ON item (sink, notice);
CREATE INDEX item_due ON item (due_ms, sink, owner);

-- When an owner last heard something through a sink.
CREATE TABLE heard (
    sink  TEXT NOT NULL REFERENCES sink (name),
    owner TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (sink, owner)
) STRICT, WITHOUT ROWID;

-- Which notices a message tells of, and what (opened, updated, ...).
CREATE TABLE told (
    delivery INTEGER NOT NULL REFERENCES delivery (id) ON DELETE CASCADE,
    notice   INTEGER NOT NULL REFERENCES notice (id),
    what     TEXT NOT NULL,             -- '': taken out of it; an attempt may have said it before
    PRIMARY KEY (delivery, notice)
) STRICT, WITHOUT ROWID;
CREATE INDEX told_notice ON told (notice);
INSERT INTO told (delivery, notice, what)
    SELECT id, notice, substr(type, length('io.basewatch.notice.') + 1) FROM delivery
    WHERE notice IS NOT NULL AND type LIKE 'io.basewatch.notice.%';
INSERT INTO told (delivery, notice, what)
    SELECT max(d.id), s.notice, 'opened' FROM summed AS s JOIN delivery AS d ON d.sink = s.sink
    WHERE d.notice IS NULL AND d.type LIKE 'io.basewatch.notice.%' GROUP BY s.sink, s.notice
    ON CONFLICT DO NOTHING;
DROP TABLE summed;
DROP INDEX delivery_order;

-- A message that tells of less than when it was written is written anew before it is sent.
ALTER TABLE delivery ADD COLUMN outdated INTEGER NOT NULL DEFAULT 0;
CREATE INDEX delivery_outdated ON delivery (id) WHERE outdated = 1;

-- Since when a sink fails: the first failure since the last success; 0: it does not.
ALTER TABLE sink ADD COLUMN failing_since_ms INTEGER NOT NULL DEFAULT 0;
