-- A notice for which another one speaks is listed, and neither told nor counted.

ALTER TABLE notice ADD COLUMN inhibited INTEGER NOT NULL DEFAULT 0;
UPDATE notice SET inhibited = 1 WHERE live = 1 AND matter <> 'life'
    AND kind NOT IN ('embedder-stale', 'date-changed', 'source-failing', 'sink-failing')
    AND EXISTS (SELECT 1 FROM notice AS life
                WHERE life.subject = notice.subject AND life.matter = 'life' AND life.live = 1);

-- What is counted is what is open: nobody has it in hand, and nobody has put it off.
DROP TRIGGER notice_comes;
DROP TRIGGER notice_changes;
DROP TABLE notice_total;
CREATE TABLE notice_total (
    severity TEXT PRIMARY KEY,
    open     INTEGER NOT NULL
) STRICT;
INSERT INTO notice_total (severity, open) VALUES ('info', 0), ('plan', 0), ('act', 0), ('overdue', 0);
UPDATE notice_total SET open = (SELECT count(*) FROM notice
    WHERE notice.severity = notice_total.severity AND notice.state = 'open' AND notice.inhibited = 0);
CREATE TRIGGER notice_comes AFTER INSERT ON notice
WHEN NEW.state = 'open' AND NEW.inhibited = 0 BEGIN
    UPDATE notice_total SET open = open + 1 WHERE severity = NEW.severity;
END;
CREATE TRIGGER notice_changes AFTER UPDATE OF state, severity, inhibited ON notice
WHEN OLD.state <> NEW.state OR OLD.severity <> NEW.severity OR OLD.inhibited <> NEW.inhibited BEGIN
    UPDATE notice_total SET open = open - 1
        WHERE severity = OLD.severity AND OLD.state = 'open' AND OLD.inhibited = 0;
    UPDATE notice_total SET open = open + 1
        WHERE severity = NEW.severity AND NEW.state = 'open' AND NEW.inhibited = 0;
END;

CREATE INDEX delivery_failed ON delivery (sink) WHERE state = 'failed'; -- dead letters are counted
