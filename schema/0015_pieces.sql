-- What keeps one piece of work short, whatever the number of rows: an index for each order that is
-- asked for, and cards that are put together piece by piece.

CREATE INDEX notice_owner ON notice (owner, updated_ms, id);    -- an owner's newest
CREATE INDEX notice_deadline ON notice (deadline_ms, id) WHERE live = 1 AND remind_ms > 0;
CREATE INDEX notice_owner_deadline ON notice (owner, deadline_ms, id)
    WHERE live = 1 AND remind_ms > 0;
CREATE INDEX notice_outage ON notice (kind)
    WHERE live = 1 AND kind IN ('source-failing', 'sink-failing');

-- Who is called by an alias is asked here.
INSERT INTO alias (platform, scope, alias, model, since_ms)
    SELECT m.platform, m.scope, a.value, m.id, m.first_seen_ms
    FROM model AS m JOIN json_each(m.body, '$.aliases') AS a WHERE true
    ON CONFLICT DO NOTHING;

-- Sets that are held back: long, and the rows of the sources are read often.
CREATE TABLE held_set (
    source  TEXT PRIMARY KEY REFERENCES source (name),
    entries TEXT NOT NULL                 -- JSON array, waiting to be accepted
) STRICT, WITHOUT ROWID;
INSERT INTO held_set (source, entries) SELECT name, held_set FROM source WHERE held_set IS NOT NULL;
ALTER TABLE source DROP COLUMN held_set;

-- A card is put together piece by piece, and lists the worst: how far up a notice stands on it.
ALTER TABLE item ADD COLUMN rank INTEGER NOT NULL DEFAULT 1;
ALTER TABLE told ADD COLUMN rank INTEGER NOT NULL DEFAULT 1;
CREATE INDEX item_owner ON item (sink, owner);
CREATE INDEX told_worst ON told (delivery, rank DESC, notice) WHERE what <> '';
-- delivery.outdated: 1: to be written anew before it is sent; 2: more is still to come on it.
CREATE INDEX delivery_gathering ON delivery (sink, subject) WHERE outdated = 2;

-- When it was written, another message to the same sink that told of the notice had not arrived.
ALTER TABLE told ADD COLUMN behind INTEGER NOT NULL DEFAULT 0;
UPDATE told SET behind = 1 WHERE delivery IN (SELECT id FROM delivery WHERE state = 'pending');
CREATE INDEX told_behind ON told (delivery) WHERE behind = 1;
