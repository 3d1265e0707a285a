"""giochoi-daemon: parse, build, run."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Sequence

from daemon.errors import DaemonError
from daemon.run import run
from host import servicing
from host.homes import HomeError, server_home
from host.wire import ApiError


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code of the contract."""
    about = "Giữ trò chơi trong giới hạn trên máy này / keeps games inside their limits on this PC"
    return servicing.main("daemon", about, _serve, argv)


def _serve(home: str | None) -> int:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        asyncio.run(run(server_home(home)))
    except DaemonError as error:
        return _say(str(error), error.code)
    except (HomeError, ApiError) as error:
        return _say(str(error), 1)
    except KeyboardInterrupt:
        return 0
    return 0


def _say(text: str, code: int) -> int:
    print(f"giochoi-daemon: {text}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
