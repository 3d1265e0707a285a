"""giochoi-agent: registry, rosters and log of one home or point. Runs in the foreground until told to stop, or as a service."""

from __future__ import annotations

import asyncio
import logging
import sys

from agent.errors import StartError
from agent.store.database import StoreError
from agent.wiring import serve
from compliance.journal import JournalError
from compliance.log import LogError
from compliance.writing.payloads import PayloadError
from host import servicing
from host.api import HiddenError
from host.clock import SystemClock
from host.homes import HomeError, server_home
from i18n.message import msg, said_by
from rules.policy import PolicyError


def main(argv: list[str] | None = None) -> int:
    """Exit codes: 0 it was told to stop, 1 it cannot start or go on (one line on stderr says why), 2 bad usage."""
    about = msg("Keeps the registry of players and the signed log of a home or game point.")
    return servicing.main("agent", about, _serve, argv)


def _serve(home: str | None, say: servicing.Say) -> int:
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="giochoi-agent: %(message)s")
    try:
        asyncio.run(serve(server_home(home), SystemClock(), lambda address: say(msg("ready: {address}", address=address))))
    except (HiddenError, HomeError, StartError, StoreError, LogError, PayloadError, JournalError, PolicyError) as error:
        return say(said_by(error), 1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
