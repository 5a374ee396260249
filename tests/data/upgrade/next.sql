-- What the next version of the program adds, for tests/systemd.sh to upgrade to.

ALTER TABLE deployment ADD COLUMN next TEXT NOT NULL DEFAULT 'of the next version';
CREATE INDEX deployment_next ON deployment (next, name);
