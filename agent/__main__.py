"""giochoi-agent: registry, rosters and log of one home or point. Runs in the foreground until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from typing import NoReturn

from agent.errors import StartError
from agent.store.database import StoreError
from agent.wiring import serve
from compliance.journal import JournalError
from compliance.log import LogError
from compliance.payloads import PayloadError
from host.clock import SystemClock
from host.homes import HomeError, server_home
from rules.policy import PolicyError


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"giochoi-agent: {message}; xem / see: giochoi-agent --help\n")


def main(argv: list[str] | None = None) -> int:
    """Exit codes: 0 it was told to stop, 1 it cannot start or go on (one line on stderr says why), 2 bad usage."""
    parser = _Parser(prog="giochoi-agent", description="đại lý: sổ đăng ký và nhật ký / registry and log", allow_abbrev=False)
    parser.add_argument("--home", metavar="DIR", help="thư mục dữ liệu / where everything lies")
    home = parser.parse_args(argv).home
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="giochoi-agent: %(message)s")
    try:
        asyncio.run(serve(server_home(home), SystemClock(), _ready))
    except (HomeError, StartError, StoreError, LogError, PayloadError, JournalError, PolicyError) as error:
        print(f"giochoi-agent: {error}", file=sys.stderr)
        return 1
    return 0


def _ready(address: str) -> None:
    print(f"giochoi-agent: sẵn sàng / ready: {address}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
