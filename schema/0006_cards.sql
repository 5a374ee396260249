-- A card tells of one thing that has happened to several notices of one owner.

ALTER TABLE item ADD COLUMN what TEXT NOT NULL DEFAULT 'opened'; -- as in io.basewatch.notice.opened
DROP INDEX item_card;
CREATE INDEX item_card ON item (sink, owner, what);
