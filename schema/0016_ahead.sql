-- A message to people tells ahead: what it lists is not told again on its own for a while.

ALTER TABLE told ADD COLUMN deadline_ms INTEGER NOT NULL DEFAULT 0; -- of the notice, as people read it in this message; 0: they did not

-- What an owner would hear of next.
CREATE INDEX notice_owner_remind ON notice (owner, remind_ms) WHERE live = 1 AND remind_ms > 0;
CREATE INDEX notice_owner_rises ON notice (owner, rises_ms) WHERE live = 1 AND remind_ms > 0;
