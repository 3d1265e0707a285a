"""A server is told things from outside: to stop, by a signal or by the service manager, and that the machine changed."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from host.api import Told
from host.choose import service

SIGNALS = ("SIGTERM", "SIGINT", "SIGBREAK")  # the last is Windows': Ctrl+Break, or the console's window is closed


@contextmanager
def told_to_stop(stop: Callable[[], None], changed: Callable[[], None] | None = None) -> Iterator[None]:
    """Until its end, signals and the service manager call `stop` in the running loop.

    `changed` is called there when the PC woke up, got another clock, or somebody logged on or off, where the manager tells it.
    Outside the main thread, which alone may have signals, there is the manager only.
    """
    loop, over = asyncio.get_running_loop(), False

    def call(what: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the loop was closed meanwhile
            loop.call_soon_threadsafe(lambda: None if over else what())

    def tell(told: Told) -> None:
        if told == "stop":
            call(stop)
        elif changed is not None:
            call(changed)

    # Not loop.add_signal_handler, which not every system's loop has.
    main = threading.current_thread() is threading.main_thread()
    numbers = [getattr(signal, name) for name in SIGNALS if main and hasattr(signal, name)]
    before = {number: signal.signal(number, lambda *_: call(stop)) for number in numbers}
    service().listen(tell)
    try:
        yield
    finally:
        over = True
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
