"""`giochoi seat enrol`: this PC becomes a seat of an agent on another one.

Nothing is believed before the agent has shown the key that the invitation names: first it introduces itself over a connection
that anybody may have answered; its signed authority then has to be that of the connection on which the code is told.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from agent.api.joining import Hello, Introduced, Join, digits, parse_invitation
from compliance.note import NoteError, VerifierKey, parse_vkey, verify_note
from host import tls
from host.homes import Home, HomeError
from host.rpc_client import LIMIT, Talk
from host.servicing import handing_over
from host.transport import Unreachable
from host.wire import ApiError, Request
from i18n.message import MessageError, msg, said_by
from uplink import membership
from uplink.membership import Membership

CONNECT_S = 10.0
T = TypeVar("T", bound=msgspec.Struct)


class JoinError(MessageError):
    """Why this PC did not join; nothing of it is kept that would be in the way of another try."""


@dataclass(frozen=True, slots=True)
class Joined:
    """`key`: of the agent's log. `aside`: where that lies now which an agent of this PC's own had kept."""

    membership: Membership
    key: VerifierKey
    aside: Path | None


async def join(home: Home, invitation: str, show: Callable[[str], object]) -> Joined:
    """From now on this PC is a seat; its services are those of one. What an agent of its own kept is put aside. `show` is told
    the six digits, if somebody at the agent has to confirm them. JoinError, HomeError, Unreachable; ApiError: the agent
    refuses.
    """
    address, pinned, code = _parsed(invitation)
    key, authority = _believed(await _ask(address, tls.client(None), Hello()), pinned)
    introduced = await _ask(address, tls.client(authority), Hello())  # its other key, which nobody signed, from it alone
    own = membership.key_of(home, authority, tls.new_key())
    public = tls.public_of(own)
    if code is None:
        show(digits(authority, public))
    answer = await _ask(address, tls.client(authority), Join(key=public, code=code, host=socket.gethostname()[:64]))
    joined = Membership(address, authority, answer.seat, own, answer.certificate)
    try:
        with handing_over("agent", "uplink") if home.kind == "system" else nullcontext():
            aside = membership.put_aside(home) if membership.own_agent(home) else None
            try:
                membership.keep(home, joined, (key.text, introduced.roster_key))
            except HomeError:
                if aside is not None:
                    aside.rename(home.agent)  # else an agent would begin there anew
                raise
    except OSError as error:
        raise JoinError(msg("the agent took this PC, but its services are not those of a seat yet: {why}; then do it again",
                            why=said_by(error))) from error  # fmt: skip
    return Joined(joined, key, aside)


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
