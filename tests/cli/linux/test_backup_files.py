"""Backups in folders of somebody else: nothing lies there in plain; what they could have written is not put back."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing

import pytest

from host import backup

NOBODY = 65534


@pytest.fixture
def file(tmp_path_factory):
    return tmp_path_factory.mktemp("backups") / "saved.zip"


@pytest.fixture
def seat(giochoi, file):
    """A home with a seat's database that says "saved", as in `file`; then it says "later"."""
    folder = giochoi.home / "daemon"
    folder.mkdir(mode=0o700, parents=True)
    say(giochoi, "saved")
    assert giochoi("backup", str(file)).returncode == 0
    say(giochoi, "later")
    return giochoi


def say(giochoi, text):
    with closing(sqlite3.connect(giochoi.home / "daemon" / "store.db")) as store, store:
        store.execute("CREATE TABLE IF NOT EXISTS said (text)")
        store.execute("INSERT INTO said VALUES (?)", (text,))


def said(giochoi):
    with closing(sqlite3.connect(giochoi.home / "daemon" / "store.db")) as store:
        return [text for (text,) in store.execute("SELECT text FROM said")]


@pytest.mark.promise("Agent and keys: A backup says that it holds the keys in the open, and only its owner may read it")
def test_only_the_finished_file_is_made_where_it_is_to_lie(seat, tmp_path, monkeypatch):
    """The copies lie in the home, where nobody can put a link in their place; not in a folder of whoever owns a stick."""
    seen = []

    def make(home, folder, *more):
        seen.append((folder.parent, folder.stat().st_mode & 0o777, list(tmp_path.iterdir())))
        return done(home, folder, *more)

    done = backup.make
    monkeypatch.setattr(backup, "make", make)
    before = os.umask(0)
    try:
        assert seat("backup", str(tmp_path / "all.zip")).returncode == 0
    finally:
        os.umask(before)
    assert seen == [(seat.home, 0o700, [])]
    assert [(path.name, path.stat().st_mode & 0o777) for path in tmp_path.iterdir()] == [("all.zip", 0o600)]
    assert list(seat.home.glob(".giochoi-*")) == []


@pytest.mark.promise("Agent and keys: A backup that others could have written is not put back")
def test_what_others_may_write_is_not_put_back(seat, file):
    """Whoever can write it decides what this PC believes. A copy is of whoever made it."""
    file.chmod(0o660)
    assert "others may write to it; copy it to a folder" in seat.fails(1, "restore", str(file), "--yes")
    assert said(seat) == ["saved", "later"]
    copy = file.with_name("copy.zip")
    shutil.copyfile(file, copy)
    copy.chmod(0o644)
    assert seat("restore", str(copy), "--yes").returncode == 0
    assert said(seat) == ["saved"]


@pytest.mark.root
def test_what_another_account_owns_is_not_put_back(seat, file):
    """Also where nobody else may write it just now."""
    os.chown(file, NOBODY, NOBODY)
    assert "owned by" in seat.fails(1, "restore", str(file), "--yes")
    assert said(seat) == ["saved", "later"]


@pytest.mark.root
def test_in_a_home_of_somebody_else_nothing_is_made(seat, file, tmp_path):
    """They could put another folder in the place of ours."""
    os.chown(seat.home, NOBODY, NOBODY)
    for words in (("backup", str(tmp_path / "all.zip")), ("restore", str(file), "--yes")):
        assert "not by us" in seat.fails(1, *words)
    assert said(seat) == ["saved", "later"]
    assert list(tmp_path.iterdir()) == []


def test_what_was_looked_at_is_what_is_put_back(seat, file, monkeypatch):
    """Whatever takes its name while the question is answered."""

    def swap(*_args, **_more):
        other.replace(file)

    other = file.with_name("other.zip")
    assert seat("backup", str(other)).returncode == 0
    monkeypatch.setattr("cli.backup.confirm", swap)
    assert seat("restore", str(file)).returncode == 0
    assert said(seat) == ["saved"]
