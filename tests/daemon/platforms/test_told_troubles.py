"""What a watcher tells of a trouble can be shown and sent, whatever the file that made it is called."""

from __future__ import annotations

import asyncio

from daemon.platforms.api import WatchTrouble
from daemon.platforms.troubles import HELD
from daemon.platforms.watcher import TrackingWatcher
from host.clock import SystemClock
from i18n.message import plain


class Watcher(TrackingWatcher):
    def _scan(self):
        return ()

    def _running(self):
        return ()

    def look(self):
        return True

    def resume(self, programs):
        pass

    def refuse(self, refusals):
        pass


def test_the_name_of_a_file_may_be_anything():
    """Half a surrogate pair, as NTFS and ext4 take it, and what steers a terminal."""

    async def main():
        told = []
        watcher = Watcher(SystemClock())
        watcher.start(told.append)
        watcher._trouble(HELD, "a\ud800\x1b[2J.exe" + "x" * 5_000)
        await asyncio.sleep(0)
        return told

    [trouble] = asyncio.run(main())
    assert isinstance(trouble, WatchTrouble)
    text = plain(trouble.text)
    assert text.isprintable()
    assert "(a\ufffd\ufffd[2J.exe" in text
    assert len(text) < 600
