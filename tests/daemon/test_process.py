"""The program itself: one line when it is ready, one clear line when it cannot be, and the exit codes of the contract."""

from __future__ import annotations

import errno
import os
import subprocess
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest

from daemon.__main__ import main
from daemon.store import Store
from host.homes import Home
from tests.system import SOAK, TERMINATED, in_here, ours

TREE = Path(__file__).resolve().parents[2]


def daemon(home):
    command = [*ours("giochoi-daemon"), "--home", home]
    return subprocess.Popen(
        command, cwd=TREE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    )


def fill(path: Path) -> None:
    """Until there is no room left."""
    with path.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(1 << 16))


def fails(home) -> tuple[int, str]:
    """Exit code and the one line on stderr."""
    if not SOAK:
        done = in_here(main, ["--home", str(home)], home)
        code, out, err = done.returncode, done.stdout, done.stderr
    else:
        process = daemon(home)
        out, err = process.communicate(timeout=20)
        code = process.returncode
    assert out == ""
    assert err.count("\n") == 1, err
    return code, err


@pytest.fixture
def folder(home_folder):
    """The daemon's own folder, without a gate."""
    made = home_folder / "daemon"
    made.mkdir(mode=0o700)
    (made / "config.toml").write_text("[gate]\nenabled = false\n", "utf-8")
    return made


def test_it_says_one_line_and_ends_well(home_folder, folder):
    """Ready, then SIGTERM: exit 0; nothing else was printed. Meanwhile it was at work, as its log says."""
    process = daemon(home_folder)
    assert process.stdout.readline() == f"giochoi-daemon: ready: {Home(home_folder, 'given').daemon_address}\n"
    process.terminate()
    assert process.communicate(timeout=20) == ("", "")
    assert process.returncode == TERMINATED
    store = Store(folder)
    began = store.db.execute("SELECT entry FROM journal WHERE seq = 1").fetchone()
    store.close()
    assert b'"kind":"seat.start"' in bytes(began[0])


@pytest.mark.parametrize(
    ("text", "said"),
    [("[gate\n", "config.toml"), ("[gate]\nenabeld = true\n", "enabeld"), ("[gate]\nenabled = 1\n", "gate.enabled")],
)
def test_a_broken_config_is_bad_input(home_folder, folder, text, said):
    """File, field and reason in one line; exit 2."""
    (folder / "config.toml").write_text(text, "utf-8")
    code, line = fails(home_folder)
    assert (code, said in line) == (2, True), line


@pytest.mark.parametrize(
    ("text", "said"),
    [("[gate\n", "sai ở dòng 1, cột 6"), ("[gate]\nenabled = 1\n", "phải là true hoặc false, không phải một số nguyên")],
)
def test_a_broken_config_is_told_in_one_language(home_folder, folder, monkeypatch, text, said):
    monkeypatch.setenv("GIOCHOI_LANG", "vi")
    (folder / "config.toml").write_text(text, "utf-8")
    code, line = fails(home_folder)
    assert (code, said in line) == (2, True), line


@pytest.mark.skipif(SOAK, reason="nothing in another process can be made to refuse")
def test_a_system_that_refuses_is_told_in_one_language(home_folder, folder, monkeypatch):
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setenv("GIOCHOI_LANG", "vi")
    monkeypatch.setattr("daemon.platforms.choose.platform", refuse)
    code, line = fails(home_folder)
    assert (code, line) == (1, "giochoi-daemon: hệ thống không cho phép: không được phép làm việc này\n")


def test_a_damaged_database_is_set_aside_and_the_limits_go_on(home_folder, folder):
    """One line says so; what was there lies beside, unchanged."""
    (folder / "store.db").write_bytes(b"garbage " * 1000)
    process = daemon(home_folder)
    assert "ready" in process.stdout.readline()
    process.terminate()
    _, err = process.communicate(timeout=20)
    (kept,) = (path for path in folder.iterdir() if ".broken-" in path.name)
    assert kept.read_bytes() == b"garbage " * 1000
    assert (err.count("\n"), kept.name in err) == (1, True), err


def test_a_home_in_use_is_left_to_who_has_it(home_folder, folder):
    """The second daemon names the first one's pid; the first goes on."""
    first = daemon(home_folder)
    first.stdout.readline()
    code, line = fails(home_folder)
    assert (code, str(first.pid) in line) == (1, True)
    assert first.poll() is None
    first.terminate()
    first.communicate(timeout=20)


@pytest.mark.promise("Servers and rights: A home that others may write is refused")
@pytest.mark.linux("a folder has no mode there; tests/host/windows/test_files.py has what it has")
def test_a_home_that_others_may_write_is_refused(home_folder, folder):
    """Whoever can write there could plant a roster."""
    folder.chmod(0o777)
    code, line = fails(home_folder)
    assert (code, str(folder) in line) == (1, True)


@pytest.mark.promise("Failures: A full or read-only disk gives no free play")
@pytest.mark.root
def test_a_disk_that_is_really_full(home_folder):
    """A small file system filled to the brim: the daemon lives, says so, and writes when there is room again."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m,mode=755", "gc-full", home_folder], check=True)
    try:
        folder = home_folder / "daemon"
        folder.mkdir(mode=0o700)
        (folder / "config.toml").write_text("[gate]\nenabled = false\n", "utf-8")
        process = daemon(home_folder)
        process.stdout.readline()
        filler = home_folder / "filler"
        with pytest.raises(OSError, match="No space"):
            fill(filler)
        status = [*ours("giochoi"), "--home", home_folder, "status", "--json"]
        assert subprocess.run(status, capture_output=True, timeout=20, check=False).returncode == 0
        filler.unlink()
        process.terminate()
        assert process.communicate(timeout=20) == ("", "")
        assert process.returncode == 0
        again = daemon(home_folder)
        assert "ready" in again.stdout.readline()
        again.terminate()
        again.communicate(timeout=20)
    finally:
        subprocess.run(["umount", "-l", home_folder], check=True)


@contextmanager
def small_disk(home, *options):
    """A file system of its own in the place of the home."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join(("mode=755", *options)), "gc-disk", home], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", home], check=True)


def remount(home, how):
    subprocess.run(["mount", "-o", f"remount,{how}", home], check=True)


def prepared(home) -> None:
    """The daemon's own folder, without a gate, where the first start finds it."""
    (home / "daemon").mkdir(mode=0o700)
    (home / "daemon" / "config.toml").write_text("[gate]\nenabled = false\n", "utf-8")


def watched(process) -> list[str]:
    """What it says until it is ready, then what it said besides; it is ended."""
    ready = process.stdout.readline()
    process.terminate()
    _, err = process.communicate(timeout=20)
    assert "ready" in ready, err
    return err.splitlines()


@pytest.mark.promise("Failures: A full or read-only disk gives no free play")
@pytest.mark.root
@pytest.mark.parametrize("without", ["", "-shm"])
def test_a_disk_that_is_really_read_only(home_folder, without):
    """A daemon that was killed comes back on it, and says so in one line for each thing that it cannot do; then it writes."""
    with small_disk(home_folder, "size=12m"):
        prepared(home_folder)
        process = daemon(home_folder)
        process.stdout.readline()
        process.kill()
        process.communicate(timeout=20)
        if without:
            (home_folder / "daemon" / f"store.db{without}").unlink()
        remount(home_folder, "ro")
        lines = watched(daemon(home_folder))
        about = [line.partition(str(home_folder))[2].partition(":")[0] for line in lines]
        assert about == ["/daemon/store.db", "/run/daemon.sock"]
        assert "Traceback" not in "".join(lines)
        assert "store.db: cannot be written" in lines[0]
        remount(home_folder, "rw")
        assert watched(daemon(home_folder)) == []


@pytest.mark.root
def test_a_first_start_on_a_disk_with_no_room(home_folder):
    """However little room there is: it is ready, or says one line; with room it comes up."""
    with small_disk(home_folder, "size=64k"):
        prepared(home_folder)
        for pages in range(14, -1, -1):
            filler = home_folder / "filler"
            filler.write_bytes(bytes(pages * 4096)) if pages else filler.unlink()
            done = in_here(_built, ["--home", str(home_folder)], home_folder)
            assert (done.returncode, done.stderr.count("\n")) in {(0, 0), (1, 1)}, done.stderr
            if pages == 13:
                assert done.returncode == 1
        remount(home_folder, "size=12m")
        assert watched(daemon(home_folder)) == []


def _built(words):
    """As `main`, but it ends once all is opened."""
    with patch("daemon.wiring.Daemon.run", _nothing):
        return main(words)


async def _nothing(*_: object) -> None:
    """In the place of a daemon's work."""
