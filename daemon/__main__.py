"""giochoi-daemon: parse, build, run."""

from __future__ import annotations

import sys

if "asyncio" not in sys.modules:
    sys.modules["ssl"] = None  # type: ignore[assignment] # asyncio does without: 3 MiB, and we speak on local sockets only
    import asyncio

    del sys.modules["ssl"]

import asyncio
import signal
from collections.abc import Sequence

from daemon.errors import DaemonError
from daemon.wiring import Daemon
from host import servicing
from host.api import HiddenError
from host.clock import SystemClock
from host.homes import Home, HomeError, server_home
from host.wire import ApiError
from i18n.message import msg, said_by


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code of the contract."""
    return servicing.main("daemon", msg("Keeps games on this PC inside their limits."), _serve, argv)


def _serve(home: str | None, say: servicing.Say) -> int:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        asyncio.run(_run(server_home(home), say))
    except DaemonError as error:
        return say(said_by(error), error.code)
    except (HiddenError, HomeError, ApiError) as error:
        return say(said_by(error), 1)
    except KeyboardInterrupt:
        return 0
    return 0


async def _run(home: Home, say: servicing.Say) -> None:
    daemon = Daemon(home, SystemClock())
    try:
        await daemon.run(lambda address: say(msg("ready: {address}", address=address)), lambda text: say(text, 1))
    finally:
        daemon.close()


if __name__ == "__main__":
    sys.exit(main())
