"""Starts real games, learning programs and ordinary programs by their menu entries, prints the tables of docs/real-games.md.

`tests/lab/games run` runs it as root in a Debian of its own. Arguments name the menu entries to start, by default all.
Exit code 1: a program did not behave as that page promises.
"""

from __future__ import annotations

import configparser
import os
import platform
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.end_to_end.conftest import House
from tests.lab import made_games
from tests.system import ours, until

LIST = Path(__file__).with_name("games.d") / "programs"
ACCOUNT, UID, HOME, RUNTIME = "an", 51_200, Path("/home/an"), Path("/run/user/51200")
MENUS = [Path(one) / "applications" for one in (HOME / ".local/share", "/var/lib/flatpak/exports/share", "/usr/share")]
NETWORK, MARK, DISPLAY = "child", "GIOCHOI_LAB_RUN", 7
BATCH, SPACING_S = 15, 1.5  # so many games at a time, started so far apart
LOOK_S = 5.0
LOGGED_S = 1.0  # a refusal is in the log at most so much later
END_S = 90.0  # after a pause: a minute's notice, 10 s to save, and what a busy machine needs
NEAR = 0.1  # counted seconds may differ from real ones by so much
LINGERING = {"wineserver64"}  # stays for a few seconds after the last program
ENV = {
    "HOME": str(HOME), "USER": ACCOUNT, "LOGNAME": ACCOUNT, "SHELL": "/bin/bash", "LANG": "C.UTF-8", "DISPLAY": f":{DISPLAY}",
    "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games", "XDG_RUNTIME_DIR": str(RUNTIME), "GDK_BACKEND": "x11",
    "DBUS_SESSION_BUS_ADDRESS": f"unix:path={RUNTIME}/bus", "LIBGL_ALWAYS_SOFTWARE": "1", "SDL_VIDEODRIVER": "x11",
    "SDL_AUDIODRIVER": "dummy", "WINEDEBUG": "-all", "NO_AT_BRIDGE": "1",
}  # fmt: skip
KIND_COLUMNS = ("group", "kind", "programs")
GAME_COLUMNS = ("game", "kind", "recognised by", "refused", "counted, s of s", "told", "ended")
OTHER_COLUMNS = ("program", "kind", "untouched", "counted")


@dataclass(frozen=True)
class Program:
    group: str
    kind: str
    entry: str

    def command(self) -> tuple[list[str], str]:
        """The words of the menu entry, and the folder to run them in."""
        parser = configparser.RawConfigParser(strict=False)
        file = next(file for menu in MENUS if (file := menu / f"{self.entry}.desktop").exists())
        parser.read_string(file.read_text("utf-8", "replace"))
        entry = parser["Desktop Entry"]
        words = [word for word in shlex.split(entry["Exec"]) if not re.fullmatch("%[a-zA-Z]|@@u?", word)]
        return words, entry.get("Path") or str(HOME)


def listed(entries: Sequence[str]) -> list[Program]:
    rows = [line.split("|") for line in LIST.read_text("utf-8").splitlines() if not line.startswith("#")]
    every = [Program(group.strip(), kind.strip(), one.partition(":")[0]) for group, kind, more in rows for one in more.split()]
    return [one for one in every if not entries or one.entry in entries]


@dataclass(eq=False)
class Run:
    """One start. `over`: when its last process was gone. `killed`: the names of those that this test had to kill."""

    process: subprocess.Popen[bytes]
    begun: float
    wall: float
    pids: set[int] = field(default_factory=set)
    alive: set[int] = field(default_factory=set)
    over: float | None = None
    killed: str = ""

    @property
    def seconds(self) -> float:
        return (self.over or time.monotonic()) - self.begun


class Session:
    """Screen, bus, notifications, window manager and tray of the child's account, and the programs started there."""

    def __init__(self, home: Path) -> None:
        for words in (["netns", "add", NETWORK], ["-n", NETWORK, "link", "set", "lo", "up"]):
            subprocess.run(["ip", *words], check=True)
        subprocess.run(["install", "-d", "-m", "700", "-o", ACCOUNT, "-g", ACCOUNT, RUNTIME], check=True)
        self.runs: list[Run] = []
        self.start("Xvfb", f":{DISPLAY}", "-screen", "0", "1280x800x24", "-nolisten", "tcp")
        self.start("dbus-daemon", "--session", f"--address=unix:path={RUNTIME}/bus", "--nofork", "--nopidfile")
        until(lambda: Path(f"/tmp/.X11-unix/X{DISPLAY}").exists() and (RUNTIME / "bus").exists())
        for words in (["openbox"], ["dunst"], [*ours("giochoi-tray"), "--home", str(home), "--lang", "en"]):
            self.start(*words)

    def start(self, *words: str, cwd: str = str(HOME), **env: str) -> subprocess.Popen[bytes]:
        enter = ["nsenter", f"--net=/run/netns/{NETWORK}", f"--setuid={UID}", f"--setgid={UID}", "--", *words]
        null = subprocess.DEVNULL
        return subprocess.Popen(enter, stdin=null, stdout=null, stderr=null, cwd=cwd, env=ENV | env, start_new_session=True)

    def play(self, program: Program) -> Run:
        (words, cwd), begun, wall = program.command(), time.monotonic(), time.time()
        self.runs.append(run := Run(self.start(*words, cwd=cwd, **{MARK: str(len(self.runs))}), begun, wall))
        return run

    def look(self) -> None:
        """Note the processes of each run: those with its mark in their environment."""
        found: dict[int, set[int]] = defaultdict(set)
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if mark := re.search(rb"\0%s=(\d+)\0" % MARK.encode(), b"\0" + (folder / "environ").read_bytes()):
                    found[int(mark[1])].add(int(folder.name))
        for number, run in enumerate(self.runs):
            running = run.process.poll() is None  # it may have overwritten its environment
            run.alive = found[number] | ({run.process.pid} if running else set())
            run.pids |= run.alive
            run.over = None if run.alive else run.over or time.monotonic()

    def wait(self, seconds: float, *runs: Run) -> None:
        """Wait that long, or until these are over."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not (runs and all(run.over for run in runs)):
            self.look()
            time.sleep(0.05)

    def finish(self, *runs: Run) -> None:
        for run in runs:
            names = set()
            for pid in run.alive:
                with suppress(OSError):
                    names.add(Path(f"/proc/{pid}/comm").read_text("utf-8", "replace").strip())
                    os.kill(pid, signal.SIGKILL)
            run.killed = " ".join(sorted(names - LINGERING))
        self.wait(10, *runs)

    def once(self, program: Program) -> Run:
        """Start it, and see what became of it after a moment."""
        self.wait(LOOK_S, run := self.play(program))
        self.finish(run)
        self.wait(LOGGED_S)
        return run


class Trial:
    """All programs, in a house of its own."""

    def __init__(self, house: House, programs: list[Program]) -> None:
        self.house, self.session = house, Session(house.home)
        self.first: dict[Program, Run] = {}  # while nothing is limited
        self.second: dict[Program, Run] = {}  # in the pause
        self.paused: dict[Program, float] = {}
        self.entries: list[dict[str, Any]] = []
        games = [one for one in programs if one.group == "game"]
        batches = -(-len(games) // BATCH)
        for start in range(batches):
            self._batch(games[start::batches])
        others = [one for one in programs if one.group != "game"]
        with self._pause():
            self.second |= {one: self.session.once(one) for one in others}
        self.first |= {one: self.session.once(one) for one in others if (self.second[one].process.returncode or 0) > 0}
        self.entries = house.entries()

    def _batch(self, games: list[Program]) -> None:
        for game in games:
            self.first[game] = self.session.play(game)
            self.session.wait(SPACING_S)
        self.session.wait(LOOK_S)
        runs = [self.first[game] for game in games]
        with self._pause():
            self.paused |= dict.fromkeys(games, time.monotonic())
            self.session.wait(END_S, *runs)
            self.session.finish(*runs)
            self.second |= {game: self.session.once(game) for game in games}
        say(f"played: {' '.join(game.entry for game in games)}")

    @contextmanager
    def _pause(self) -> Iterator[None]:
        self.house("pause", "an")
        yield
        self.house("resume", "an")

    def _of(self, run: Run) -> dict[str, list[dict[str, Any]]]:
        """The entries of this run's plays, and refusals meanwhile, by kind."""
        found: dict[str, list[dict[str, Any]]] = defaultdict(list)
        plays = {one["seq"] for one in self.entries if one["kind"] == "play.started" and one["pid"] in run.pids}
        for one in self.entries:
            meanwhile = 0 < one["wall"] / 1000 - run.wall < run.seconds + LOGGED_S
            if one.get("play", one["seq"]) in plays or (one["kind"] == "launch.refused" and meanwhile):
                found[one["kind"]].append(one)
        return found

    def game(self, game: Program) -> tuple[list[str], bool]:
        """Its cells, and whether it is as promised."""
        first, second = self.first[game], self.second[game]
        of, refusals = self._of(first), self._of(second)["launch.refused"]
        known = "; ".join(dict.fromkeys(f"{one['game']}: {', '.join(one['match'])}" for one in of["play.started"]))
        counted = sum(one["ms"] for one in of["play.ended"]) / 1000
        told = ", ".join(sorted({one.get("how", "log only") for one in of["warned"]}))
        after = (first.over or 0) - self.paused[game]
        ended = f"{of['play.ended'][-1]['how'] if of['play.ended'] else 'unseen'}, {after:.0f} s"
        if first.killed or after < 0:
            ended = f"never: {first.killed}" if first.killed else f"before the pause, exit {first.process.returncode}"
        where = refusals[0]["how"] if refusals else "unseen"
        refused = f"no ({where}): {second.killed}" if second.killed else f"{where}, {second.seconds * 1000:.0f} ms"
        held = not (first.killed or second.killed) and abs(counted - first.seconds) < NEAR * first.seconds
        good = bool(held and known and told and refusals)
        return [known or "no", refused, f"{counted:.0f} of {first.seconds:.0f}", told or "no", ended], good

    def other(self, program: Program) -> tuple[list[str], bool]:
        of, code = self._of(run := self.second[program]), run.process.returncode
        touched = {f"{one['game']}: {one['how']}" for one in of["launch.refused"]}
        if not touched and program in self.first and self.first[program].process.returncode != code:
            touched = {f"exit {code}"}
        counted = {f"as {one['game']}" for one in of["play.started"]}
        return [f"no ({', '.join(touched)})" if touched else "yes", ", ".join(counted) or "no"], not (touched or counted)


def page(trial: Trial, programs: list[Program], status: dict[str, Any]) -> tuple[str, bool]:
    """One row for each kind, and all that was measured of programs that are not as promised."""
    kinds: dict[tuple[str, str], list[str]] = defaultdict(list)
    faults: dict[bool, list[str]] = {True: [], False: []}  # of games; of other programs
    for one in programs:
        cells, good = trial.game(one) if one.group == "game" else trial.other(one)
        kinds[one.group, one.kind].append(one.entry if good else f"**{one.entry}**")
        if not good:
            faults[one.group == "game"].append(line([one.entry, one.kind, *cells]))
    rows = [line(KIND_COLUMNS), line(["---"] * len(KIND_COLUMNS))]
    rows += [line([*key, ", ".join(names)]) for key, names in kinds.items()]
    for columns, found in ((GAME_COLUMNS, faults[True]), (OTHER_COLUMNS, faults[False])):
        rows += ["", line(columns), line(["---"] * len(columns)), *found] if found else []
    issues = ", ".join(one["id"] for one in status["issues"]) or "none"
    facts = f"{time.strftime('%Y-%m-%d')}, Linux {platform.release()}, watch `{status['watch']}`, issues: {issues}"
    good = len(programs) - sum(map(len, faults.values()))
    return "\n".join([f"Run of {facts}: {good} of {len(programs)} programs as promised.", "", *rows]), good == len(programs)


def line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def say(text: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")


def main(entries: Sequence[str]) -> int:
    programs = listed(entries)
    made_games.make(HOME, UID)
    with ExitStack() as stack:
        house = House(Path(tempfile.mkdtemp(prefix="gc-")))
        house.home.chmod(0o755)
        stack.callback(subprocess.run, ["setpriv", f"--reuid={UID}", "--clear-groups", "sh", "-c", "kill -9 -1"], check=False)
        stack.callback(house.close)
        house.configure("daemon", '[gate]\nmounts = ["/", "/tmp"]\n')  # the lab's own, none of this machine's
        house.start()
        house("player", "add", "An", "--born", "2014-05-01", "--account", ACCOUNT)
        house("policy", "use", "an", "none")
        say(house("game", "scan", "--user", ACCOUNT, "--add"))
        trial = Trial(house, programs)
        text, good = page(trial, programs, house.json("status")["daemon"])
        sys.stdout.write(f"{text}\n")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
