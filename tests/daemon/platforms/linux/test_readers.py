"""Whose question is read next, how long anybody waits for it, and where a file lies."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress

import pytest

from daemon.platforms.linux.reading.crew import Crew
from daemon.platforms.linux.reading.files import Files, Runner
from daemon.platforms.linux.reading.lines import Message
from daemon.platforms.linux.reading.places import Mounts, image_at, tables
from daemon.platforms.linux.reading.readers import Asked, Readers, _Worker
from daemon.platforms.linux.watching.unread import Unread
from daemon.platforms.reading.patience import AT_ONCE_MS, LONGEST_MS, HeldError, Patience
from daemon.platforms.reading.queues import MOST, MOST_OF_ONE, WAIT_MS, Key, Queues
from host.clock import SystemClock
from tests import fuse
from tests.contracts.programs import mounted
from tests.system import until

UID = 5


def asked(whose, number, *, slow=False):
    return Asked(0, Message({"n": number, "whose": whose, "slow": slow}))


def numbers(queues, busy=(), dying=()):
    """Which are handed out, as long as workers never come back."""
    at_work, found = list(busy), []
    while (one := queues.next(at_work, dying)) is not None:
        at_work.append(one.key)
        found.append(one.message.head["n"])
    return found


def test_who_is_held_up_costs_nobody_else_a_reader():
    queues = Queues()
    for number in range(10):
        queues.add(asked("child", number), 0)
    queues.add(asked("friend", 100), 0)
    assert numbers(queues) == [0, 1, 2, 3, 100]


def test_readers_that_cannot_be_killed_count():
    queues = Queues()
    queues.add(asked("child", 1), 0)
    assert numbers(queues, dying=[asked("child", 0).key] * 4) == []
    assert numbers(queues, dying=[asked("child", 0).key] * 3) == [1]


def test_large_files_are_hashed_one_at_a_time_and_keep_nothing_waiting():
    queues = Queues()
    for number in range(3):
        queues.add(asked("child", number, slow=True), 0)
    queues.add(asked("child", 9), 0)
    assert numbers(queues) == [0, 9]
    assert queues.overdue(WAIT_MS + 1) == []  # they have time


@pytest.mark.root
def test_the_first_thing_that_is_asked_for_later_is_told():
    """Over a line that was not used before."""
    crew, told = Crew(SystemClock()), []
    assert crew.start()
    try:
        crew.slow_desk.later(told.append, "root", "link", path="/proc/self/exe")
        until(lambda: crew.slow_desk.listen() or told)
        assert told[0].head["link"]
    finally:
        crew.close()


def test_what_waits_too_long_is_given_up():
    queues = Queues()
    queues.add(asked("child", 1), 0)
    queues.add(asked("child", 2), WAIT_MS)
    assert [one.message.head["n"] for one in queues.overdue(WAIT_MS + 1)] == [1]
    assert numbers(queues) == [2]


def test_who_is_waited_for_often_is_waited_for_less():
    patience, now = Patience(), 0
    waited = []
    for _ in range(10):
        wait = patience.wait("child", now)
        patience.spend("child", now, now + wait)
        now += wait
        waited.append(wait)
    assert waited[0] == LONGEST_MS
    assert waited[-1] < LONGEST_MS / 4
    assert patience.wait("friend", now) == LONGEST_MS
    assert patience.wait("child", now + 60_000) == LONGEST_MS
    assert min(waited) >= AT_ONCE_MS


def test_a_program_is_held_against_somebody_after_every_three_looks():
    """Who is not limited now may be limited later, as a guardian may have switched it off for a while."""
    unread, this = Unread(), (7, 70)
    held = unread.note(this)
    told = []
    for blamed in (False, True, True, True, True, True, True):
        held.blamed = blamed
        assert unread.turn() == (this,)
        unread.looks(this)
        told.append(unread.due(this))
    assert told == [False, False, True, False, False, True, False]
    assert not unread.due(this)
    unread.read(this)
    assert not unread


def test_programs_run_from_mounts_of_the_hosts():
    """Which are not ours where the daemon is a service: there each has its own numbers."""
    assert tables("", TABLE) == tables(TABLE)
    assert tables(TABLE.replace("ext4", "nfs"), TABLE)[0][21] == "roots"


TABLE = """\
21 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw
22 21 0:30 / /home/child/mine rw - fuse.sshfs child@pc rw,user_id=1000,group_id=1000
23 21 8:2 / /media/stick rw - fuseblk /dev/sdb1 rw,user_id=0,group_id=0,allow_other
24 21 0:31 / /srv rw - nfs4 server:/ rw
25 21 0:32 / /live rw - overlay overlay rw,lowerdir=/a
"""


def test_whose_the_mounts_are():
    by_number, by_device = tables(TABLE)
    assert by_number == {21: "local", 22: "own", 23: "roots", 24: "roots", 25: "local"}
    assert by_device[os.makedev(8, 2)] == "roots"


HOSTS = """\
31 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
32 31 8:2 / /home rw,nosuid,nodev,relatime shared:2 - ext4 /dev/sda2 rw
33 31 8:17 / /media/an/STICK rw,nosuid,nodev,relatime shared:3 - ext4 /dev/sdb1 rw
34 31 7:0 / /mnt/image ro,nosuid,nodev,relatime shared:4 - squashfs /dev/loop0 ro
35 31 7:1 / /snap/core/1 ro,nodev,relatime shared:5 - squashfs /dev/loop1 ro
36 31 0:50 / /media/an/memory rw,nodev,relatime shared:6 - tmpfs tmpfs rw
"""


def test_a_disk_in_somebodys_hand_is_theirs():
    """By what the host says: in a namespace of a service's own all is nosuid."""
    ours = HOSTS.replace("rw,relatime", "rw,nosuid,relatime").replace("o,nodev", "o,nosuid,nodev")
    by_number, by_device = tables(ours, HOSTS)
    assert by_number == {31: "local", 32: "local", 33: "own", 34: "own", 35: "local", 36: "local"}
    assert by_device[os.makedev(8, 17)] == "own"
    assert tables(HOSTS)[0] == by_number
    mine = "41 31 7:2 / /mine rw,nosuid,nodev,relatime - ext4 /dev/loop2 rw\n"  # as in a namespace that the host does not see
    assert tables(ours + mine, HOSTS)[0] == by_number | {41: "own"}


@pytest.mark.root
def test_where_a_file_lies_is_known_without_asking(open_folder):
    """Of a FUSE that does not answer."""
    folder = open_folder / "disk"
    folder.mkdir()
    mounts = Mounts()
    try:
        with fuse.served(folder, UID, {"a": b"a"}, "allow_other") as disk:
            node = os.open(folder / "a", os.O_PATH)
            disk.hold(fuse.GETATTR)
            assert mounts.whose(node) == "own"
            os.close(node)
        own = os.open("/bin/sh", os.O_PATH)
        assert mounts.whose(own) == "local"
        os.close(own)
    finally:
        mounts.close()


@pytest.mark.root
def test_nor_is_an_overlay_over_one(open_folder):
    """Which program it is can be said however long the file's own server is silent."""
    low, empty, over = (open_folder / name for name in ("low", "empty", "over"))
    for one in (low, empty, over):
        one.mkdir()
    with fuse.served(low, UID, {"a": b"a"}, "allow_other") as disk:
        layers = f"lowerdir={low}:{empty}"
        if subprocess.run(["mount", "-t", "overlay", "tests", "-o", layers, over], capture_output=True, check=False).returncode:
            pytest.skip("no overlay over FUSE here")
        try:
            node = os.open(over / "a", os.O_PATH)
            disk.hold(fuse.GETATTR)
            found = image_at(f"/proc/self/fd/{node}")
            disk.hold()
            assert found == (os.fstat(node).st_dev, os.fstat(node).st_ino)
            os.close(node)
        finally:
            disk.end()
            subprocess.run(["umount", "-l", over], check=True)


@pytest.mark.root
def test_a_reader_that_cannot_be_killed_keeps_nobody(open_folder):
    """It waits for a FUSE that does not answer; another account's are read meanwhile, and the end waits for nothing."""
    folder = open_folder / "disk"
    folder.mkdir()
    crew = Crew(SystemClock())
    assert crew.start()
    assert crew.ready()
    with fuse.served(folder, UID, {"a": b"a"}, "allow_other") as disk:
        node = os.open(folder / "a", os.O_PATH)
        disk.hold(fuse.GETATTR)
        for _ in range(6):
            with pytest.raises(HeldError):
                crew.desk.ask("child", "stat", node)
        answered = []
        while not answered:  # on a busy machine it may take a second try
            try:
                answered.append(crew.desk.ask("friend", "args", pid=os.getpid(), limit=100).body)
            except HeldError:
                continue
        crew.close()
        os.close(node)
    assert answered[0]


def test_the_readers_numbers_are_the_kernels(open_folder):
    """What statx says of a plain file is what stat says."""
    path = open_folder / "a"
    path.write_text("a")
    assert image_at(str(path)) == (path.stat().st_dev, path.stat().st_ino)


@pytest.fixture
def crew():
    made = Crew(SystemClock())
    assert made.start()
    assert made.ready()
    yield made
    made.close()


def answered(ask):
    """What is said at last: on a busy machine it may take another try."""

    def said():
        with suppress(HeldError):
            return [ask()]
        return []

    return until(said)[0]


@pytest.mark.root
def test_a_word_longer_than_any_path_ends_no_reader(crew):
    """A command line may hold one of 128 KiB; it names no file, as the system says, and all else is read."""
    files = Files(crew.desk)
    try:
        files.runner = Runner("child", UID, UID)
        for word in ("/" + "a" * (1 << 17), "/" + "\udcff" * (1 << 15), "/" + "a" * 4095):
            with pytest.raises(OSError, match="File name too long"):
                answered(lambda word=word: files.node(word))
        with pytest.raises(HeldError):
            crew.desk.ask("child", "find", path="/" + "a" * (1 << 17))
        with pytest.raises(FileNotFoundError):
            answered(lambda: files.node("/" + "\udcff" * 255 + "/a"))
        assert answered(lambda: crew.desk.ask("friend", "args", pid=os.getpid(), limit=100)).body
    finally:
        files.close()


@pytest.mark.root
def test_what_was_read_is_let_go(crew, open_folder):
    """By all readers: whoever takes a disk out that somebody ran a program of waits for none of them."""
    folder = open_folder / "disk"
    folder.mkdir()
    with mounted(folder):
        (folder / "a").write_text("a")
        node = os.open(folder / "a", os.O_PATH)
        for whose in ("child", "friend", "child"):
            answered(lambda whose=whose: crew.desk.ask(whose, "stat", node))
        os.close(node)
        until(lambda: subprocess.run(["umount", folder], check=False).returncode == 0, 5)  # readers rest after ten seconds
        subprocess.run(["mount", "-t", "tmpfs", "other", folder], check=True)


def test_an_account_of_many_numbers_has_few_readers(monkeypatch):
    """One that is idle makes room for another number's, the longest idle first; one at work does not."""
    made, ended = Readers([], None), []
    monkeypatch.setattr(Readers, "_end", lambda _, worker: ended.append(made._workers.pop(worker.pid).pid))

    def add(number, whose="an", *, busy=False):
        made._make_room(whose)
        key = Key(whose, (number, number), slow=False)
        made._workers[number] = _Worker(key, number, None, asked(whose, 1) if busy else None, since=number)

    add(1, busy=True)
    for number in range(2, 100):
        add(number)
    assert len(made._workers) == MOST_OF_ONE
    assert ended == list(range(2, 97))
    add(100, "binh")
    assert 99 in made._workers
    for number in range(101, 300):
        add(number, f"account {number}")
    assert len(made._workers) == MOST
    assert 1 in made._workers
