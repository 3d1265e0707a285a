"""One seat from start to stop. In between the heart keeps the limits, and housekeeping comes by the minute.

Everything runs on one thread. What a seat is asked over the local API stands in daemon.api.
"""

from __future__ import annotations

from dataclasses import dataclass

from daemon.loop import Loop
from daemon.platforms.api import Displays, Watcher
from daemon.recording.pc_zone import PcZone
from daemon.recording.recorder import Recorder
from daemon.recording.run_marks import RunMarks
from daemon.running.heart import Heart
from daemon.running.minute import MinuteWork
from daemon.running.rosters import Rosters
from daemon.trusted import Anchor

BOOTED_MS = 300_000  # by then a daemon is there that starts with its PC


@dataclass(frozen=True, slots=True, eq=False)
class Seat:
    """`start`, then let the heart run until it is cancelled, then `stop`."""

    watcher: Watcher
    loop: Loop
    recorder: Recorder
    marks: RunMarks
    zone: PcZone
    rosters: Rosters
    minute: MinuteWork
    heart: Heart
    displays: Displays | None = None

    def start(self, last: Anchor | None) -> None:
        """Takes up what was left: the last roster, open plays, what runs by now. `last` is when a daemon was last alive."""
        self.watcher.start(self.heart.observe)
        now = self.loop.read()
        self.recorder.do(lambda journal: self.marks.begin(journal, now, None if last is None else last.wall))
        floor = now.mono
        if last is not None:  # what started since then counts from its start
            floor = max(0, now.mono - (now.elapsed - last.elapsed)) if last.boot == now.boot else 0
        if last is None or last.boot == now.boot or now.elapsed > BOOTED_MS:
            self.loop.changed.came = now.mono
        self.rosters.take_up(floor)
        self.zone.look()
        self.heart.beat()
        if self.displays is not None:
            self.displays.start()

    def look_again(self) -> None:
        """The PC woke up, its clock was set, somebody logged on or off: what runs is looked at anew, then the heart beats."""
        now = self.loop.read()
        self.loop.scan(now, 0)
        self.zone.look()
        self.minute.logged_on.look(now)
        self.heart.wake.set()
        if self.displays is not None:
            self.displays.look()

    def stop(self) -> None:
        """An orderly end: games run on, and the next start picks them up."""
        self.watcher.stop()
        if self.displays is not None:
            self.displays.stop()
        now = self.loop.read()
        self.minute.end(now)
        self.recorder.do(lambda journal: self.marks.end(journal, now))
