"""Accounts of Windows that call over a real pipe: Wine shows every caller as the server's own, so who it is is put in."""

from __future__ import annotations

import asyncio

import msgspec

from host import rpc, transport

ADMINISTRATOR, GUARDIAN, CHILD, FRIEND = (f"S-1-5-21-1-2-3-{number}" for number in (500, 1001, 1002, 1003))
NAMES = {"S-1-5-18": "SYSTEM", ADMINISTRATOR: "bố", GUARDIAN: "me", CHILD: "an", FRIEND: "HỌC\\bạn"}
_STREAMS = {"watch", "checkin.follow"}  # which may say nothing for long


def put_in(monkeypatch):
    """`call(sid)`: from now on whoever calls is this account."""
    callers = []
    monkeypatch.setattr("host.windows.pipes.peer", lambda _handle: (callers[-1], 1))
    monkeypatch.setattr("host.windows.users.administrator", lambda sid: sid in {"S-1-5-18", ADMINISTRATOR})
    monkeypatch.setattr("host.windows.users.account", NAMES.__getitem__)
    return callers.append


async def refused(address, routes, roles, call, sids):
    """Each operation by each account, with nothing but its name: the pairs that were refused for want of a role."""
    server = await rpc.serve(address, routes, roles)
    found = set()
    try:
        for sid in sids:
            call(sid)
            for op in routes:
                if (await _answer(address, op)).startswith("only {who}"):
                    found.add((sid, op))
    finally:
        await server.close()
    return found


async def _answer(address, op):
    """The text of the refusal, its gaps unfilled; empty for every other answer and for none: a stream may say nothing yet."""
    reader, writer = await transport.open_connection(address, 1 << 24)
    try:
        writer.write(b'{"op":%b,"args":{}}\n' % msgspec.json.encode(op))
        async with asyncio.timeout(0.5 if op in _STREAMS else 10):
            line = await reader.readline()
    except TimeoutError:
        assert op in _STREAMS
        return ""
    finally:
        writer.close()
    error = msgspec.json.decode(line).get("error", {})
    text = error.get("text", "")
    return (text if isinstance(text, str) else text["id"]) if error.get("code") == "refused" else ""
