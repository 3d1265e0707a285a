"""agent.db: made whole, checked before it is touched, written in whole transactions."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import date

import pytest

from agent.store import migrations, schema
from agent.store.database import StoreError, create, open_store
from agent.store.rows import PlaceRow, PlayerRow
from tests.system import readable


@pytest.fixture
def path(tmp_path):
    return tmp_path / "agent.db"


@pytest.fixture
def made(path):
    create(path, "giochoi/00000000", b"k" * 32)
    return path


def test_a_new_one_is_home_with_a_guest(made):
    """Nobody is registered, nothing is in force."""
    with closing(open_store(made)) as store, store.transaction() as tables:
        assert [row.id for row in tables.players()] == ["guest"]
        assert (tables.place().place, tables.place().zone) == ("home", "Asia/Ho_Chi_Minh")
        assert (tables.state().number, tables.state().origin) == (0, "giochoi/00000000")
        assert tables.packs() == {}


def test_only_its_owner_may_read_it(made):
    """Names and birth dates of children lie in it."""
    assert readable(made, "its owner")


def test_migrations_and_queries_agree(made):
    """The tables that queries know are those on disk, column for column."""
    with closing(sqlite3.connect(made)) as raw:
        there = {
            name: {(column[1], bool(column[5])) for column in raw.execute(f"PRAGMA table_info({name})")}
            for (name,) in raw.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        }
    tables = schema.metadata.tables.items()
    assert {name: {(column.name, column.primary_key) for column in table.columns} for name, table in tables} == there


def test_an_older_file_is_brought_up(made, monkeypatch):
    """The next step is applied to what is there, and what is there stays."""
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "STEPS", (*migrations.STEPS, "CREATE TABLE news (id INTEGER PRIMARY KEY) STRICT"))
        with closing(open_store(made)) as store:
            assert migrations.version(store.raw) == len(migrations.STEPS)
            assert store.raw.execute("SELECT count(*) FROM news").fetchone() == (0,)
    with pytest.raises(StoreError, match="newer version"):
        open_store(made)


def test_the_setting_of_the_version_before_is_kept(tmp_path):
    """Players who ran only what was installed are refused unknown programs."""
    path = tmp_path / "agent.db"
    create(path, "giochoi/00000000", b"k" * 32)
    with closing(sqlite3.connect(path)) as old:
        old.execute("ALTER TABLE players DROP COLUMN unknown")
        old.execute("ALTER TABLE players ADD COLUMN only_installed INTEGER NOT NULL DEFAULT 0")
        old.execute("INSERT INTO players (id, name, key, removed, only_installed) VALUES ('an', 'An', x'00', 0, 1)")
        for table in ("claims", "played", "parts", "visitors", "checkins", "staff"):
            old.execute(f"DROP TABLE {table}")
        for table, column in (("state", "serve"), ("seats", "name"), ("seats", "pc"), ("seats", "tls")):
            old.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        old.execute("PRAGMA user_version = 10")
        old.commit()
    with closing(open_store(path)) as store, store.transaction() as tables:
        assert {row.id: row.unknown for row in tables.players()} == {"guest": "listed", "an": "refused"}


def test_a_registry_of_the_first_version_speaks_each_readers_language(tmp_path):
    """It knew no language of the home; the rest of the place stays as it was."""
    path = tmp_path / "agent.db"
    with closing(sqlite3.connect(path)) as first:
        first.executescript(migrations.STEPS[0])
        first.execute("INSERT INTO place VALUES (1, 'game-point', 'Asia/Tokyo', '09:00-21:00', 'Net', '12/GCN', '2027-01-01')")
        first.execute(f"PRAGMA application_id = {migrations.APPLICATION_ID}")
        first.execute("PRAGMA user_version = 1")
        first.commit()
    with closing(open_store(path)) as store, store.transaction() as tables:
        assert tables.place() == PlaceRow(
            "game-point", "Asia/Tokyo", "09:00-21:00", "Net", "12/GCN", date(2027, 1, 1), lang=None
        )


def test_a_step_that_fails_leaves_the_last_version(made, monkeypatch):
    """A migration is done or not begun."""
    with monkeypatch.context() as patch:
        step = "CREATE TABLE news (id INTEGER) STRICT; CREATE TABLE place (id)"
        patch.setattr(migrations, "STEPS", (*migrations.STEPS, step))
        with pytest.raises(StoreError):
            open_store(made)
    with closing(open_store(made)) as store:
        assert store.raw.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'news'").fetchone() == (0,)


def test_a_crash_in_the_midst_of_a_write_is_undone(made, tmp_path):
    """As in the first start, which changes how changes are written. Nobody is told to restore a backup."""
    left = tmp_path / "left" / made.name
    left.parent.mkdir()
    with closing(sqlite3.connect(made)) as cut_off:
        cut_off.execute("PRAGMA cache_size = 1")  # half of it reaches the file at once
        cut_off.execute("UPDATE players SET name = 'half'")
        cut_off.execute("CREATE TABLE more AS SELECT zeroblob(100000)")
        for name in (made.name, f"{made.name}-journal"):
            shutil.copy(made.with_name(name), left.with_name(name))
    with closing(open_store(left)) as store, store.transaction() as tables:
        assert [row.name for row in tables.players()] == ["Khách"]


def damaged(path):
    content = bytearray(path.read_bytes())
    content[4096 : 4096 * 3] = b"\x55" * (4096 * 2)
    path.write_bytes(content)


def cut(path):
    path.write_bytes(path.read_bytes()[:5000])


def garbage(path):
    path.write_bytes(b"nothing of ours" * 100)


def empty(path):
    path.write_bytes(b"")


def foreign(path):
    path.unlink()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE photos (id)")


@pytest.mark.parametrize("harm", [damaged, cut, garbage, empty, foreign])
def test_what_is_not_ours_or_not_whole_is_left_alone(made, harm):
    """One clear line, and not one byte changed."""
    harm(made)
    before = made.read_bytes()
    with pytest.raises(StoreError) as error:
        open_store(made)
    assert "\n" not in str(error.value)
    assert str(made) in str(error.value)
    assert made.read_bytes() == before


def test_a_disk_without_room_for_another_file_is_no_damage(made):
    """Nobody is told to restore a backup over what is whole."""
    open_store(made).close()
    made.with_name(f"{made.name}-wal").mkdir()
    with pytest.raises(StoreError, match="cannot be read: unable to open database file"):
        open_store(made)


def test_missing(path):
    """A file that is not there is an error here: who opens knows whether one should be."""
    with pytest.raises(StoreError):
        open_store(path)


def test_a_transaction_is_all_or_nothing(made):
    """An error inside undoes what was done before it."""
    with closing(open_store(made)) as store:
        with pytest.raises(RuntimeError), store.transaction() as tables:  # noqa: PT012 - an error after a write is the case
            tables.put_player(PlayerRow("an", "An", None, None, b"k" * 32))
            raise RuntimeError
        with store.transaction() as tables:
            assert [row.id for row in tables.players()] == ["guest"]


def test_a_full_disk_is_one_line_and_changes_nothing(made):
    """And when there is room again, the same store goes on."""
    with closing(open_store(made)) as store:
        (pages,) = store.raw.execute("PRAGMA page_count").fetchone()
        store.raw.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StoreError, match="full"), store.transaction() as tables:
            tables.put_player(PlayerRow("an", "An", None, None, b"k" * 40_000))
        store.raw.execute("PRAGMA max_page_count = 100000")
        with store.transaction() as tables:
            tables.put_player(PlayerRow("an", "An", None, None, b"k" * 40_000))
            assert len(tables.players()) == 2


def test_two_players_cannot_have_one_account(made):
    """The database itself holds what the registry promises."""
    with closing(open_store(made)) as store:
        with store.transaction() as tables:
            tables.put_player(PlayerRow("an", "An", None, "an", b"k" * 32, removed=True))
            tables.put_player(PlayerRow("binh", "Bình", None, "an", b"k" * 32))
        with pytest.raises(StoreError), store.transaction() as tables:
            tables.put_player(PlayerRow("chi", "Chi", None, "an", b"k" * 32))
