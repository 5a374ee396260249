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
