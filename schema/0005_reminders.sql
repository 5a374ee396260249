-- When a live notice is next spoken of again because its deadline comes nearer.

ALTER TABLE notice ADD COLUMN deadline_ms INTEGER NOT NULL DEFAULT 0; -- the clock it has to meet; 0: none
ALTER TABLE notice ADD COLUMN remind_ms INTEGER NOT NULL DEFAULT 0;   -- 0: never
CREATE INDEX notice_remind ON notice (remind_ms) WHERE live = 1 AND remind_ms > 0;
