"""How the daemon's database comes to have its shape: one step a version, in order. Steps are added, not edited.
Each changes some table: a number that turned by itself is told by that from a newer version's.
"""

from __future__ import annotations

import sqlite3

from compliance import journal

SCHEMA = 7
_FIRST = 5  # what the first step makes; a database of an older version is set aside like a damaged one
_STEPS = ("""
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE plays (
    seq INTEGER PRIMARY KEY,    -- of its play.started in the journal
    player TEXT NOT NULL, who TEXT NOT NULL, account TEXT NOT NULL, game TEXT NOT NULL, publisher TEXT,
    boot TEXT NOT NULL, started_wall INTEGER NOT NULL, since_wall INTEGER NOT NULL, since_mono INTEGER NOT NULL,
    programs TEXT NOT NULL,     -- JSON [[pid, started], …]
    ms INTEGER NOT NULL,        -- counted up to the row, or in all once ended
    ended INTEGER NOT NULL DEFAULT 0, label INTEGER, sure INTEGER NOT NULL DEFAULT 1, until INTEGER,
    ending TEXT NOT NULL DEFAULT 'free'
);
CREATE INDEX plays_by_time ON plays (started_wall);
CREATE TABLE pieces (play INTEGER NOT NULL, start INTEGER NOT NULL, ms INTEGER NOT NULL, sure INTEGER NOT NULL DEFAULT 1);
CREATE TABLE grants (id TEXT PRIMARY KEY, event TEXT NOT NULL, sent INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE refusals (day TEXT NOT NULL, player TEXT NOT NULL, game TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (day, player, game)) WITHOUT ROWID;
CREATE TABLE requests (id TEXT PRIMARY KEY, event TEXT NOT NULL, sent INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID
""", """
ALTER TABLE plays ADD COLUMN starts INTEGER NOT NULL DEFAULT 1;
ALTER TABLE plays ADD COLUMN away INTEGER NOT NULL DEFAULT 0
""", """
CREATE TABLE listed (day TEXT NOT NULL, player TEXT NOT NULL, path TEXT NOT NULL, size INTEGER NOT NULL, sha256 TEXT,
    build_id TEXT, ms INTEGER NOT NULL, PRIMARY KEY (day, player, path)) WITHOUT ROWID
""")


def migrate(db: sqlite3.Connection) -> None:
    """Brings an empty database, or one since version 5, to SCHEMA. The transaction is the caller's."""
    version = db.execute("PRAGMA user_version").fetchone()[0]
    for step in _STEPS[max(0, version - _FIRST + 1):]:
        for statement in step.split(";\n"):
            db.execute(statement)
    if version == 0:
        journal.create_tables(db)
    db.execute(f"PRAGMA user_version = {SCHEMA}")
