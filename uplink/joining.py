"""`giochoi seat enrol`: this PC becomes a seat of an agent on another one.

Nothing is believed before the agent has shown the key that the invitation names: first it introduces itself over a connection
that anybody may have answered; its signed authority then has to be that of the connection on which the code is told.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from typing import TypeVar

import msgspec

from agent.api.joining import Hello, Introduced, Join, digits, parse_invitation
from compliance.note import NoteError, VerifierKey, parse_vkey, verify_note
from host import tls
from host.homes import Home
from host.rpc_client import LIMIT, Talk
from host.transport import Unreachable
from host.wire import ApiError, Request
from i18n.message import MessageError, msg, said_by
from uplink import membership
from uplink.membership import Membership

CONNECT_S = 10.0
T = TypeVar("T", bound=msgspec.Struct)


class JoinError(MessageError):
    """Why this PC did not join; nothing of it is kept that would be in the way of another try."""


async def join(home: Home, invitation: str, show: Callable[[str], object]) -> tuple[Membership, VerifierKey]:
    """The membership of this PC, which is kept, and the key of the agent's log. `show` is told the six digits, if somebody at
    the agent has to confirm them. JoinError, HomeError, Unreachable; ApiError: the agent refuses.
    """
    address, pinned, code = _parsed(invitation)
    if (home.agent / "agent.db").exists():
        folder = str(home.agent)
        raise JoinError(msg("this PC keeps players and a log of its own, in {folder}: save them with giochoi backup, stop "
                            "giochoi-agent and move that folder away first", folder=folder))  # fmt: skip
    key, authority = _believed(await _ask(address, tls.client(None), Hello()), pinned)
    introduced = await _ask(address, tls.client(authority), Hello())  # its other key, which nobody signed, from it alone
    own = membership.key_of(home, tls.new_key())
    public = tls.public_of(own)
    if code is None:
        show(digits(authority, public))
    answer = await _ask(address, tls.client(authority), Join(key=public, code=code, host=socket.gethostname()[:64]))
    joined = Membership(address, authority, answer.seat, own, answer.certificate)
    membership.keep(home, joined, (key.text, introduced.roster_key))
    return joined, key


def _parsed(invitation: str) -> tuple[str, str, str | None]:
    try:
        return parse_invitation(invitation)
    except ValueError:
        raise JoinError(msg("this is no invitation; giochoi seat invite prints one, like 192.168.1.10:7381/…/…")) from None


def _believed(introduced: Introduced, pinned: str) -> tuple[VerifierKey, str]:
    """The key of the agent's log, if it is the one that the invitation names, and the authority that it signed."""
    try:
        key = parse_vkey(introduced.log_key)
        authority = verify_note(introduced.authority, [introduced.log_key])
    except NoteError as error:
        raise JoinError(msg("whoever answers there is no agent: {why}", why=said_by(error))) from None
    if key.fingerprint.replace("-", "")[: len(pinned)] != pinned:
        raise JoinError(msg("another agent answers there: it shows the key {key}", key=key.fingerprint))
    return key, authority


async def _ask(address: str, context: ssl.SSLContext, request: Request[T]) -> T:
    opened: list[asyncio.StreamWriter] = []

    async def open_() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await connect(address, context)
        opened.append(writer)
        return reader, writer

    try:
        return await Talk(open_).ask(request)
    finally:
        for writer in opened:
            writer.transport.abort()  # at once: the loop ends, and would leave it open


async def connect(address: str, context: ssl.SSLContext) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A line to the agent at HOST:PORT. Unreachable; ApiError(refused): whoever answers is another."""
    host, _, port = address.rpartition(":")
    try:
        async with asyncio.timeout(CONNECT_S):
            return await asyncio.open_connection(
                host.strip("[]"), int(port), ssl=context, server_hostname=tls.SERVER, limit=LIMIT
            )
    except ssl.SSLCertVerificationError as error:
        raise ApiError("refused", msg("{address}: another agent answers there", address=address)) from error
    except (OSError, ValueError, OverflowError) as error:
        raise Unreachable(msg("{address}: nobody answers ({why})", address=address, why=said_by(error))) from error
