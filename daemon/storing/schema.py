"""How the daemon's database comes to have its shape: one step a version, in order. Steps are added, not edited.
Each changes some table: a number that turned by itself is told by that from a newer version's.
"""

from __future__ import annotations

import sqlite3

from compliance import journal

SCHEMA = 7
_STEPS = ("""
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE plays (
    seq INTEGER PRIMARY KEY,    -- of its play.started in the journal
    player TEXT NOT NULL, who TEXT NOT NULL, account TEXT NOT NULL, game TEXT NOT NULL, publisher TEXT,
    boot TEXT NOT NULL, started_wall INTEGER NOT NULL, since_wall INTEGER NOT NULL, since_mono INTEGER NOT NULL,
    programs TEXT NOT NULL,     -- JSON [[pid, started], …]
    row_wall INTEGER NOT NULL, row_mono INTEGER NOT NULL, row_elapsed INTEGER NOT NULL,
    ms INTEGER NOT NULL,        -- counted up to the row, or in all once ended
    warned INTEGER NOT NULL DEFAULT 0, due INTEGER NOT NULL DEFAULT 0, ended INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX plays_by_time ON plays (started_wall);
CREATE TABLE pieces (play INTEGER NOT NULL, start INTEGER NOT NULL, ms INTEGER NOT NULL);
CREATE TABLE grants (id TEXT PRIMARY KEY, event TEXT NOT NULL, sent INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE refusals (day TEXT NOT NULL, player TEXT NOT NULL, game TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (day, player, game)) WITHOUT ROWID
""", """
ALTER TABLE plays ADD COLUMN label INTEGER;
ALTER TABLE plays ADD COLUMN sure INTEGER NOT NULL DEFAULT 1;
ALTER TABLE plays ADD COLUMN end_at INTEGER;
ALTER TABLE pieces ADD COLUMN sure INTEGER NOT NULL DEFAULT 1
""", """
ALTER TABLE plays DROP COLUMN row_wall;
ALTER TABLE plays DROP COLUMN row_mono;
ALTER TABLE plays DROP COLUMN row_elapsed
""", """
ALTER TABLE plays ADD COLUMN ending TEXT NOT NULL DEFAULT 'free';
ALTER TABLE plays RENAME COLUMN end_at TO until;
UPDATE plays SET ending = 'saving' WHERE due AND until IS NOT NULL;
ALTER TABLE plays DROP COLUMN warned;
ALTER TABLE plays DROP COLUMN due
""", """
CREATE TABLE requests (id TEXT PRIMARY KEY, event TEXT NOT NULL, sent INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID
""", """
ALTER TABLE plays ADD COLUMN starts INTEGER NOT NULL DEFAULT 1;
ALTER TABLE plays ADD COLUMN away INTEGER NOT NULL DEFAULT 0
""", """
CREATE TABLE listed (day TEXT NOT NULL, player TEXT NOT NULL, path TEXT NOT NULL, size INTEGER NOT NULL, sha256 TEXT,
    build_id TEXT, ms INTEGER NOT NULL, PRIMARY KEY (day, player, path)) WITHOUT ROWID
""")


def migrate(db: sqlite3.Connection) -> None:
    """Brings an older or empty database to SCHEMA. The transaction is the caller's."""
    version = db.execute("PRAGMA user_version").fetchone()[0]
    for step in _STEPS[version:]:
        for statement in step.split(";\n"):
            db.execute(statement)
    if version == 0:
        journal.create_tables(db)
    db.execute(f"PRAGMA user_version = {SCHEMA}")
