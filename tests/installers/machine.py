"""A Debian that boots with systemd on a file system of its own, to install on. It ends by itself when its alarm rings."""

from __future__ import annotations

import json
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

import psutil

from tests.system import until

TREE = Path(__file__).resolve().parents[2]
LAB = TREE / "tests/lab/container"
BOOT = TREE / "tests/lab/container.d/boot"
GROUPS = tuple(Path("/sys/fs/cgroup", name) for name in ("", "unified", "systemd"))
ENVIRONMENT = {
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "GIOCHOI_LANG": "en", "HOME": "/root",
    "DEBIAN_FRONTEND": "noninteractive",
}  # fmt: skip
# A gate never asks for these, as they hold no programs; every machine sees the host's.
NO_PROGRAMS = {"cgroup", "cgroup2", "devpts", "mqueue", "proc", "sysfs"}


def devices(mountinfo: str) -> dict[str, str]:
    """Which file systems may hold programs (proc_pid_mountinfo(5)), by device: where each is mounted first."""
    found: dict[str, str] = {}
    for line in mountinfo.splitlines():
        before, _, after = line.partition(" - ")
        fields = before.split(" ")
        if after.partition(" ")[0] not in NO_PROGRAMS:
            found.setdefault(fields[2], fields[4])
    return found


def shared(inside: str, outside: str) -> list[str]:
    """Where a machine with these mounts shows file systems of the other one."""
    others = devices(outside)
    return [path for device, path in devices(inside).items() if device in others]


class Machine:
    """Use as a context: `with Machine(archive, folder) as machine`; `folder` is empty and its name nobody else's.

    `alarm`: it is ended after so many seconds. `to`: what makes it this suite is fetched before it boots, as it has no network.
    """

    def __init__(self, archive: Path, folder: Path, alarm: int = 300, to: str = "") -> None:
        self._folder, self._log = folder, folder.with_suffix(".log")
        with self._log.open("wb") as log:
            self._shell = psutil.Popen(
                [
                    "timeout", "--signal=KILL", str(alarm), "unshare", "--mount", "--propagation=private", "--pid", "--fork",
                    "--kill-child", "--mount-proc", BOOT, archive, folder, to,
                ],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        self.leader = 0

    def __enter__(self) -> Self:
        try:
            self.wait_for_boot()
            alien = shared(self.read("/proc/1/mountinfo"), Path("/proc/self/mountinfo").read_text("utf-8"))
            assert not alien, f"a gate in there would ask for the host's file systems: {alien}"
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ended(self) -> bool:
        return self._shell.poll() is not None

    def close(self) -> None:
        """As when the power fails."""
        with suppress(psutil.NoSuchProcess):  # the alarm was earlier
            for process in self._shell.children():  # unshare: all else is in its namespace
                process.kill()
        self._shell.wait()
        for root in GROUPS:
            own = root / self._folder.name
            for group in sorted(own.rglob("*/"), reverse=True) if own.exists() else ():
                until(lambda group=group: _removed(group))
            until(lambda own=own: _removed(own))

    def wait_for_boot(self) -> None:
        """Until systemd says that all is up, or what is not."""
        before = self.leader
        self.leader = until(lambda: (found := self._init()) != before and found, 300)  # much may be fetched first
        until(lambda: self.try_run("systemctl", "is-system-running").stdout.strip() in {"running", "degraded"}, 60)
        failed = self.run("systemctl", "--failed", "--plain", "--no-legend")
        assert not failed, f"{failed}{self.journal()}"

    def reboot(self) -> None:
        self.try_run("systemctl", "reboot")
        self.wait_for_boot()

    def _init(self) -> int:
        """Number out here of the machine's process 1; 0: there is none."""
        assert self._shell.poll() is None, self._log.read_text("utf-8", "replace")
        with suppress(psutil.NoSuchProcess, OSError, StopIteration):  # one ends while we look
            for process in self._shell.children(recursive=True):
                status = Path(f"/proc/{process.pid}/status").read_text("utf-8")
                numbers = next(line for line in status.splitlines() if line.startswith("NSpid:")).split()
                if numbers[-1] == "1" and len(numbers) == 4 and process.name() == "systemd":  # ours, that of unshare, its own
                    return process.pid
        return 0

    def _entered(self, words: tuple[str, ...]) -> list[str]:
        spaces = "mount", "uts", "ipc", "net", "pid", "time", "root", "wd"
        place = ["nsenter", f"--target={self.leader}", *(f"--{one}" for one in spaces)]
        return [*place, "env", "-i", *(f"{name}={value}" for name, value in ENVIRONMENT.items()), *words]

    def try_run(self, *words: str, **more: Any) -> subprocess.CompletedProcess[str]:
        more = {"capture_output": True, "timeout": 100, "stdin": subprocess.DEVNULL} | more
        return subprocess.run(self._entered(words), check=False, encoding="utf-8", **more)

    def run(self, *words: str, code: int = 0, **more: Any) -> str:
        """What the command prints; it must end with `code`."""
        done = self.try_run(*words, **more)
        assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}\n{self.journal()}"
        return done.stdout

    def start(self, *words: str, **more: Any) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._entered(words), **{"stdin": subprocess.DEVNULL} | more)

    def json(self, *words: str) -> Any:
        return json.loads(self.run("giochoi", *words, "--json"))

    def journal(self, *words: str) -> str:
        return self.try_run("journalctl", "--no-pager", "--boot", "--lines=40", "--output=short-precise", *words).stdout

    def path(self, inside: str) -> Path:
        """Where out here a file of the machine is."""
        return Path(f"/proc/{self.leader}/root{inside}")

    def read(self, inside: str) -> str:
        return self.run("cat", inside)


def _removed(group: Path) -> bool:
    """A group of processes that ended is empty a moment later."""
    with suppress(OSError):
        group.rmdir()
    return not group.exists()


def archive(suite: str) -> Path:
    """The files of this Debian, made if they are not there."""
    made = subprocess.run([LAB, "up", suite], stdout=subprocess.PIPE, check=True, encoding="utf-8", timeout=600)
    return Path(made.stdout.strip())


@contextmanager
def booted(files: Path, parent: Path, alarm: int = 300, to: str = "") -> Iterator[Machine]:
    with Machine(files, empty(parent), alarm, to) as machine:
        yield machine


def empty(parent: Path) -> Path:
    """A folder in there whose name nobody else has."""
    folder = parent / f"giochoi-lab-{secrets.token_hex(4)}"
    folder.mkdir()
    return folder
