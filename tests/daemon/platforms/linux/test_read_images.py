"""What is made of the readers' answers, and of none."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from time import thread_time

import pytest

from daemon.platforms.linux import calls
from daemon.platforms.linux.reading import lines
from daemon.platforms.linux.reading.lines import Message
from daemon.platforms.linux.reading.work import Work
from daemon.platforms.linux.trusted import Trusted
from daemon.platforms.linux.watching import read_images
from daemon.platforms.linux.watching.read_images import ReadImages
from daemon.platforms.linux.watching.strangers import foreign
from daemon.platforms.reading.patience import HeldError
from host.images import build_id
from rules.games import Catalogue, Fingerprint, Game
from rules.programs import is_engine


class Answering:
    """As Files. What is in `silent` is not answered in time."""

    def __init__(self):
        self.silent, self.far, self.asked = set(), False, 0
        self._work = Work(lambda file: read_images.Known(build_id(file, is_engine)))

    def _ask(self, do):
        if do in self.silent:
            raise HeldError

    def node(self, path):
        self._ask("node" if not path.endswith("/exe") else "")
        return os.open(path, os.O_PATH)

    def stat(self, node):
        return lines.found(node)

    def free(self, *_):
        return False

    def own(self, _):
        return False

    def local(self, _):
        return not self.far

    def environment(self, *_):
        return b""

    def content(self, node, question):
        self.asked += 1
        said = self._work.done(Message({"n": 1, "do": "content", **question}, handle=os.dup(node)))
        return said._replace(head=json.loads(json.dumps(said.head)))

    def later(self, node, question, told):
        self._ask("later")
        told(self.content(node, question))


@pytest.fixture
def images():
    made = ReadImages(Answering())
    yield made
    made.stop()


def test_a_hash_that_nobody_could_be_asked_for_is_asked_for_again(images, tmp_path):
    """As while the readers are started anew."""
    path = tmp_path / "large"
    path.write_bytes(b"x" * ((1 << 20) + 1))
    catalogue = Catalogue([Game(id="large", title="", sizes=(path.stat().st_size,), sha256=("ab" * 32,))])
    told = []
    images.start(lambda _, looked: told.append(looked.digest))
    images.files.silent = {"later"}
    images.open(str(path), str(path), catalogue)
    assert (images.unread, told) == (str(path), [])
    images.files.silent = set()
    images.open(str(path), str(path), catalogue)
    assert len(told) == 1


@pytest.fixture
def stamped(monkeypatch):
    """As on ext4, wherever these tests lie."""
    monkeypatch.setattr(calls, "kind_of_filesystem", lambda _: 0xEF53)


@pytest.mark.usefixtures("stamped")
def test_a_players_file_is_read_once_where_its_stamps_tell(tmp_path):
    """Each look at all that runs would read it again. Where somebody answers for the file, it is."""
    path = tmp_path / "own"
    path.write_text("x")
    files, catalogue = Answering(), Catalogue(())
    images = ReadImages(files, wall=lambda: path.stat().st_ctime_ns // 1_000_000 + 10_000)
    path.chmod(0o666)  # others than root may change it
    for _ in range(3):
        assert images.open(str(path), "own", catalogue).size == 1
    assert files.asked == 1
    files.far = True
    images.open(str(path), "own", catalogue)
    assert files.asked == 2
    files.far = False
    path.write_text("yes")
    assert images.open(str(path), "own", catalogue).size == 3


@pytest.mark.usefixtures("stamped")
def test_a_file_that_somebody_writes_to_is_read_each_time(tmp_path):
    """Until nobody does any more."""
    path = tmp_path / "own"
    path.write_text("x")
    path.chmod(0o666)
    files, catalogue = Answering(), Catalogue(())
    images = ReadImages(files, wall=lambda: path.stat().st_ctime_ns // 1_000_000 + 10_000)
    with path.open("a"):
        for _ in range(3):
            images.open(str(path), "own", catalogue)
    assert files.asked == 3
    for _ in range(3):
        images.open(str(path), "own", catalogue)
    assert files.asked == 4


def test_what_was_not_read_in_time_is_nobodys_yet(images, tmp_path):
    """It is unread, and looked at again; what cannot have been installed is foreign then."""
    path = tmp_path / "script"
    path.write_text("x")
    files = (Fingerprint("/exe", 1), Fingerprint(str(path), 1))

    def others():
        images.unread = ""
        return files[1] in foreign(os.getpid(), files, Trusted(), images, Catalogue(()))

    images.files.silent = {"node"}
    assert (others(), bool(images.unread)) == (False, True)
    images.files.silent = set()
    assert (others(), images.unread) == (True, "")


def test_what_was_opened_is_installed_wherever_its_process_went(tmp_path, monkeypatch):
    """Who was told a name beside itself and then works elsewhere; not where its name alone leads to something installed."""
    installed, me, images = Path("/usr/share/common-licenses/GPL-3"), os.getpid(), ReadImages()
    (tmp_path / installed.name).write_text("x")

    def is_foreign(folder):
        monkeypatch.chdir(folder)
        file = images.placed(f"/proc/{me}/cwd/{installed.name}", str(installed), Catalogue(()))
        found = []
        for now in (folder, "/", tmp_path, installed.parent):
            monkeypatch.chdir(now)
            found.append(file in foreign(me, (Fingerprint("/exe", 1), file), Trusted(), images, Catalogue(())))
        return found

    assert is_foreign(installed.parent) == [False] * 4
    assert is_foreign(tmp_path) == [True] * 4


@pytest.mark.parametrize(("environment", "found"), [
    (b"LD_PRELOAD=/none ./none none", []), (b"LD_AUDIT=/$LIB/a b", ["/$LIB/a", "/$LIB/a b"]),
    (b"A=LD_PRELOAD=$ORIGIN/a\0LD_PRELOAD=", []), (b"A=\0LD_PRELOAD=x\0LD_AUDIT=$ORIGIN/a\0", ["$ORIGIN/a"]),
    (b"LD_PRELOAD=" + b" ".join(b"/none/%d" % n for n in range(20)), ["/none/16"]),
    (b"LD_PRELOAD=a\0" * 500_000, ["LD_PRELOAD"]), (b"LD_PRELOAD=a\0" * 4, []), (b"A=" + b"x" * 6_000_000, []),
    (b"LD_PRELOAD=" + b"a:" * 60_000 + b"/$b", ["/$b"]),
])
def test_what_an_environment_has_loaded_before_is_found_at_once(environment, found):
    """Also where somebody made it megabytes; what only the loader could find counts, and so does what is too much."""
    images = ReadImages()
    images.environment = lambda *_: environment
    took = []
    for _ in range(3):  # some of it may be garbage of others' that is collected just then
        began = thread_time()
        every = foreign(os.getpid(), (Fingerprint("/exe", 1),), Trusted(), images, Catalogue(()))
        took.append(thread_time() - began)
    assert min(took) < 0.05
    assert [one.path for one in every if one.path != "/exe"] == found


@pytest.mark.parametrize("do", ["find", "beginning"])
def test_what_a_reader_lacks_says_nothing_of_the_system(monkeypatch, tmp_path, do):
    """Whoever answers for a file may say that there are no descriptors, and whoever it reads as may see to it."""

    def refuse(*_):
        raise OSError(errno.EMFILE, "")

    with monkeypatch.context() as within:
        within.setattr(os, "open", refuse)
        said = Work(None).done(Message({"n": 1, "do": do, "path": str(tmp_path), "limit": 9})).head
    assert "held" in said
    assert "errno" not in said


def answer(key, build, digest=None):
    known = build and {"build": build, "original": None, "product": None}
    return Message({"known": known, "digest": digest, "key": list(key), "stamp": 0, "parts": False, "alone": True})


def test_what_is_not_asked_again_is_known_still_when_the_answer_comes(images, monkeypatch):
    """However many other files are read meanwhile."""
    monkeypatch.setattr(read_images, "_MOST", 2)
    one, two, three = ((0, number, 1, 0, 0) for number in range(3))
    empty = Catalogue(())
    for this in (one, two):
        images.learn(this, answer(this, "ab"), empty, tells=True)
    assert not images.question(one, empty)["first"]
    images.learn(three, answer(three, "ab"), empty, tells=True)
    known, _ = images.learn(one, answer(one, None, "cd" * 32), empty, tells=True)
    assert (known.build, known.found.digest) == ("ab", "cd" * 32)
