"""giochoi-daemon: parse, build, run."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Sequence

from daemon.errors import DaemonError
from daemon.running.run import run
from daemon.wiring import Daemon
from host import servicing
from host.clock import SystemClock
from host.homes import Home, HomeError, server_home
from host.wire import ApiError


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code of the contract."""
    about = "Giữ trò chơi trong giới hạn trên máy này / keeps games inside their limits on this PC"
    return servicing.main("daemon", about, _serve, argv)


def _serve(home: str | None) -> int:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        asyncio.run(_run(server_home(home), lambda address: _say(f"sẵn sàng / ready: {address}")))
    except DaemonError as error:
        return _say(str(error), error.code)
    except (HomeError, ApiError) as error:
        return _say(str(error), 1)
    except KeyboardInterrupt:
        return 0
    return 0


async def _run(home: Home, ready: Callable[[str], object]) -> None:
    daemon = Daemon(home, SystemClock())
    try:
        await run(daemon, ready)
    finally:
        daemon.close()


def _say(text: str, code: int = 0) -> int:
    print(f"giochoi-daemon: {text}", file=sys.stderr if code else sys.stdout, flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
