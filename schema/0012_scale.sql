-- What keeps a million rows quick to ask and long work in small pieces.

ALTER TABLE cohort ADD COLUMN due_baseline INTEGER NOT NULL DEFAULT 0; -- once judged, its notices are summed up

-- Models meet other rules page by page: by which rules, and how far they have come.
ALTER TABLE instance ADD COLUMN placing_hash INTEGER NOT NULL DEFAULT 0;
ALTER TABLE instance ADD COLUMN placing_platform TEXT NOT NULL DEFAULT '';
ALTER TABLE instance ADD COLUMN placing_scope TEXT NOT NULL DEFAULT '';
ALTER TABLE instance ADD COLUMN placing_model TEXT NOT NULL DEFAULT '';

CREATE INDEX cohort_state ON cohort (state, technique, members); -- by_state reads nothing else
CREATE INDEX deployment_owner ON deployment (owner, name);
CREATE INDEX deployment_origin ON deployment (origin, name) WHERE origin <> 'api';

-- Live notices are counted as they come and go: a hundred thousand take long to count.
CREATE TABLE notice_total (
    severity TEXT PRIMARY KEY,
    live     INTEGER NOT NULL
) STRICT;
INSERT INTO notice_total (severity, live) VALUES ('info', 0), ('plan', 0), ('act', 0), ('overdue', 0);
UPDATE notice_total SET live =
    (SELECT count(*) FROM notice WHERE notice.severity = notice_total.severity AND notice.live = 1);
CREATE TRIGGER notice_comes AFTER INSERT ON notice WHEN NEW.live = 1 BEGIN
    UPDATE notice_total SET live = live + 1 WHERE severity = NEW.severity;
END;
CREATE TRIGGER notice_changes AFTER UPDATE OF live, severity ON notice
WHEN OLD.live <> NEW.live OR OLD.severity <> NEW.severity BEGIN
    UPDATE notice_total SET live = live - OLD.live WHERE severity = OLD.severity;
    UPDATE notice_total SET live = live + NEW.live WHERE severity = NEW.severity;
END;
DROP INDEX notice_severity;
CREATE INDEX notice_updated ON notice (updated_ms, id); -- the newest first
