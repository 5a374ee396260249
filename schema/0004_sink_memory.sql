-- What a sink's plugin remembers of one matter: the number of its issue, the id of its message.

CREATE TABLE sink_memory (
    sink       TEXT NOT NULL REFERENCES sink (name),
    about      TEXT NOT NULL,             -- notice/ID, or TYPE/SUBJECT of a message without a notice
    memory     TEXT NOT NULL,             -- JSON object, the plugin's own
    changed_ms INTEGER NOT NULL,
    PRIMARY KEY (sink, about)
) STRICT, WITHOUT ROWID;
