"""giochoi-daemon: parse, build, run."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys

from daemon.errors import DaemonError
from daemon.run import run
from host.homes import HomeError, server_home
from host.rpc import ApiError


def main() -> int:
    """The exit code of the contract."""
    parser = argparse.ArgumentParser(
        prog="giochoi-daemon",
        description="Giữ trò chơi trong giới hạn trên máy này / keeps games inside their limits on this PC",
    )
    parser.add_argument("--home", metavar="DIR", help="thư mục trạng thái / where state lies")
    arguments = parser.parse_args()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        asyncio.run(run(server_home(arguments.home)))
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
