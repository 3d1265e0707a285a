"""`giochoi backup` and `restore`: everything in one file that nobody else reads, and back; what goes wrong changes nothing."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import socket
import sqlite3
import zipfile
from contextlib import closing, contextmanager
from types import SimpleNamespace

import pytest

from cli.backup import _said, save
from cli.errors import CommandError
from host import backup
from host.backed_up import Contents
from host.homes import Home
from host.secrets import is_plain
from i18n.catalogue import Catalogue


@pytest.fixture(scope="module")
def agent(servers, giochoi_in):
    servers.start("agent")
    giochoi = giochoi_in(servers.home)
    assert giochoi("player", "add", "An", "--born", "2014").returncode == 0
    return giochoi


@contextmanager
def stopped(servers):
    """The agent does not run meanwhile."""
    servers.stop("agent")
    yield
    servers.start("agent")


def names(agent):
    return [one["name"] for one in json.loads(agent("player", "list", "--json").stdout)["players"]]


@pytest.mark.promise("Agent and keys: A backup says that it holds the keys in the open, and only its owner may read it")
def test_all_comes_back(agent, servers, tmp_path):
    """Made while the agent runs; not put back before it is stopped, nor without a yes; said in the log."""
    file = tmp_path / "all.zip"
    saved = agent("backup", str(file))
    assert (saved.returncode, "sign this log: keep it safe" in " ".join(saved.stdout.split())) == (0, True), saved
    assert file.stat().st_mode & 0o077 == 0 or os.name == "nt"
    assert "exists" in agent.fails(1, "backup", str(file))
    agent("player", "add", "Bình", "--born", "2014")
    assert names(agent) == ["An", "Bình"]
    assert "in use by process" in agent.fails(1, "restore", str(file), "--yes")
    assert "add --yes" in agent.fails(2, "restore", str(file))
    assert "nothing of daemon is in it" in agent.fails(2, "restore", str(file), "--only", "seat", "--yes")
    with stopped(servers):
        back = agent("restore", str(file), "--yes")
    said = " ".join(back.stdout.split())
    assert (back.returncode, "now start giochoi-agent" in said) == (0, True), back
    assert re.match(r"put back as of \d{1,2} [A-Z][a-z]{2} \d{4},? \d\d:\d\d:\d\d: ", said), said
    assert names(agent) == ["An"]
    assert "put back from a backup" in agent("log", "show").stdout
    assert list(servers.home.glob(".giochoi-*")) == []


@pytest.mark.parametrize(("zone", "read"), [
    ("Asia/Ho_Chi_Minh", "24 Nov 2026,? 09:00:00"), ("Pacific/Kiritimati", "24 Nov 2026,? 16:00:00"),
    ("", r"2\d Nov 2026,? \d\d:\d0:00 \(UTC[+-]\d\d:\d\d\)"), ("Mars/Base", r".* \(UTC[+-]\d\d:\d\d\)"),
])  # fmt: skip
def test_of_when_a_backup_is_said_as_all_else_is(zone, read):
    """In the place's zone, if somebody who knew it answered when it was made; this PC's is named."""
    contents = Contents(1_795_485_600_000, {}, zone=zone)
    assert re.fullmatch(read, Catalogue("en")(_said(contents)))


def test_what_is_lost_comes_back_too(agent, servers, tmp_path):
    """A database that is none any more, and a key that is gone."""
    file = tmp_path / "all.zip"
    assert agent("backup", str(file)).returncode == 0
    with stopped(servers):
        (servers.home / "agent" / "log.key").unlink()
        (servers.home / "agent" / "agent.db").write_bytes(b"nothing" * 1000)
        assert agent("restore", str(file), "--yes").returncode == 0
    assert names(agent) == ["An"]
    bundle = tmp_path / "log.zip"
    assert agent("log", "export", str(bundle)).returncode == 0


def test_another_pc_goes_on_with_it(agent, servers, tmp_path):
    """Its own agent has worked there already, with keys of its own; players and log are what they were."""
    file, keys = tmp_path / "all.zip", servers.home / "public" / "agent.keys"
    assert agent("backup", str(file)).returncode == 0
    with zipfile.ZipFile(file) as whole:
        assert all(is_plain(whole.read(name)) for name in whole.namelist() if name.endswith(".key"))
    before = keys.read_bytes()
    with stopped(servers):
        shutil.rmtree(servers.home / "agent")
        keys.unlink()
    assert (names(agent), keys.read_bytes() == before) == ([], False)
    with stopped(servers):
        assert agent("restore", str(file), "--yes").returncode == 0
    assert (names(agent), keys.read_bytes()) == (["An"], before)
    assert agent("log", "export", str(tmp_path / "log.zip")).returncode == 0


def test_the_pcs_of_a_place_know_the_agent_that_comes_back(agent, servers, tmp_path):
    """By the authority that is made once they are to join; an older backup, which has none, is a whole one too."""
    old, file, key = tmp_path / "old.zip", tmp_path / "all.zip", servers.home / "agent" / "tls.key"
    assert agent("backup", str(old)).returncode == 0
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert agent("place", "serve", f"127.0.0.1:{port}").returncode == 0
    assert agent("backup", str(file)).returncode == 0
    assert agent("place", "serve", "off").returncode == 0
    with stopped(servers):
        was = key.read_bytes()
        key.unlink()
        assert agent("restore", str(file), "--yes").returncode == 0
        assert key.read_bytes() == was
        assert agent("restore", str(old), "--yes").returncode == 0
        assert key.read_bytes() == was
        key.unlink()


@pytest.mark.parametrize("kept", ["with the system", "as Windows seals them", "as older versions said who has them"])
def test_a_backup_whose_keys_open_nowhere_else_does_not_cost_another_agent_its_own(agent, servers, tmp_path, kept):
    """Here it could not go on, and what was here would be gone."""
    file, keys = tmp_path / "all.zip", servers.home / "public" / "agent.keys"
    agent("backup", str(file))
    bare = tmp_path / "bare.zip"
    with zipfile.ZipFile(file) as whole, zipfile.ZipFile(bare, "w") as new:
        told = json.loads(whole.read("contents.json"))
        members = {name: whole.read(name) for name in told["files"]}
        if kept == "as Windows seals them":
            told["sealed"] = True
        elif kept == "with the system":
            members = {name: data for name, data in members.items() if not name.endswith(".key")}
        else:
            members |= {name: b"systemd\n" for name in members if name.startswith("agent/") and name.endswith(".key")}
        told["files"] = {name: hashlib.sha256(data).hexdigest() for name, data in members.items()}
        new.writestr("contents.json", json.dumps(told))
        for name, data in members.items():
            new.writestr(name, data)
    bare.chmod(0o600)
    with stopped(servers):
        ours, log_key = keys.read_bytes(), (servers.home / "agent" / "log.key").read_bytes()
        keys.write_bytes(b"other keys")
        before = content(servers.home / "agent")
        said = agent.fails(1, "restore", str(bare), "--yes")
        assert ("only the PC and system that it was made on" in said, content(servers.home / "agent")) == (True, before)
        keys.write_bytes(ours)
        assert agent("restore", str(bare), "--yes").returncode == 0
        assert (servers.home / "agent" / "log.key").read_bytes() == log_key
    if kept == "with the system":
        said = agent.fails(1, "--home", str(tmp_path / "new"), "restore", str(bare), "--yes")
        assert ("there are none here" in said, (tmp_path / "new" / "agent").exists()) == (True, False)


def content(folder):
    """But for who had it last."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "lock"}


def changed(source, name, content, packed=zipfile.ZIP_STORED):
    """The backup, but for one member, as its contents say, or for how it is packed."""
    to = source.with_name(f"{len(list(source.parent.iterdir()))}.zip")
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(to, "w", packed) as new:
        for known in old.namelist():
            new.writestr(known, content if known == name else old.read(known))
    return to


def test_a_file_that_is_none_of_ours_or_damaged_changes_nothing(agent, servers, tmp_path):
    """Looked at before anything is written."""
    file, other = tmp_path / "all.zip", tmp_path / "other.zip"
    assert agent("backup", str(file)).returncode == 0
    other.write_bytes(b"PK")
    torn = tmp_path / "torn.zip"
    with zipfile.ZipFile(file) as whole:
        no_text = json.loads(whole.read("contents.json"))
        start = whole.getinfo("agent/agent.db").header_offset + 100
    no_text["files"]["public/agent.keys"] = hashlib.sha256(b"\xff").hexdigest()
    torn.write_bytes(file.read_bytes()[:start] + b"\xff" * 200 + file.read_bytes()[start + 200 :])
    stranger = json.dumps({"made": 1, "files": {"agent/agent.db": "0", "../x": "0"}})
    with stopped(servers):
        before = content(servers.home / "agent")
        for bad, said in (
            (tmp_path / "none.zip", "cannot be read"),
            (other, "not what giochoi backup made"),
            (changed(file, "agent/agent.db", b"SQLite format 3"), "damaged: agent/agent.db"),
            (torn, "damaged: agent/agent.db; take another backup"),
            (changed(changed(file, "public/agent.keys", b"\xff"), "contents.json", json.dumps(no_text)), "damaged"),
            (changed(file, "contents.json", stranger), "not what giochoi backup made"),
            (changed(file, "", b"", zipfile.ZIP_LZMA), "not what giochoi backup made"),
            *((changed(file, "contents.json", json.dumps({"made": made, "files": {"agent/agent.db": "0"}})),
               "not what giochoi backup made") for made in (10**18, -1)),
        ):
            assert said in agent.fails(2, "restore", str(bad), "--yes")
        assert content(servers.home / "agent") == before


def test_what_has_no_room_changes_nothing(agent, servers, tmp_path, monkeypatch):
    """Nothing is unpacked before it is known that there is room for it."""
    file = tmp_path / "all.zip"
    assert agent("backup", str(file)).returncode == 0
    with stopped(servers):
        before = content(servers.home / "agent")
        monkeypatch.setattr("host.backup.shutil.disk_usage", lambda _: SimpleNamespace(free=1000))
        assert "no room" in agent.fails(1, "restore", str(file), "--yes")
        assert content(servers.home / "agent") == before


def test_room_for_what_is_unpacked_alone_is_not_enough(agent, servers, tmp_path, monkeypatch):
    """Each database is written beside what it takes the place of: half of a home would be put back."""
    file = tmp_path / "all.zip"
    assert agent("backup", str(file)).returncode == 0
    with zipfile.ZipFile(file) as whole:
        size = sum(one.file_size for one in whole.infolist() if one.filename != "contents.json")
        largest = max(one.file_size for one in whole.infolist())
    with stopped(servers):
        before = content(servers.home / "agent")
        monkeypatch.setattr("host.backup.shutil.disk_usage", lambda _: SimpleNamespace(free=size + largest - 1))
        assert "no room" in agent.fails(1, "restore", str(file), "--yes")
        assert content(servers.home / "agent") == before
        monkeypatch.undo()
        assert agent("restore", str(file), "--yes").returncode == 0


def test_a_full_disk_does_not_cost_the_database_that_is_there(tmp_path, monkeypatch):
    """Only what is no database any more is taken away."""
    there, source = tmp_path / "log.db", tmp_path / "source.db"
    for path in (there, source):
        with closing(sqlite3.connect(path)) as made:
            made.executescript("CREATE TABLE one (two)")
    before = there.read_bytes()

    def full(path, to):
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(backup, "_copy", full)
        with pytest.raises(sqlite3.OperationalError):
            backup._replace(there, source)
    assert there.read_bytes() == before
    there.write_bytes(b"nothing" * 1000)
    backup._replace(there, source)
    assert there.read_bytes() == before


def test_nothing_to_save(fails, tmp_path):
    """A home in which nobody ever ran."""
    assert "nothing of Giờ Chơi is there" in fails(1, "backup", str(tmp_path / "all.zip"))
    assert list(tmp_path.iterdir()) == []


def table(path):
    """A database as servers keep theirs."""
    path.parent.mkdir(exist_ok=True)
    with closing(sqlite3.connect(path)) as made, made:
        made.execute("PRAGMA journal_mode = WAL")
        made.execute("CREATE TABLE one (two)")


def watched(opened, begun):
    """Says of which databases it is fixed what is read of them, in order."""

    @contextmanager
    def opening(path):
        with opened(path) as connection:
            connection.set_trace_callback(lambda text: begun.append(path.name) if text == "BEGIN" else None)
            yield connection

    return opening


def test_nobody_who_writes_waits_for_the_copies(tmp_path, monkeypatch):
    """A slow disk would hold up the agent for longer than it has patience. What is written meanwhile is in no copy."""
    home, room = Home(tmp_path / "home", "given"), tmp_path / "room"
    home.root.mkdir()
    room.mkdir()
    sources = [home.daemon / "store.db", home.agent / "agent.db", home.agent / "log.db", home.agent / "payload.db"]
    for path in sources:
        table(path)
    wrote, fill = [], backup._fill

    def slow(copy, source):
        for path in (path for path in sources if path.parent.name == copy.parent.name):
            with closing(sqlite3.connect(path, timeout=0)) as writer, writer:
                writer.execute("INSERT INTO one VALUES (1)")
            wrote.append(path)
        fill(copy, source)

    monkeypatch.setattr(backup, "_fill", slow)
    monkeypatch.setattr(backup, "_opened", watched(backup._opened, begun := []))
    backup.make(home, room, 1)
    assert begun[-3:] == ["payload.db", "log.db", "agent.db"]  # no personal data without its entry
    assert set(wrote) == set(sources)
    for copy in room.glob("agent/*.db"):
        with closing(sqlite3.connect(copy)) as look:
            assert look.execute("SELECT count(*) FROM one").fetchone() == (0,), copy


def test_who_may_not_is_told_who_may(monkeypatch, tmp_path):
    """Not that a folder could not be written, which a backup does not seem to do."""
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("cli.backup.files", lambda: SimpleNamespace(privileged=lambda: False, prepare=refuse))
    with pytest.raises(CommandError, match=r"this takes an administrator: run it as root \(sudo\)"):
        save(SimpleNamespace(file=tmp_path / "all.zip"), SimpleNamespace(home=Home(tmp_path, "system")))
