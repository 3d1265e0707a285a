"""How agent.db comes to have its present shape: one step per version, applied in order, each in one transaction.

`PRAGMA user_version` is the number of steps applied. A step that a release shipped is never edited: add the next one.
"""

from __future__ import annotations

import sqlite3

# "GiCh": tells our file from any other SQLite file.
APPLICATION_ID = 0x47694368

STEPS: tuple[str, ...] = (
    """
    CREATE TABLE state (
        id INTEGER PRIMARY KEY CHECK (id = 1), origin TEXT NOT NULL, number INTEGER NOT NULL, note TEXT NOT NULL) STRICT;
    CREATE TABLE place (
        id INTEGER PRIMARY KEY CHECK (id = 1), place TEXT NOT NULL, zone TEXT NOT NULL, hours TEXT NOT NULL, name TEXT NOT NULL,
        certificate TEXT NOT NULL, expires TEXT) STRICT;
    CREATE TABLE players (
        id TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL, born TEXT, account TEXT, key BLOB NOT NULL,
        removed INTEGER NOT NULL) STRICT;
    CREATE UNIQUE INDEX players_account ON players (account) WHERE NOT removed;
    CREATE TABLE guardians (id TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL, account TEXT UNIQUE) STRICT;
    CREATE TABLE wards (
        player TEXT NOT NULL REFERENCES players, guardian TEXT NOT NULL REFERENCES guardians,
        PRIMARY KEY (player, guardian)) STRICT, WITHOUT ROWID;
    CREATE TABLE texts (
        sha256 TEXT PRIMARY KEY NOT NULL, pack TEXT NOT NULL, text TEXT NOT NULL, public INTEGER NOT NULL) STRICT;
    CREATE TABLE packs (
        target TEXT NOT NULL, position INTEGER NOT NULL, pack TEXT NOT NULL, params TEXT NOT NULL,
        sha256 TEXT NOT NULL REFERENCES texts, shipped INTEGER NOT NULL,
        PRIMARY KEY (target, position)) STRICT, WITHOUT ROWID;
    CREATE TABLE limits (
        player TEXT NOT NULL REFERENCES players, game TEXT NOT NULL, day TEXT NOT NULL, ms INTEGER NOT NULL,
        PRIMARY KEY (player, game, day)) STRICT, WITHOUT ROWID;
    CREATE TABLE approvals (
        id TEXT PRIMARY KEY NOT NULL, player TEXT NOT NULL, game TEXT NOT NULL, by TEXT NOT NULL, at INTEGER NOT NULL,
        ended INTEGER NOT NULL) STRICT;
    CREATE TABLE grants (
        id TEXT PRIMARY KEY NOT NULL, player TEXT NOT NULL, given INTEGER NOT NULL, revoked INTEGER,
        data TEXT NOT NULL) STRICT;
    CREATE INDEX grants_given ON grants (given);
    CREATE TABLE games (id TEXT PRIMARY KEY NOT NULL, data TEXT NOT NULL) STRICT;
    CREATE TABLE seats (id TEXT PRIMARY KEY NOT NULL, key TEXT NOT NULL) STRICT;
    """,
    "ALTER TABLE place ADD COLUMN lang TEXT",
    "ALTER TABLE players ADD COLUMN since INTEGER NOT NULL DEFAULT 0",
    """
    ALTER TABLE players ADD COLUMN only_installed INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE programs (
        player TEXT NOT NULL REFERENCES players, sha256 TEXT NOT NULL, data TEXT NOT NULL,
        PRIMARY KEY (player, sha256)) STRICT, WITHOUT ROWID;
    """,
    """
    CREATE TABLE requests (
        id TEXT PRIMARY KEY NOT NULL, player TEXT NOT NULL, asked INTEGER NOT NULL, data TEXT NOT NULL) STRICT;
    CREATE INDEX requests_asked ON requests (asked);
    """,
    """
    ALTER TABLE guardians ADD COLUMN pin TEXT;
    ALTER TABLE guardians ADD COLUMN code TEXT;
    ALTER TABLE guardians ADD COLUMN ceiling INTEGER NOT NULL DEFAULT 1800000;
    """,
    """
    CREATE TABLE erased (sha256 TEXT PRIMARY KEY NOT NULL, at INTEGER NOT NULL) STRICT;
    CREATE TABLE erasing (seat TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (seat, seq)) STRICT, WITHOUT ROWID;
    """,
    "ALTER TABLE place ADD COLUMN hotline TEXT NOT NULL DEFAULT ''",
    """
    ALTER TABLE place ADD COLUMN address TEXT NOT NULL DEFAULT '';
    ALTER TABLE place ADD COLUMN owner TEXT NOT NULL DEFAULT '';
    """,
    """
    ALTER TABLE seats ADD COLUMN enrolled INTEGER;
    ALTER TABLE seats ADD COLUMN retired INTEGER;
    ALTER TABLE seats ADD COLUMN by TEXT NOT NULL DEFAULT '';
    ALTER TABLE seats ADD COLUMN reason TEXT NOT NULL DEFAULT '';
    """,
    """
    ALTER TABLE players ADD COLUMN unknown TEXT NOT NULL DEFAULT 'listed';
    UPDATE players SET unknown = 'refused' WHERE only_installed;
    ALTER TABLE players DROP COLUMN only_installed
    """,
    """
    ALTER TABLE state ADD COLUMN serve TEXT NOT NULL DEFAULT '';
    ALTER TABLE seats ADD COLUMN name TEXT NOT NULL DEFAULT '';
    ALTER TABLE seats ADD COLUMN pc TEXT NOT NULL DEFAULT '';
    ALTER TABLE seats ADD COLUMN tls TEXT NOT NULL DEFAULT '';
    CREATE TABLE claims (player TEXT PRIMARY KEY NOT NULL, seat TEXT NOT NULL, until INTEGER NOT NULL) STRICT;
    CREATE TABLE played (
        seat TEXT NOT NULL, seq INTEGER NOT NULL, player TEXT NOT NULL, game TEXT NOT NULL, publisher TEXT, label INTEGER,
        sure INTEGER NOT NULL, start INTEGER NOT NULL, ms INTEGER, PRIMARY KEY (seat, seq)) STRICT, WITHOUT ROWID;
    CREATE TABLE parts (sha256 TEXT PRIMARY KEY NOT NULL, data BLOB NOT NULL) STRICT, WITHOUT ROWID;
    CREATE INDEX played_player ON played (player, start)
    """,
    """
    CREATE TABLE visitors (id TEXT PRIMARY KEY NOT NULL, key BLOB NOT NULL, day TEXT NOT NULL, age INTEGER) STRICT;
    CREATE TABLE checkins (
        pc TEXT PRIMARY KEY NOT NULL, id TEXT NOT NULL, player TEXT NOT NULL, since INTEGER NOT NULL, how TEXT NOT NULL) STRICT;
    CREATE TABLE staff (
        id TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL, account TEXT NOT NULL, role TEXT NOT NULL, since INTEGER) STRICT
    """,
)


def version(connection: sqlite3.Connection) -> int:
    """How many steps the file has seen."""
    found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return found


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the file up to the present shape. sqlite3.Error leaves it at the last whole step."""
    for number in range(version(connection), len(STEPS)):
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Not executescript, which commits first. No statement of ours holds a semicolon.
            for statement in STEPS[number].split(";"):
                connection.execute(statement)
            # A pragma takes no parameters; both numbers are ours.
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {number + 1}")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
