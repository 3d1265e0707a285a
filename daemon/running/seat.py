"""One seat from start to stop. In between the heart keeps the limits, and housekeeping comes by the minute.

Everything runs on one thread. What a seat is asked over the local API stands in daemon.api.
"""

from __future__ import annotations

from compliance.journal import Journal
from daemon.loop import Loop
from daemon.platforms.api import Watcher
from daemon.recording.pc_zone import PcZone
from daemon.recording.recorder import Recorder
from daemon.recording.run_marks import RunMarks
from daemon.running.heart import Heart
from daemon.running.minute import MinuteWork
from daemon.running.rosters import Rosters
from daemon.trusted import Anchor


class Seat:
    """`start`, then let the heart run until it is cancelled, then `stop`."""

    def __init__(
        self,
        watcher: Watcher,
        loop: Loop,
        recorder: Recorder,
        marks: RunMarks,
        zone: PcZone,
        rosters: Rosters,
        minute: MinuteWork,
        heart: Heart,
    ) -> None:
        self._watcher = watcher
        self._loop = loop
        self._recorder = recorder
        self._marks = marks
        self._zone = zone
        self._rosters = rosters
        self._minute = minute
        self._heart = heart

    def start(self, boot: str, last: Anchor | None) -> None:
        """Takes up what was left: the last roster, open plays, what runs by now. `last` is when a daemon was last alive."""
        self._watcher.start(self._heart.observe)
        now = self._loop.read()
        self._recorder.do(lambda journal: self._marks.begin(journal, now, None if last is None else last.wall))
        floor = now.mono
        if last is not None:  # what started since then counts from its start
            floor = max(0, now.mono - (now.elapsed - last.elapsed)) if last.boot == boot else 0
        self._rosters.take_up(floor)
        self._zone.look()
        self._heart.beat()

    def look_again(self) -> None:
        """The PC woke up, its clock was set, somebody logged on or off: what runs is looked at anew, then the heart beats."""
        self._loop.scan(self._loop.read(), 0)
        self._zone.look()
        self._heart.wake.set()

    def stop(self) -> None:
        """An orderly end: games run on, and the next start picks them up."""
        self._watcher.stop()
        now = self._loop.read()
        write_alive = self._minute.end(now)

        def end(journal: Journal) -> None:
            write_alive(journal)
            self._marks.end(journal, now)

        self._recorder.do(end)
