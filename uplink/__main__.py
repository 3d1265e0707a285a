"""giochoi-uplink: the line from a seat to its agent on another PC. In the foreground until told to stop, or as a service."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from host import servicing, tls, transport
from host.api import SYSTEM_USERS, HiddenError
from host.choose import files, service
from host.homes import Home, HomeError, lock, prepare, prepare_for, server_home
from host.stopping import told_to_stop
from host.tls import CertificateError, Identity
from host.transport import Caller
from i18n.message import msg, said_by
from uplink.joining import connect
from uplink.membership import Membership, load
from uplink.relay import Relay

_EVERYBODY = 0o666  # may connect: whoever is not the daemon is told who manages this PC


def main(argv: list[str] | None = None) -> int:
    """Exit codes: 0 it was told to stop, 1 it cannot start (one line on stderr says why), 2 bad usage."""
    about = msg("Carries what this PC records to the agent on another PC, and brings its rules.")
    return servicing.main("uplink", about, _serve, argv)


def _serve(given: str | None, say: servicing.Say) -> int:
    try:
        home = server_home(given)
        joined = load(home)
        if joined is None:
            return say(msg("this PC has joined no agent; first: {command}", command="giochoi seat enrol STRING"), 1)
        asyncio.run(serve(home, joined, lambda address: say(msg("ready: {address}", address=address))))
    except (HiddenError, HomeError) as error:
        return say(said_by(error), 1)
    return 0


async def serve(home: Home, joined: Membership, ready: Callable[[str], object]) -> None:
    """Until it is told to stop. HomeError: the address is in use, or what is kept cannot be used."""
    prepare(home.uplink, 0o700)
    stop = asyncio.Event()
    own = files().owner()
    with told_to_stop(stop.set), lock(home.uplink):
        try:
            context = tls.client(joined.authority)
            Identity(joined.key, joined.certificate).into(context, home.uplink)
        except (CertificateError, OSError) as error:
            raise HomeError(msg("{path}: damaged: {why}; join again with giochoi seat enrol",
                                path=str(home.uplink), why=said_by(error))) from error  # fmt: skip
        relay = Relay(joined.address, partial(connect, joined.address, context), lambda caller: _daemon(caller, own))
        prepare_for(home.agent_address)
        listening = await transport.listen(home.agent_address, _EVERYBODY, relay.attend)
        try:
            ready(f"{home.agent_address} -> {joined.address}")
            with suppress(OSError):
                service().notify("READY=1")
            await stop.wait()
        finally:
            listening.close()
            relay.close()


def _daemon(caller: Caller, own: object) -> bool:
    return caller.uid == own or caller.uid in SYSTEM_USERS


if __name__ == "__main__":
    sys.exit(main())
