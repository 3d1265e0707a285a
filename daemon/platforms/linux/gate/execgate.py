"""The exec gate: the kernel asks before a program runs, a thread of its own answers from an immutable snapshot.

In the way from question to answer there is no lock of ours, no wait for the loop, no database, no log, no name service and no
hash of a large file; whatever goes wrong, the program runs and an Issue is told. What was seen is told after the answer.
"""

from __future__ import annotations

import ctypes
import errno
import os
import select
import signal
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

from daemon.platforms.api import ProgramStopped, Refusals, StartRefused, WatchTrouble
from daemon.platforms.linux import calls, spawning
from daemon.platforms.linux.gate.judging import Answer, Judge, RefusalsByUid, by_uid
from daemon.platforms.linux.gate.questions import Questions, Turns
from daemon.platforms.linux.gate.telling import AGAIN_MS, Refused, Troubles
from host.clock import Clock
from rules.games import Fingerprint

_FAILED, BROKEN = "gate-failed", "watch-gate"  # Issues: one start was let through; the gate is closed
_READS = 8  # one after the other
_TURN_MS = 4  # then it is seen who else asks
_PRIORITY = -10
LIMIT_MS = 7_000
BEAT_MS = 3_000
_CLOCK_MONOTONIC = 1  # it stands still while the PC sleeps (time.h)
_TIME = struct.Struct("@qqqq")  # itimerspec: every so many seconds and nanoseconds, after so many
_TO_WHOM = struct.Struct("@Pii48x")  # sigevent: a value, the signal, that it is sent to the process (0)

_libc = ctypes.PyDLL(None, use_errno=True)  # calls that never wait: the interpreter's lock is kept meanwhile
_libc.timer_create.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.POINTER(ctypes.c_void_p))
_libc.timer_settime.argtypes = (ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)
_libc.timer_delete.argtypes = (ctypes.c_void_p,)


class ExecGate:
    """`tell`, and `let` with the process, user and file of a game's start that is about to be allowed, are called from the
    gate's thread and must not block. `open`, then `watch` filesystems, then `arm`; `close`.
    """

    def __init__(
        self, clock: Clock, tell: Callable[[StartRefused | ProgramStopped | WatchTrouble], None],
        let: Callable[[int, int, Fingerprint], None] = lambda *_: None,
    ) -> None:  # fmt: skip
        self._clock = clock
        self._let = let
        self._answers: RefusalsByUid | None = None
        self._judge = Judge(clock)
        self._turns = Turns()
        self._refused = Refused(clock, tell)
        self._troubles = Troubles(clock, tell)
        self._handle = -1
        self._wake = -1
        self._thread: threading.Thread | None = None
        self.watchdog: Watchdog | None = None

    # --- the loop's side ---------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Nothing is watched yet, so nothing can hang yet. OSError: no rights, a kernel without it, no room for its thread."""
        self._handle = calls.fanotify_open()
        try:
            self.watchdog = Watchdog(self._clock)
            self._wake = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        except OSError:
            self._shut()
            raise
        spawning.forbid(self)
        thread = threading.Thread(target=self._run, name="exec-gate", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # as many tasks as there may be
            self.close()
            raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN)) from None
        self._thread = thread

    def beats(self) -> bool:
        """Whether its thread comes round, as far as the watchdog lets it be known before it ends us."""
        return self.watchdog is not None and self.watchdog.beats()

    def watch(self, path: str) -> None:
        """Be asked for programs on the filesystem of `path`. Watching one twice is once. OSError."""
        calls.fanotify_watch(self._handle, path)

    def arm(self, refusals: Refusals) -> None:
        """Answer from these from now on."""
        old, new = self._answers, by_uid(refusals)
        self._answers = new
        if not new.ignores_as(old):
            self._flush()

    def close(self) -> tuple[StartRefused | ProgramStopped, ...]:
        """Refuse nothing any more: the kernel allows what still waits for an answer. What was refused and not told yet."""
        if self._thread:
            os.eventfd_write(self._wake, 1)
            self._thread.join()
        self._shut()
        spawning.permit(self)
        return self._refused.untold()

    def _shut(self) -> None:
        for handle in (self._handle, self._wake):
            if handle >= 0:
                os.close(handle)
        self._handle = self._wake = -1
        if self.watchdog:
            self.watchdog.close()
            self.watchdog = None

    # --- the gate's thread -------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _PRIORITY)
        poll = select.poll()
        poll.register(self._handle, select.POLLIN)
        poll.register(self._wake, select.POLLIN)
        questions = Questions(self._handle, self._wake, self._troubles.met)
        try:
            while True:
                self._beat()
                self._troubles.look_back()
                self._refused.look_back()
                wait = self._turns.wait(AGAIN_MS if self._refused.waits else BEAT_MS)
                ready = [handle for handle, _ in poll.poll(wait)]
                if self._wake in ready:
                    return
                for asked in self._next(questions, heard=self._handle in ready):
                    self._serve(asked)
                    self._beat()  # whose files are slow to look at must not have the watchdog end us
        except Exception as error:  # noqa: BLE001 - whatever it is: a gate that is closed lets everybody through, one that hangs nobody
            handle, self._handle = self._handle, -1
            os.close(handle)
            if self.watchdog:
                self.watchdog.close()  # which misses a heart that beats no more
            self._troubles.met(BROKEN, error)
        finally:
            for asked in self._turns.rest():
                os.close(asked.handle)

    def _beat(self) -> None:
        if self.watchdog:
            self.watchdog.beat()

    def _hear(self, questions: Questions) -> None:
        """All that the kernel asks, at most as much as may wait: who asks rarely is behind whoever asks often there."""
        for _ in range(_READS):
            asked = questions.read()
            self._answer_at_once(iter(self._turns.add(asked, self._answers)))
            if len(asked) < calls.AT_ONCE:
                return
            self._beat()

    def _answer_at_once(self, left: Iterator[tuple[calls.Question, bool]]) -> None:
        """Those for which there is no room. Where one breaks the gate, the files of the others are closed, too."""
        try:
            for one, may in left:
                try:
                    calls.fanotify_answer(self._handle, one.handle, allow=may)
                finally:
                    os.close(one.handle)
        finally:
            for one, _ in left:
                os.close(one.handle)

    def _next(self, questions: Questions, *, heard: bool) -> Iterator[calls.Question]:
        """For a moment."""
        if heard:
            self._hear(questions)
        began = now = self._clock.mono()
        while now - began < _TURN_MS and (asked := self._turns.next(now)):
            yield asked
            now = self._clock.mono()

    def _serve(self, asked: calls.Question) -> None:
        said, current = Answer(), self._answers
        try:
            said = self._judge.answer(asked, current)
            if said.game:
                self._let(asked.pid, *said.game)  # first: once it is answered, word of its exec may come at once
        except Exception as error:  # noqa: BLE001 - fail open, and loud
            self._troubles.met(_FAILED, error)
        try:
            calls.fanotify_answer(self._handle, asked.handle, allow=said.refused is None)
            if said.ignorable and current is not None:
                self._ignore(asked.handle, current)
        finally:
            os.close(asked.handle)
        if said.refused:
            self._refused.note(said.refused)

    def _ignore(self, file: int, decided_by: RefusalsByUid) -> None:
        with suppress(OSError):  # then it is asked for again
            calls.fanotify_ignore(self._handle, f"/proc/self/fd/{file}")
        if not decided_by.ignores_as(self._answers):  # armed anew between: `arm` may have flushed too early
            self._flush()

    def _flush(self) -> None:
        with suppress(OSError):
            calls.fanotify_flush(self._handle)


class Watchdog:
    """A gate that hangs, hangs the machine: a timer of the kernel, set back by each beat, ends us when its heart stops.

    Our death closes the fanotify descriptor, upon which the kernel allows everything; the service manager starts us anew. No
    other process can end or stop such a timer, and it costs none. `beat` at least every BEAT_MS; `close`, or it ends us.
    """

    def __init__(self, clock: Clock, limit_ms: int = LIMIT_MS) -> None:
        """OSError."""
        self._clock = clock
        self._limit_ms = limit_ms
        self._limit = _TIME.pack(0, 0, limit_ms // 1000, limit_ms % 1000 * 1_000_000)
        self._beaten = clock.mono()
        timer = ctypes.c_void_p()
        _checked(_libc.timer_create(_CLOCK_MONOTONIC, _TO_WHOM.pack(0, signal.SIGKILL, 0), ctypes.byref(timer)))
        self._timer: ctypes.c_void_p | None = timer
        _checked(_libc.timer_settime(timer, 0, self._limit, None))

    def beat(self) -> None:
        timer, self._beaten = self._timer, self._clock.mono()
        if timer is not None:
            _libc.timer_settime(timer, 0, self._limit, None)

    def beats(self) -> bool:
        """Whether the last beat is not too long ago."""
        return self._clock.mono() - self._beaten <= self._limit_ms

    def close(self) -> None:
        """From any thread, once or again."""
        timer, self._timer = self._timer, None
        if timer is not None:
            _libc.timer_delete(timer)


def _checked(result: int) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
