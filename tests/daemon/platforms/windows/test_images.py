"""Fingerprints of Windows' files, and that looking is in nobody's way."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from pathlib import Path
from queue import Queue

import pytest

from daemon.platforms import images as common
from daemon.platforms.windows.watching import images
from daemon.platforms.windows.watching.images import Images
from daemon.platforms.windows.watching.opening import opened
from host.images import build_id
from host.windows.win32 import extended
from rules.games import Catalogue, Fingerprint, Game
from rules.programs import is_engine
from tests.system import until
from tests.windows_programs import program

EMPTY = Catalogue(())
PRODUCT = "Trò Chơi Thử"


@pytest.fixture
def game(tmp_path):
    """A copy of the game under another name, with letters and spaces."""
    path = tmp_path / "Bài tập về nhà" / "tập làm văn.exe"
    path.parent.mkdir()
    shutil.copy(program("trochoi.exe"), path)
    return path


@pytest.fixture
def signatures(monkeypatch):
    """Paths whose signature was looked at; everything is signed by Ai Đó."""
    looked = []
    monkeypatch.setattr(images, "signer_of", lambda _, path: looked.append(path) or "Ai Đó")
    return looked


def wanting(path, **more):
    return Catalogue([Game(id="x", title="X", sizes=(path.stat().st_size,), **more)])


def test_what_a_file_is(game):
    """Its build and what it says of itself, whatever it is called."""
    with game.open("rb") as file:
        build = build_id(file, is_engine)

    assert Images().open(str(game), EMPTY) == Fingerprint(
        str(game), game.stat().st_size, None, build, "trochoi.exe", PRODUCT, None, "")  # fmt: skip


def test_content_is_hashed_where_it_may_tell(game, monkeypatch):
    """Once; a change is seen; a catalogue that comes later gets its hash, too."""
    some = Images()
    assert some.open(str(game), EMPTY).sha256 is None
    assert some.open(str(game), wanting(game)).sha256 == hashlib.sha256(game.read_bytes()).hexdigest()
    real, hashed = images.sha256, []
    monkeypatch.setattr(images, "sha256", lambda *asked: hashed.append(1) or real(*asked))
    some.open(str(game), wanting(game))
    with game.open("ab") as file:
        file.write(b"x")

    assert some.open(str(game), wanting(game)).sha256 == hashlib.sha256(game.read_bytes()).hexdigest()
    assert hashed == [1]


def test_a_change_is_seen_whatever_the_files_times_say(game):
    """Somebody puts another program into a file that was no game, and its times back."""
    some, times = Images(), game.stat()
    catalogue = wanting(game)
    before = some.open(str(game), catalogue)
    content = bytearray(game.read_bytes())
    content[-1] ^= 1
    game.write_bytes(content)
    os.utime(game, ns=(times.st_atime_ns, times.st_mtime_ns))
    after = some.open(str(game), catalogue)

    assert game.stat().st_mtime_ns == times.st_mtime_ns
    assert (after.size, after.sha256 == before.sha256) == (before.size, False)


def test_a_copy_and_a_link_are_recognised(game, tmp_path):
    """By content and build: the game is not by its name here."""
    with game.open("rb") as file:
        known = wanting(game, sha256=(hashlib.sha256(game.read_bytes()).hexdigest(),), build_ids=(build_id(file, is_engine),))
    os.link(game, tmp_path / "notes.txt")

    assert all(known.by_file(Images().open(str(path), known)) == {"x"} for path in (game, tmp_path / "notes.txt"))


def test_a_signature_is_looked_at_once_and_only_where_it_may_tell(game, signatures):
    some = Images()
    other = Catalogue([Game(id="x", title="X", names=("other.exe",), signers=("Ai Đó",))])
    ours = Catalogue([Game(id="x", title="X", products=(PRODUCT,), signers=("Ai Đó",))])

    assert [some.open(str(game), one).signer for one in (EMPTY, other, ours, ours)] == [None, None, "Ai Đó", "Ai Đó"]
    assert signatures == [str(game)]
    assert ours.by_file(some.open(str(game), ours)) == {"x"}


@pytest.fixture
def large(game):
    """A file that is too large to be hashed while somebody waits."""
    with game.open("ab") as file:
        file.write(bytes(common.INLINE))
    return game


@pytest.fixture
def some():
    """Fingerprints as the daemon has them: `told` gets the sizes of files that took long."""
    one = Images()
    one.told = Queue()
    one.start(one.told.put)
    yield one
    one.stop()


def test_what_takes_long_is_told_later(large, some, signatures):
    """Once; the file can be deleted meanwhile and at any time."""
    catalogue = wanting(large, names=("trochoi.exe",), signers=("Ai Đó",))
    first = some.open(str(large), catalogue)
    assert some.told.get(timeout=10) == large.stat().st_size
    known = some.open(str(large), catalogue)

    assert (first.sha256, first.signer) == (None, None)
    assert (known.sha256, known.signer) == (hashlib.sha256(large.read_bytes()).hexdigest(), "Ai Đó")
    assert some.told.empty()
    large.unlink()


def test_what_is_another_file_by_then_tells_nothing(large, some, monkeypatch):
    """Nor what is gone; both can be asked for again."""
    go, real, asked = threading.Event(), images.opened, []

    def late(path):
        if threading.current_thread() is not threading.main_thread():
            asked.append(path)
            go.wait(10)
        return real(path)

    monkeypatch.setattr(images, "opened", late)
    for change in (lambda: large.write_bytes(b"other" + large.read_bytes()[5:]), large.unlink):
        go.clear()
        some.open(str(large), wanting(large))
        change()
        go.set()
        until(lambda: not some._late)

    assert (asked, some.told.empty()) == ([str(large)] * 2, True)


def test_without_anybody_to_take_over_it_is_done_at_once(large):
    assert Images().open(str(large), wanting(large)).sha256 is not None
    assert Images(largest=10).open(str(large), wanting(large)).sha256 is None


def test_no_file_is_held(game):
    """It can be renamed, written and deleted while it is open, and after."""
    with opened(str(game)) as (file, _):
        other = game.with_name("khác.exe")
        game.rename(other)
        with other.open("r+b") as writing:
            writing.write(b"xx")
        assert file.read(2) == b"xx"
        other.unlink()
    assert not other.exists()


def test_long_paths(game, tmp_path):
    """Nobody hides a game deeper than 260 characters."""
    deep = str(tmp_path) + "\\thư mục dài" * 25
    Path(extended(deep)).mkdir(parents=True)
    Path(extended(f"{deep}\\cờ.exe")).write_bytes(game.read_bytes())

    assert Images().open(f"{deep}\\cờ.exe", EMPTY).original == "trochoi.exe"


@pytest.mark.parametrize("path", [
    "", "\0", "game.exe", "C:", "C:\\", "C:\\gone.exe", "C:\\x\0.exe", "C:\\windows", "NUL", "C:\\NUL", "CON",
    "\\\\?\\GLOBALROOT\\Device\\Null", "C:\\a.exe:stream",
])
def test_what_is_no_plain_file(path):
    assert Images().open(path, EMPTY) is None


@pytest.mark.parametrize("path", [
    "\\\\127.0.0.1\\share\\game.exe", "\\\\?\\UNC\\127.0.0.1\\share\\x.exe", "\\\\.\\pipe\\x", "x.exe",
])
def test_what_is_not_on_this_pc_is_not_even_opened(path, monkeypatch):
    """Other machines could keep us waiting, and ask who we are."""
    monkeypatch.setattr(images, "opened", lambda _: pytest.fail("opened"))

    assert Images().open(path, EMPTY) is None


def test_a_folder_that_is_told_leaves_nothing_open(here):
    """Java may be told hundreds of them."""
    def number():
        with Path("NUL").open("rb") as file:
            return file.fileno()

    before = number()
    images = Images()
    assert [images.open(str(here), Catalogue(())) for _ in range(20)] == [None] * 20
    assert number() == before
