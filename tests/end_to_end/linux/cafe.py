"""A café on one machine: each PC has processes, a network and a home of its own, and a cable to the counter's PC."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import psutil

from tests.end_to_end.conftest import House
from tests.system import PATIENCE, SLOW, ours, until

ADDRESS = "10.77.0.1"
PORT = 7381
NO_GATE = "[gate]\nenabled = false\n"
QUIET = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
SETTLED = 60.0 * SLOW  # seconds: longer than a PC ever waits before it asks an agent again that was away


def ended_inside(entered: subprocess.Popen[bytes], how: Callable[[psutil.Process], None]) -> None:
    """nsenter hands no signal on: what it waits for is asked instead."""
    for inner in psutil.Process(entered.pid).children():
        how(inner)


class CafePc(House):
    """What it runs is seen by its own daemon only, and ends with it."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        home.mkdir(mode=0o755)
        alone = ["unshare", "--net", "--pid", "--mount", "--propagation", "private", "--fork", "--mount-proc", "--kill-child"]
        self._alone = subprocess.Popen([*alone, "sleep", "infinity"], start_new_session=True, **QUIET)
        self.first = until(self._first)
        self.ip("link", "set", "lo", "up")

    def _first(self) -> int | None:
        """The process number, as seen outside, of the first process inside."""
        children = psutil.Process(self._alone.pid).children()
        return children[0].pid if children and children[0].name() == "sleep" else None

    def command(self, program: str) -> list[str]:
        return [*self.enter(), *ours(program)]

    def enter(self, *as_whom: str) -> list[str]:
        return ["nsenter", "--target", str(self.first), "--net", "--pid", "--mount", *as_whom, "--"]

    def ip(self, *words: str) -> None:
        """Changes its network; process numbers among the words are those seen outside."""
        subprocess.run(["nsenter", "--target", str(self.first), "--net", "--", "ip", *words], check=True)

    @staticmethod
    def _gone(server, how) -> None:
        ended_inside(server, getattr(psutil.Process, how.__name__))
        server.wait(PATIENCE)
        server.stdout.close()
        server.stdin.close()

    def close(self) -> None:
        super().close()
        self._alone.kill()
        self._alone.wait()


class Cafe:
    """The counter, which plays no games, and the PCs that customers play at, called 01, 02 …"""

    def __init__(self, folder: Path, customer) -> None:
        self.counter, self.customer = CafePc(folder / "counter"), customer
        self.pcs: dict[str, CafePc] = {}
        self.folder = folder

    def furnish(self, pcs: int) -> None:
        for number in range(1, pcs + 1):
            self.pcs[f"{number:02}"] = CafePc(self.folder / f"pc{number:02}")
        self.counter.ip("link", "add", "switch", "type", "bridge")
        self.counter.ip("address", "add", f"{ADDRESS}/24", "dev", "switch")
        self.counter.ip("link", "set", "switch", "up")
        for number, (name, pc) in enumerate(self.pcs.items(), 11):
            self.counter.ip("link", "add", f"cable{name}", "type", "veth", "peer", "name", "eth0", "netns", str(pc.first))
            self.counter.ip("link", "set", f"cable{name}", "master", "switch", "up")
            pc.ip("address", "add", f"10.77.0.{number}/24", "dev", "eth0")
            pc.ip("link", "set", "eth0", "up")

    def cable(self, name: str, *, plugged: bool) -> None:
        self.counter.ip("link", "set", f"cable{name}", "up" if plugged else "down")

    def open(self, *settings: tuple[str, ...]) -> None:
        self.counter.start("agent")
        for words in settings:
            self.counter(*words)
        self.counter("place", "serve", f"{ADDRESS}:{PORT}")
        string = self.counter.json("seat", "invite", "--many", str(len(self.pcs)), "--minutes", "30")["string"]
        for name, pc in self.pcs.items():
            pc.configure("daemon", NO_GATE)
            done = subprocess.run([*pc.command("giochoi"), "--home", str(pc.home), "seat", "enrol", string, "--json"],
                                  capture_output=True, encoding="utf-8", check=True, env=pc.environment())  # fmt: skip
            self.counter("seat", "name", json.loads(done.stdout)["seat"], name)
            pc.start("uplink", "daemon")

    def start(self, name: str, *command: str, **env: str) -> subprocess.Popen[bytes]:
        """A program of whoever sits at that PC."""
        who = self.customer
        return subprocess.Popen(
            [*self.pcs[name].enter("--setuid", str(who.pw_uid), "--setgid", str(who.pw_gid)), *command],
            env={"HOME": who.pw_dir, "PATH": os.defpath, "USER": who.pw_name, **env}, cwd=who.pw_dir,
            start_new_session=True, **QUIET,
        )  # fmt: skip

    def close(self) -> None:
        for pc in (*self.pcs.values(), self.counter):
            pc.close()
