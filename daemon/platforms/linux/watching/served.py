"""The readers in the loop's life: started before anything is looked at, heard, and missed when they are gone."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress

from daemon.platforms.linux.reading.crew import Crew
from daemon.platforms.linux.reading.files import Files
from daemon.platforms.linux.watching.read_images import ReadImages
from daemon.platforms.tracker import HELD
from i18n.message import msg


class Reading:
    """`trouble` as TrackingWatcher has it. `over`: they ended, or cannot be started; `renew` them."""

    def __init__(
        self, crew: Crew, images: ReadImages, slow: ReadImages, trouble: Callable[..., None], over: Callable[[], object]
    ) -> None:  # fmt: skip
        self._crew = crew
        self._images, self._slow = images, slow
        self._trouble = trouble
        self._over = over
        self._heard: socket.socket | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def gate_line(self) -> socket.socket | None:
        return self._crew.gate_line

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._crew.over = self._gone
        with suppress(OSError):  # want of descriptors; a watch that begins anew tries again
            self._images.files = Files(self._crew.desk)
            self._slow.files = Files(self._crew.slow_desk)
        self.renew(loop)
        if self._crew.line is not None and not self._crew.ready():
            self._gone()

    def renew(self, loop: asyncio.AbstractEventLoop) -> None:
        """Unless they run, or nobody may start anything now."""
        if not self._crew.start():
            self._gone()
        line = self._crew.line
        if line is not self._heard:
            self._forget()
            if line is not None:
                loop.add_reader(line, self._crew.listen)
                self._heard = line

    def stop(self) -> None:
        self._forget()
        self._crew.close()
        for images in (self._images, self._slow):
            if images.files:
                images.files.close()
                images.files = None
        self._loop = None

    def _gone(self) -> None:
        self._forget()
        if self._loop:
            self._trouble(HELD, msg("the process that reads has ended"))
            self._over()

    def _forget(self) -> None:
        if self._heard is not None and self._loop:
            self._loop.remove_reader(self._heard)
        self._heard = None
