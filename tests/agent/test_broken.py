"""Databases that are damaged, emptied or newer: one line says what, where and what to do, and nothing begins anew."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing

import pytest

from agent.errors import StartError
from agent.store.database import StoreError
from compliance.writing.logfile import LogError

PAGE = 4096


def emptied(path):
    path.write_bytes(b"")


def truncated(path):
    os.truncate(path, path.stat().st_size // 2 // PAGE * PAGE + 100)


def first_page(path):
    with path.open("r+b") as file:
        file.seek(100)
        file.write(b"\xa5" * (PAGE - 100))


def other_pages(path):
    with path.open("r+b") as file:
        file.seek(PAGE)
        file.write(b"\xa5" * (path.stat().st_size - PAGE))


def replaced(path):
    path.write_bytes(b"garbage " * 1000)


def newer(path):
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 99")
        database.commit()


@pytest.mark.parametrize("name", ["agent.db", "log.db"])
@pytest.mark.parametrize("harm", [emptied, truncated, first_page, other_pages, replaced, newer])
def test_a_broken_database_begins_no_new_log(open_desk, home, name, harm):
    """Also for whoever would have a new one rather than that one."""
    with open_desk():
        pass
    path = home.agent / name
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for beside in ("-wal", "-shm"):
        path.with_name(path.name + beside).unlink(missing_ok=True)
    harm(path)
    before = path.read_bytes()
    with pytest.raises((StartError, StoreError, LogError)) as error, open_desk():
        pass
    said = str(error.value)
    assert (name in said, "\n" in said) == (True, False)
    assert ("update" if harm is newer else "restore a backup") in said
    assert path.read_bytes() == before
