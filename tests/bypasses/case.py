"""One case: a game that only it has, an ordinary account that starts it in some way, and what has to come of that.

The game is a real program with a build id of its own: a copy of Debian's dash, which runs the script $PLAY. That leaves a
mark in $RAN, so that a game that ran can be told from one that was refused, and then waits until its input ends: it is over
only when the test says so, or when somebody ended it.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import pkgutil
import pwd
import secrets
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import cli
from cli.__main__ import main
from tests import slices
from tests.bypasses.ring import Ring
from tests.contracts.programs import copy_with_own_build
from tests.system import PATIENCE, SOAK, in_here, until

PLAY = 'echo ran >>"$RAN"\nread line\nexit 0\n'
PYTHON_PLAY = """#!/usr/bin/python3
import os, sys
if "DO" in os.environ:
    sys.stdin.readline()
    exec(os.environ["DO"])
open(os.environ["RAN"], "a").write("ran")
sys.stdin.read()
# {}
"""
LAST = 60  # entries: a case makes a handful
MS = 1 / 1000
KILLED = {-15, -9, 128 + 15, 128 + 9}  # by SIGTERM or SIGKILL, or a shell's child was
_NOT_THERE = 127  # what a shell says of a program that it did not find
_KILLED = (-signal.SIGKILL, 128 + signal.SIGKILL)


def shell(path: Path) -> None:
    """A native program."""
    copy_with_own_build("/bin/dash", path)


def python(path: Path) -> None:
    """A script for python3."""
    path.write_text(PYTHON_PLAY.format(secrets.token_hex(16)), "utf-8")
    path.chmod(0o755)


def python_on(path: Path) -> None:
    """A script for python3 that goes on until somebody ends it, whatever its input is."""
    path.write_text(f"import signal\nsignal.pause()\n# {secrets.token_hex(16)}\n", "utf-8")


def shell_script(path: Path) -> None:
    """A script for any shell, which goes on until somebody ends it."""
    path.write_text(f'echo ran >>"$RAN"\nsleep 60\nexit 0\n# {secrets.token_hex(16)}\n', "utf-8")


def stand_in(path: Path) -> None:
    """A program that is known by its name alone; with -c and code it takes no notice of other words."""
    copy_with_own_build("/bin/dash", path)


def some(table: Mapping[str, Any]) -> list[Any]:
    """A few rows at a time, which share a game; in soak each has its own, so that the log has to say it of each."""
    names, many = list(table), 1 if SOAK else 8
    batches = [names[at : at + many] for at in range(0, len(names), many)]
    return [pytest.param({name: table[name] for name in batch}, id=batch[0]) for batch in batches]


def first(*values: str) -> tuple[str, ...]:
    """Ways that are as good as the same, of which each takes seconds: one in each run, all in soak."""
    return values if SOAK else values[:1]


class Case:
    def __init__(
        self, ring: Ring, limit: float | None = 0, *, make: Callable[[Path], None] = shell, who: str = "Na",
        strict: bool = False,
    ) -> None:  # fmt: skip
        """`limit`: seconds a day that `who` may play it; "Lu" starts it then. `make` puts the game at a path. `strict`: as
        Bi, without a limit.
        """
        self.ring, self.house, self.strict = ring, ring.house, strict
        self.child = ring.strict if strict else ring.wild if who == "Lu" else ring.child
        self.id = f"game-{secrets.token_hex(4)}"
        self.game = ring.shop / self.id
        make(self.game)
        self.house("game", "add", self.id, "--exe", str(self.game), "--label", "VN00")
        if limit is not None and not strict:
            self._limit(who, limit)
        self.folder = Path(ring.child.pw_dir) / self.id
        self.folder.mkdir()
        self.folder.chmod(0o777)
        play = self.folder / "play"
        play.write_text(PLAY, "utf-8")
        self.ran = self.folder / "ran"
        self._runs: list[Run] = []
        self.env = {"GAME": str(self.game), "PLAY": str(play), "RAN": str(self.ran), "HERE": str(self.folder)}

    # --- what the account does ---------------------------------------------------------------------------------------------

    def start(self, script: str, who: pwd.struct_passwd | None = None, **env: str) -> Run:
        """bash runs `script` as this account in a folder of the case's own, on the child's own disk."""
        who = who or self.child
        path = {"HOME": who.pw_dir, "USER": who.pw_name, "PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8"}
        before = time.monotonic()
        with slices.inside(who.pw_uid):
            process = subprocess.Popen(
                ["/bin/bash", "-c", script], user=who.pw_uid, group=who.pw_gid, extra_groups=[], cwd=self.folder,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
                env={**path, **self.env, **env},
            )  # fmt: skip
        self._runs.append(Run(self, process, before))
        return self._runs[-1]

    def close(self) -> None:
        """End what the account still runs."""
        self.ring.clear()
        for run in self._runs:
            run.over()

    def giochoi(self, *words: str, who: pwd.struct_passwd | None = None) -> tuple[int, str]:
        """Exit code and words of `giochoi`, run by the account in a process of its own, which may not read this tree."""
        for module in pkgutil.walk_packages(cli.__path__, "cli."):
            importlib.import_module(module.name)
        return self.ring.as_(who or self.ring.child, lambda: _said(words, self.house.home))

    # --- what has to come of it --------------------------------------------------------------------------------------------

    def refused(self, script: str, **more: Any) -> None:
        """Not one instruction of the game ran, and the log has the refusal of the gate."""
        self.ran.unlink(missing_ok=True)
        code, said = self.start(script, **more).over()
        assert code != 0, said
        assert not self.ran.exists(), said
        if not self.strict:  # else the log has only some, and tests of their own
            found = self.log("launch.refused", said)
            assert found["how"] == "gate", (found, said)

    def runs(self, script: str) -> None:
        """It runs, if not at the first try: on a busy PC what is an account's own may not be read in time, and is refused."""
        self.ran.unlink(missing_ok=True)

        def ran() -> bool:
            run = self.start(script)
            until(lambda: self.ran.exists() or run.process.poll() is not None)
            run.finish()
            return self.ran.exists()

        until(ran)

    def ended(self, script: str, **more: Any) -> None:
        """It was ended although it waits for input that comes only later, and the log has that."""
        code, said = self.start(script, **more).over()
        assert code != 0, said
        if self.strict:
            assert code in _KILLED, said
        else:
            assert self.log("launch.refused", said)["how"] == "ended"

    def each_refused(self, scripts: dict[str, str], **more: Any) -> None:
        """Of each of these, by name, in a folder of its own, as `refused` says; the log has at least one of them."""
        for name, script in scripts.items():
            code, said = self._in_own_folder(script, **more)
            assert code not in {0, _NOT_THERE, *KILLED}, (name, code, said)
            assert not self.ran.exists(), (name, said)
        if not self.strict:
            assert self.log("launch.refused")["how"] == "gate"

    def each_ended(self, scripts: dict[str, str], **more: Any) -> None:
        """Each of these was ended by a signal, although it waits for input that comes only later; the log has at least one."""
        for name, script in scripts.items():
            code, said = self._in_own_folder(script, **more)
            assert code in (_KILLED if self.strict else KILLED), (name, code, said)
        if not self.strict:
            assert self.log("launch.refused")["how"] == "ended"

    def _in_own_folder(self, script: str, **more: Any) -> tuple[int, str]:
        code, said = self.start(f'cd "$(mktemp -d "$HERE/XXXXXX")" && chmod 755 . && echo in && {{ {script}\n}}', **more).over()
        assert said.startswith("in\n"), said
        return code, said

    def all_ended(self, scripts: dict[str, str], **more: Any) -> None:
        """Each of these, by name, was ended by a signal: all at once, each in a folder of its own. None ends by itself."""
        runs = {}
        for at, (name, script) in enumerate(scripts.items()):
            runs[name] = self.start(f"mkdir {at} && cd {at} || exit\n{script}", **more)
        said = {name: run.over() for name, run in runs.items()}
        assert {name: found for name, found in said.items() if found[0] not in KILLED} == {}
        assert self.log("launch.refused")["how"] == "ended"

    @contextmanager
    def played(self, script: str, **more: Any) -> Iterator[Run]:
        """It runs meanwhile, and the daemon knows. After the block it ends by itself."""
        run = self.start(script, **more)
        until(self.running)
        begun = time.monotonic()
        yield run
        run.at_least = time.monotonic() - begun
        run.finish()

    def look_again(self) -> None:
        """A change of limits is in force when the command returns, and everything that runs was read anew."""
        self._limit("guest", 86_400)

    def _limit(self, who: str, seconds: float) -> None:
        self.house("limit", who, f"{seconds / 60:.2f}", "--game", self.id)

    def running(self) -> bool:
        found = self.status()
        return found is not None and found["running"]

    def used(self, player: str = "na") -> float:
        """Seconds of today, once it is over."""
        until(lambda: not self.running())
        return self.house.json("usage")["players"].get(player, {"games": {}})["games"].get(self.id, 0.0)

    def status(self) -> dict[str, Any] | None:
        return self.house.game("na", self.id)

    def log(self, kind: str, why: str = "") -> dict[str, Any]:
        """The newest entry of this kind about this game, once the agent has it."""
        try:
            return until(lambda: next(reversed(self.entries(kind)), None))
        except AssertionError:
            raise AssertionError(f"the log has no {kind} of {self.id}: {why}") from None

    def content(self, name: str) -> str:
        """The SHA-256 of a file in its folder."""
        return hashlib.sha256((self.folder / name).read_bytes()).hexdigest()

    def entries(self, *kinds: str) -> list[dict[str, Any]]:
        self.house.deliver()
        lines = [line["entry"] for line in self.house.json("log", "show", "--last", str(LAST))["entries"]]
        return [one for one in lines if one["kind"] in kinds and one.get("game") == self.id]


@dataclass
class Run:
    """What an account started. `at_least` and `at_most`: seconds that the game can have lasted, once it is over."""

    case: Case
    process: subprocess.Popen[bytes]
    before: float
    at_least: float = field(default=0.0, init=False)
    at_most: float = field(default=0.0, init=False)
    _said: str = field(default="", init=False)

    def over(self) -> tuple[int, str]:
        """Exit code and what was printed, once somebody or itself ended it."""
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            own = str(self.case.ring.child.pw_uid)
            ps = ("ps", "-u", own, "-o", "pid,ppid,stat,wchan:24,etime,args")
            runs = subprocess.run(ps, capture_output=True, text=True, check=False).stdout
            issues = self.case.house.json("status")["daemon"]["issues"]
            raise AssertionError(f"nobody ended {self.process.pid}\n{runs}\n{issues}") from None
        if not self.process.stdout.closed:
            self.at_most = time.monotonic() - self.before
            os.set_blocking(self.process.stdout.fileno(), False)  # what it left running may hold the other end
            self._said = (self.process.stdout.read() or b"").decode("utf-8", "replace")
            self.process.stdout.close()
            self.process.stdin.close()
        return code, self._said

    def go(self) -> None:
        """One line of input."""
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()

    def finish(self) -> None:
        """Let the game end by itself."""
        self.process.stdin.close()
        self.over()


def _said(words: tuple[str, ...], home: Path) -> tuple[int, str]:
    done = in_here(main, words, home)
    return done.returncode, done.stdout + done.stderr
