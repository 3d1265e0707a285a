"""A file whose stamps do not tell that its content changed is read anew whenever it is started."""

from __future__ import annotations

import mmap
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from daemon.platforms.linux import calls
from daemon.platforms.linux.calls import Question
from daemon.platforms.linux.gate import judging
from daemon.platforms.linux.gate.answers import RefusalsByUid
from daemon.platforms.linux.reading import stamps
from daemon.platforms.linux.watching import images
from rules.games import Catalogue
from tests.contracts.programs import copy_with_own_build

FAT, EXT4, TMPFS, OVERLAY = 0x4D44, 0xEF53, 0x01021994, 0x794C7630
HOUR_MS = 3_600_000
NOW_MS = 1_800_000_000_000


@pytest.mark.parametrize(("uid", "mode", "age", "kind", "tell"), [
    (0, 0o755, 0, FAT, True),  # only an administrator changes it
    (0, 0o777, HOUR_MS, FAT, False), (1000, 0o755, HOUR_MS, FAT, False),
    (0, 0o775, HOUR_MS, EXT4, True), (1000, 0o755, HOUR_MS, EXT4, True),
    (1000, 0o755, 10, EXT4, False), (1000, 0o755, -HOUR_MS, EXT4, False),
    (1000, 0o755, HOUR_MS, TMPFS, False), (1000, 0o755, HOUR_MS, OVERLAY, False), (0, 0o755, 0, TMPFS, True),
])  # fmt: skip
def test_whose_stamps_are_believed(monkeypatch, uid, mode, age, kind, tell):
    """Those of a file system that stamps each change itself, once so much time went by that the next has another stamp."""
    monkeypatch.setattr(calls, "kind_of_filesystem", lambda _: kind)
    found = SimpleNamespace(st_uid=uid, st_mode=mode, st_ctime_ns=(NOW_MS - age) * 1_000_000)
    assert stamps.tell(0, found, NOW_MS) == tell


@pytest.fixture(params=["as on FAT", "at the same moment"])
def changed(request, tmp_path, monkeypatch):
    """A program that was innocent, the game that it becomes, what changes it, and the time then."""

    def key(found):  # FAT has no stamp that cannot be put back; in one moment there is one stamp only
        return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, 0)

    for module in (images, judging):
        monkeypatch.setattr(module, "key", key)
    path, other = tmp_path / "homework", tmp_path / "chess"
    copy_with_own_build("/bin/dash", path)
    game = copy_with_own_build("/bin/dash", other)
    path.chmod(0o777)
    ages = 0
    if request.param == "as on FAT":
        monkeypatch.setattr(calls, "kind_of_filesystem", lambda _: FAT)
        ages = HOUR_MS

    def change():
        before = path.stat()
        content = other.read_bytes()
        path.write_bytes(content.ljust(before.st_size, b"\0"))
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert key(path.stat()) == key(before)

    return path, game, change, lambda: path.stat().st_ctime_ns // 1_000_000 + ages


@pytest.mark.parametrize("size", [0, 3 << 20])
def test_it_is_recognised_by_what_it_is_now(changed, size):
    """Also if it is too large to be hashed at each start."""
    path, game, change, wall = changed
    os.truncate(path, max(size, path.stat().st_size))
    known, catalogue = images.Images(wall=wall), Catalogue((game,))
    before = known.open(str(path), str(path), catalogue)
    change()
    assert not catalogue.by_file(before)
    assert catalogue.by_file(known.open(str(path), str(path), catalogue)) == {"chess"}


@pytest.mark.usefixtures("stamped")
def test_what_was_read_just_after_it_was_written_is_read_once_more(changed):
    """It may have been written to once more in that moment: until then its stamps tell nothing, whenever they are looked at."""
    path, game, change, wall = changed
    later, catalogue = [0], Catalogue((game,))
    known = images.Images(wall=lambda: wall() + later[0])
    known.open(str(path), str(path), catalogue)
    change()
    later[0] = HOUR_MS
    assert catalogue.by_file(known.open(str(path), str(path), catalogue)) == {"chess"}


@pytest.fixture
def mapped(stamped, tmp_path):
    """A program that was innocent, the game that it becomes, what changes it by way of a map of it, and the time then."""
    path, other = tmp_path / "homework", tmp_path / "chess"
    copy_with_own_build("/bin/dash", path)
    game = copy_with_own_build("/bin/dash", other)
    path.chmod(0o777)
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as pages:
        pages[:] = pages[:]

        def change():
            pages[:] = other.read_bytes()

        yield path, game, change, lambda: path.stat().st_ctime_ns // 1_000_000 + HOUR_MS


@pytest.fixture
def stamped(monkeypatch):
    monkeypatch.setattr(calls, "kind_of_filesystem", lambda _: EXT4)


def test_what_somebody_has_mapped_is_recognised_by_what_it_is_now(mapped):
    path, game, change, wall = mapped
    known, catalogue = images.Images(wall=wall), Catalogue((game,))
    assert not catalogue.by_file(known.open(str(path), str(path), catalogue))
    before = path.stat()
    change()
    assert path.stat() == before
    assert catalogue.by_file(known.open(str(path), str(path), catalogue)) == {"chess"}


def test_the_gate_refuses_what_it_is_now(changed):
    path, game, change, wall = changed
    current = RefusalsByUid(Catalogue((game,)), {os.getuid(): ("an", frozenset({"chess"}))})
    judge = judging.Judge(SimpleNamespace(wall=wall, mono=lambda: 0))

    def refused():
        with Path(path).open("rb") as file:
            return judge.answer(Question(file.fileno(), os.getpid()), current).refused

    assert refused() is None
    change()
    assert refused().game == "chess"


def test_who_has_a_file_open_for_writing_is_seen(tmp_path):
    """Also by a map alone; not who reads it."""
    path = tmp_path / "file"
    path.write_bytes(b"x")
    with path.open("rb") as file:
        assert stamps.alone(file.fileno())
        with path.open("r+b") as writing:
            pages = mmap.mmap(writing.fileno(), 0)
            assert not stamps.alone(file.fileno())
        assert not stamps.alone(file.fileno())
        pages.close()
        assert stamps.alone(file.fileno())


def test_a_file_that_nobody_else_may_write_is_read_once(changed, monkeypatch):
    """However often it is started."""
    path, game, _, wall = changed
    monkeypatch.setattr(stamps, "tell", lambda *_: True)
    known, reads = images.Images(wall=wall), []
    first = known._first
    monkeypatch.setattr(known, "_first", lambda file: reads.append(1) or first(file))
    for _ in range(3):
        known.open(str(path), str(path), Catalogue((game,)))
    assert reads == [1]
