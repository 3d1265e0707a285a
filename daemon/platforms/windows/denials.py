"""Refuses starts before they happen: a deny-execute ACE on executables of games, for one account, while its time is spent.

Off unless `[deny]` of daemon/config.toml switches it on. What is denied is in the ledger first; nothing is denied where no task
could be registered that lifts it without us.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import msgspec

from daemon.config import DenyConfig
from daemon.platforms.api import WatchTrouble
from daemon.platforms.before import BeforeState, Standing
from daemon.platforms.windows import denyledger
from daemon.platforms.windows.denial import LONGEST_MS, Denial, executable, plan
from daemon.platforms.windows.denyfile import Disk
from daemon.platforms.windows.denyledger import Ledger
from daemon.platforms.windows.denyround import STUCK, one_line, settle
from daemon.platforms.windows.lift import Undoing, undo_patiently
from host.clock import Clock
from host.system import TakenError

_AGAIN_MS = 25_000  # how often it is looked after what is denied, if nothing changes
_PER_GAME, _KNOWN = 16, 512  # executables that are remembered; the oldest are forgotten first
_DAMAGED, _TASK = "deny-ledger", "deny-task"
_DAMAGED_TEXT = (
    "Sổ ghi các tệp bị chặn bị hỏng: những gì đọc được đã được gỡ hoặc giữ tiếp; xem tệp đã cất / "
    "The ledger of denied files was damaged: what could be made out of it is looked after; see the file kept aside"
)
_TASK_TEXT = (
    "Không chặn trước được: Windows không nhận tác vụ gỡ chặn khi khởi động / "
    "Nothing is denied before its start: Windows does not take the task that lifts denials at boot"
)
_REMOVE_TEXT = "Chưa xóa được tác vụ gỡ chặn khi khởi động / The task that lifts denials at boot could not be removed"


class Task(Protocol):
    """What lifts denials at each start of the PC. Failures are OSError."""

    def register(self) -> None:
        """It is there from now on."""

    def remove(self) -> None:
        """It is there no more."""


@dataclass(frozen=True, slots=True)
class Means:
    """What denials are made with. `standard`: the SID of an account by its name, None unless it is one person's and no
    administrator's; `spared`: folders in which nothing is denied to anybody.
    """

    disk: Disk
    task: Task
    standard: Callable[[str], str | None]
    spared: tuple[str, ...] = ()


class Denials:
    """platforms.before.BeforeStart. `folder` is HOME/daemon."""

    def __init__(self, folder: Path, config: DenyConfig, clock: Clock, means: Means) -> None:
        self._folder, self._config, self._clock, self._means = folder, config, clock, means
        self._standing: Standing = "off"
        self._why = ""
        self._tell: Callable[[WatchTrouble], None] = lambda _: None
        self._known: dict[tuple[str, str], None] = {}
        self._left_out: dict[str, str] = {}
        self._followed: tuple[Mapping[str, frozenset[str]], int] | None = None
        self._again = 0

    # --- from start to stop ------------------------------------------------------------------------------------------------

    def start(self, tell: Callable[[WatchTrouble], None]) -> None:
        self._tell = tell
        if not self._config.enabled and not (self._folder / denyledger.NAME).exists():
            return
        undoing = self._undo_all()
        if self._config.enabled:
            self._prepare()
        elif undoing is not None and not undoing.stuck:
            self._leave_nothing()

    def lift_all(self) -> None:
        if self._standing == "on":
            self._standing = "rests"
        self._undo_all()

    def stop(self) -> None:
        if self._standing != "off":
            self.lift_all()

    def state(self) -> BeforeState:
        left_out = tuple(f"{path}: {why}" for path, why in sorted(self._left_out.items()))
        return BeforeState(self._standing, len({(one.volume, one.file) for one in self.held()}), self._why, left_out)

    def held(self) -> tuple[Denial, ...]:
        """What the ledger says is denied."""
        with suppress(OSError, msgspec.MsgspecError, ValueError):
            return msgspec.json.decode((self._folder / denyledger.NAME).read_bytes(), type=Ledger).held
        return ()

    # --- what is to be denied ------------------------------------------------------------------------------------------

    def seen(self, game: str, path: str) -> None:
        if self._standing == "off" or game in self._config.except_ or not executable(path, self._means.spared):
            return
        if (game, path) not in self._known:
            self._remember((game, path))

    def follow(self, refused: Mapping[str, frozenset[str]], left: Mapping[tuple[str, str], int]) -> None:
        asked = (refused, len(self._known))
        if self._standing != "on" or (asked == self._followed and self._clock.mono() < self._again):
            return
        try:
            with denyledger.locked(self._folder):
                self._settle(refused, left)
        except TakenError:  # `lift` is at it: the next time will do
            return
        except OSError as error:
            self._left_out = {str(self._folder / denyledger.NAME): one_line(error)}
            return
        self._followed, self._again = asked, self._clock.mono() + _AGAIN_MS

    def _settle(self, refused: Mapping[str, frozenset[str]], left: Mapping[tuple[str, str], int]) -> None:
        now, boot, disk = self._clock.wall(), self._clock.boot(), self._means.disk
        ledger = self._read()
        wanted, standard = self._wanted(refused, left, now)
        planned = plan(wanted, ledger.held, now, boot=boot, standard=standard, spared=self._means.spared)

        def write(held: tuple[Denial, ...]) -> None:
            nonlocal ledger
            new = msgspec.structs.replace(ledger, known=tuple(self._known), held=held)
            if new != ledger:
                denyledger.write(self._folder, new)
                ledger = new

        self._left_out = settle(disk, planned, (now, boot), write)

    def _wanted(
        self, refused: Mapping[str, frozenset[str]], left: Mapping[tuple[str, str], int], now: int
    ) -> tuple[dict[tuple[str, str], int], frozenset[str]]:
        """(path, SID) -> until when it is refused (Unix ms), and the SIDs of accounts that may be denied anything."""
        wanted: dict[tuple[str, str], int] = {}
        standard = set()
        for account, games in refused.items():
            sid = self._means.standard(account)
            if sid is None:
                continue
            standard.add(sid)
            for game, path in self._known:
                if game in games and game not in self._config.except_:
                    until = now + left.get((account, game), LONGEST_MS)
                    wanted[path, sid] = min(until, wanted.get((path, sid), until))
        return wanted, frozenset(standard)

    def _remember(self, found: tuple[str, str]) -> None:
        """It is written down when the ledger is written next."""
        self._known[found] = None
        same = [one for one in self._known if one[0] == found[0]]
        for one in (*same[:-_PER_GAME], *list(self._known)[:-_KNOWN]):
            self._known.pop(one, None)

    # --- the ledger ----------------------------------------------------------------------------------------------------

    def _read(self) -> Ledger:
        """Under the lock; tells if it was damaged."""
        ledger, aside = denyledger.read(self._folder)
        self._say_damaged(aside)
        return ledger

    def _say_damaged(self, aside: Path | None) -> None:
        if aside is not None:
            self._tell(WatchTrouble(_DAMAGED, f"{_DAMAGED_TEXT}: {aside}"))

    def _undo_all(self) -> Undoing | None:
        """Everything that is held. None: the ledger could not be had."""
        self._followed = None
        try:
            undoing = undo_patiently(self._folder, self._means.disk, lambda _: True)
        except (TakenError, OSError) as error:
            self._left_out = {str(self._folder / denyledger.NAME): one_line(error)}
            return None
        self._left_out = {one.path: f"{STUCK}: {why}" for one, why in undoing.stuck}
        self._say_damaged(undoing.aside)
        return undoing

    def _prepare(self) -> None:
        """The task is noted before it is made, so that whoever finds the note removes it."""
        try:
            with denyledger.locked(self._folder):
                ledger = self._read()
                self._known = dict.fromkeys((*ledger.known, *self._known))
                denyledger.write(self._folder, msgspec.structs.replace(ledger, task=True))
            self._means.task.register()
        except (TakenError, OSError) as error:
            self._standing, self._why = "impossible", one_line(error)
            self._tell(WatchTrouble(_TASK, f"{_TASK_TEXT}: {self._why}"))
        else:
            self._standing, self._why = "on", ""
            self._tell(WatchTrouble(_TASK, "", over=True))

    def _leave_nothing(self) -> None:
        """It was switched off, and nothing is denied any more."""
        try:
            self._means.task.remove()
            denyledger.forget(self._folder)
        except OSError as error:
            self._tell(WatchTrouble(_TASK, f"{_REMOVE_TEXT}: {one_line(error)}"))
