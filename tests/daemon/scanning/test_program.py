"""`python -m daemon.scan` as a program: one document, the rights of the account it scans for, an end in time."""

from __future__ import annotations

import getpass
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from daemon.api import scan as door
from daemon.api.scan import FoundGame, ScanError, decoded, recognised
from i18n.message import plain
from rules.games import Catalogue, Game
from tests.system import WINDOWS

TOP = Path(__file__).resolve().parents[3]
NOBODY_ELSE = "on Windows only one's own games can be looked for, not those of no-such-account"


def run(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "daemon.scan", *words], cwd=TOP, capture_output=True, encoding="utf-8", timeout=60,
        check=False, env={**os.environ, "PYTHONPATH": str(TOP), **env},
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return done


@pytest.fixture
def child(tmp_path):
    """An account of this machine that is not root, and a folder of which it can read one file only."""
    import pwd

    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        pytest.skip("needs the account nobody")
    for folder in (tmp_path, *tmp_path.parents):
        if folder == Path(tempfile.gettempdir()):
            break
        folder.chmod(0o755)
    return entry


def test_one_document(machine):
    """On stdout, and nothing else there; an environment that names folders adds those."""
    machine.program("/usr/games/fun")
    machine.entry("fun", "fun", folder="/elsewhere/applications")

    done = run("--root", str(machine.root), XDG_DATA_DIRS="/elsewhere:relative")

    answer = json.loads(done.stdout)
    assert (done.returncode, done.stderr, answer["problems"]) == (0, "", [])
    assert [(game["id"], game["origin"]) for game in answer["games"]] == [("fun", "user")]
    assert answer["user"] == getpass.getuser()


def test_an_account_that_is_not_there():
    """One line and the same as a message, exit code 1; whoever had it made is told in their own language."""
    done = run("--user", "no-such-account")

    line = NOBODY_ELSE if WINDOWS else "this machine has no account 'no-such-account'"
    assert (done.returncode, done.stderr) == (1, f"{line}\n")
    with pytest.raises(ScanError) as caught:
        door.scan("no-such-account")
    assert plain(caught.value.message) == done.stderr.strip()
    assert list(caught.value.message.args.values()) == ["no-such-account"]


@pytest.mark.root
def test_root_becomes_the_account_before_it_reads(machine, child):
    """What only root may read is a problem, and of root's environment nothing is left."""
    machine.program("/usr/games/fun")
    machine.entry("fun", "fun")
    machine.entry("secret", "fun")
    machine.at("/usr/share/applications/secret.desktop").chmod(0o600)
    machine.entry("root", "fun", folder="/roots/applications")

    done = run("--root", str(machine.root), "--user", child.pw_name, XDG_DATA_DIRS="/roots")

    answer = json.loads(done.stdout)
    assert (answer["user"], [game["id"] for game in answer["games"]]) == ("nobody", ["fun"])
    assert ["secret.desktop" in plain(one) for one in decoded(done.stdout.encode()).problems] == [True]


@pytest.mark.root
def test_nothing_of_root_is_left(child):
    """Real, effective and saved user and group, supplementary groups, the way back; and no tracing by the account itself."""
    probe = (
        "import os, json; from daemon.platforms.linux.scan import LinuxScanner; LinuxScanner().become('nobody');"
        "back = 0\n"
        "try: os.setuid(0); back = 1\n"
        "except PermissionError: pass\n"
        "print(json.dumps([os.getresuid(), os.getresgid(), os.getgroups(), back, sorted(os.environ), os.getcwd(),"
        "os.stat('/proc/self/mem').st_uid]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], cwd=TOP, capture_output=True, text=True, check=True, env={**os.environ, "SECRET": "x"}
    )

    users, groups, more, back, environment, folder, tracer = json.loads(done.stdout)
    assert users == [child.pw_uid] * 3
    assert groups == [child.pw_gid] * 3
    assert set(more) <= set(os.getgrouplist(child.pw_name, child.pw_gid))
    assert (back, folder, tracer) == (0, "/", 0)
    assert environment == ["HOME", "LANG", "LOGNAME", "PATH", "USER"]


@pytest.mark.root
def test_only_root_scans_for_others(child):
    """An ordinary account is told so."""
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "daemon.scan", "--user", "root"], cwd=TOP, capture_output=True, text=True, check=False,
            user=child.pw_uid, group=child.pw_gid, extra_groups=[], env={**os.environ, "PYTHONPATH": str(TOP)},
        )  # fmt: skip
    except PermissionError as error:
        pytest.skip(f"needs a Python that every account may run: {error}")

    told = "only root may look for the games of root: sudo giochoi game scan --user root\n"
    assert (done.returncode, done.stderr) == (1, told)


def test_when_time_is_up_what_was_found_is_told(machine):
    """And that it is not all."""
    machine.program("/usr/games/fun")
    for number in range(300):  # so many that nobody has read them all before the time is looked at
        machine.entry(f"fun{number}", "fun")

    done = run("--root", str(machine.root), "--seconds", "0")

    assert done.returncode == 0
    assert any("stopped after 0 s" in plain(one) for one in decoded(done.stdout.encode()).problems)


@pytest.mark.parametrize("said", [
    b"", b"[]", b'{"user": 1}', b'{"user": "x", "more": 1}', b'{"user": "x", "games": [{"id": "../x", "title": "t"}]}',
    b'{"user": "x", "games": [{"id": "x", "title": "t", "executables": ["relative"]}]}',
    b'{"user": "x", "games": [{"id": "x", "title": "t", "executables": ["/a\\n"]}]}',
    b'{"user": "x", "games": [{"id": "x", "title": "t", "label": -1}]}', b"[" * 100_000,
    b'{"user": "x", "problems": ["x"]}',
])  # fmt: skip
def test_an_answer_of_another_shape_is_refused(said):
    """What scanned beside hostile files is no friend."""
    with pytest.raises(ScanError):
        decoded(said)


@pytest.mark.parametrize(("program", "why"), [
    ("import os, time; os.close(1); os.close(2); time.sleep(60)", "longer than"),
    ("import sys; sys.stdout.write('x' * 20_000_000)", "too long"),
    pytest.param("import os, time; os.fork() or time.sleep(20)", "not valid", marks=pytest.mark.linux("it has no fork")),
    ("import sys; sys.exit('a\\nlast words')", "last words"),
    ("pass", "not valid"),
])  # fmt: skip
def test_a_scan_that_misbehaves_is_ended(monkeypatch, tmp_path, program, why):
    """Too slow, too long, out of hand, or dead: one line, and the caller goes on."""
    fake = tmp_path / "daemon"
    fake.mkdir()
    (fake / "__init__.py").touch()
    (fake / "scan.py").write_text(program, "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    with pytest.raises(ScanError, match=why):
        door.scan(patience=20 if why == "too long" else 2)


def test_one_game_of_the_catalogue_found_twice_is_one():
    """With both files and places; its label is the catalogue's, where the catalogue has one."""
    catalogue = Catalogue([Game(id="fun", title="Fun!", names=("fun", "fun2"), label=16, label_source="law")])
    found = [FoundGame(id=id_, title=id_, executables=(f"/{id_}",), sources=(id_,), label=3, label_source="OARS")
             for id_ in ("fun", "fun2", "other")]

    fun, other = recognised(found, catalogue)

    assert (fun.id, fun.title, fun.known, fun.label, fun.label_source) == ("fun", "Fun!", True, 16, "law")
    assert (fun.executables, fun.sources) == (("/fun", "/fun2"), ("fun", "fun2"))
    assert (other.id, other.known, other.label) == ("other", False, 3)
