-- Whose word a source's is: the platform's own list, or a feed about it, which counts for less.

ALTER TABLE source ADD COLUMN kind TEXT NOT NULL DEFAULT 'own'
    CHECK (kind IN ('own', 'lifecycle', 'catalog'));
