"""As much of the X protocol as it takes to find windows and to ask them to close (X11R7 protocol, X-Resource 1.2).

The other side may be a program of the player's that only looks like a screen: every answer is bounded and its form checked.
Whatever is wrong is XError; a server that is silent is left to whoever ends us.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable
from contextlib import suppress

COOKIE = b"MIT-MAGIC-COOKIE-1"
_LARGEST = 1 << 20  # bytes of an answer
_MOST_EVENTS = 10_000
_SCREENS = 16
_ANY, _ATOM, _CARDINAL, _WINDOW = 0, 4, 6, 33
_PROPERTY_WORDS = 4096
_SEND_EVENT, _QUERY_TREE, _INTERN_ATOM, _GET_PROPERTY, _GET_ATTRIBUTES, _GET_FOCUS, _QUERY_EXTENSION = 25, 15, 16, 20, 3, 43, 98
_CLIENT_MESSAGE = 33
_RES_VERSION, _RES_CLIENT_IDS, _RES_PID_MASK = 0, 4, 2
_VIEWABLE = 2


class XError(Exception):
    """The screen cannot be had, or speaks otherwise than a screen does."""


class Screen:
    """A connection to a local display."""

    def __init__(self, number: int, cookies: Iterable[bytes], patience: float) -> None:
        """With the first of these cookies that opens it, or without any. XError."""
        self._sequence = 0
        self._atoms: dict[str, int] = {}
        for cookie in (*cookies, b""):
            self._socket = _connected(number, patience)
            try:
                self.roots = self._introduced(cookie)
                return
            except (OSError, XError, struct.error):
                self._socket.close()
        raise XError("it lets us not in")

    def close(self) -> None:
        self._socket.close()

    def _introduced(self, cookie: bytes) -> tuple[int, ...]:
        """The root window of each screen. XError: it does not let us in."""
        kind = COOKIE if cookie else b""
        hello = struct.pack("<BxHHHHxx", ord("l"), 11, 0, len(kind), len(cookie))
        self._socket.sendall(hello + _padded(kind) + _padded(cookie))
        said, _, major, _, words = struct.unpack("<BBHHH", self._read(8))
        body = self._read(words * 4)
        if said != 1 or major != 11:
            raise XError("refused")
        vendor, = struct.unpack_from("<H", body, 16)
        screens, formats = struct.unpack_from("<BB", body, 20)
        at, roots = 32 + _four(vendor) + 8 * formats, []
        for _ in range(min(screens, _SCREENS)):
            roots.append(struct.unpack_from("<I", body, at)[0])
            depths = body[at + 39]
            at += 40
            for _ in range(depths):
                at += 8 + 24 * struct.unpack_from("<H", body, at + 2)[0]
        return tuple(roots)

    # --- what one may ask --------------------------------------------------------------------------------------------------

    def atom(self, name: str) -> int:
        if name not in self._atoms:
            word = name.encode()
            answer = self._ask(_INTERN_ATOM, 0, struct.pack("<Hxx", len(word)) + _padded(word))
            self._atoms[name] = struct.unpack_from("<I", answer, 8)[0]
        return self._atoms[name]

    def words(self, window: int, name: str) -> tuple[int, ...]:
        """A property of 32-bit words, nothing if it has none such."""
        with suppress(_Refused):
            answer = self._ask(_GET_PROPERTY, 0, struct.pack("<IIIII", window, self.atom(name), _ANY, 0, _PROPERTY_WORDS))
            count, = struct.unpack_from("<I", answer, 16)
            if answer[1] == 32:
                return struct.unpack_from(f"<{count}I", answer, 32)
        return ()

    def children(self, window: int) -> tuple[int, ...]:
        with suppress(_Refused):
            answer = self._ask(_QUERY_TREE, 0, struct.pack("<I", window))
            count, = struct.unpack_from("<H", answer, 16)
            return struct.unpack_from(f"<{count}I", answer, 32)
        return ()

    def viewable(self, window: int) -> bool:
        with suppress(_Refused):
            return self._ask(_GET_ATTRIBUTES, 0, struct.pack("<I", window))[26] == _VIEWABLE
        return False

    def pid(self, window: int) -> int | None:
        """Of the program that made the window, as the screen's server was told by the kernel (X-Resource)."""
        opcode = self._resource()
        if not opcode:
            return None
        with suppress(_Refused):
            answer = self._ask(opcode, _RES_CLIENT_IDS, struct.pack("<III", 1, window, _RES_PID_MASK))
            if struct.unpack_from("<I", answer, 8)[0]:
                _, _, size, pid = struct.unpack_from("<IIII", answer, 32)
                return int(pid) if size == 4 else None
        return None

    def _resource(self) -> int:
        """The number of X-Resource, 0 without it."""
        if not hasattr(self, "_opcode"):
            name = b"X-Resource"
            answer = self._ask(_QUERY_EXTENSION, 0, struct.pack("<Hxx", len(name)) + _padded(name))
            self._opcode: int = answer[9] if answer[8] else 0
            if self._opcode:
                self._ask(self._opcode, _RES_VERSION, struct.pack("<BBxx", 1, 2))
        return self._opcode

    def message(self, window: int, kind: str, data: tuple[int, ...]) -> None:
        """A client message to the program of a window, about it."""
        event = struct.pack("<BBHII5I", _CLIENT_MESSAGE, 32, 0, window, self.atom(kind), *data, *(0,) * (5 - len(data)))
        self._send(_SEND_EVENT, 0, struct.pack("<II", window, 0) + event)

    def settle(self) -> None:
        """All that was sent has been taken."""
        self._ask(_GET_FOCUS, 0, b"")

    # --- wire ----------------------------------------------------------------------------------------------------------------

    def _send(self, opcode: int, detail: int, body: bytes) -> None:
        self._sequence = (self._sequence + 1) & 0xFFFF
        self._socket.sendall(struct.pack("<BBH", opcode, detail, 1 + len(body) // 4) + body)

    def _ask(self, opcode: int, detail: int, body: bytes) -> bytes:
        """The whole answer. _Refused: an error in its place."""
        self._send(opcode, detail, body)
        for _ in range(_MOST_EVENTS):
            head = self._read(32)
            kind, sequence = head[0] & 0x7F, struct.unpack_from("<H", head, 2)[0]
            more = struct.unpack_from("<I", head, 4)[0] * 4 if kind in (1, 35) else 0  # an answer, or a long event
            whole = head + self._read(more)
            if sequence == self._sequence and kind < 2:
                if kind == 0:
                    raise _Refused
                return whole
        raise XError("it does not answer")

    def _read(self, size: int) -> bytes:
        if size > _LARGEST:
            raise XError("too long")
        data = b""
        while len(data) < size:
            more = self._socket.recv(size - len(data))
            if not more:
                raise XError("it is gone")
            data += more
        return data


class _Refused(XError):
    """An error is the answer, as for a window that is gone by now."""


def _connected(number: int, patience: float) -> socket.socket:
    """XError."""
    for address in (f"\0/tmp/.X11-unix/X{number}", f"/tmp/.X11-unix/X{number}"):  # noqa: S108 - where X servers listen
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(patience)
        try:
            line.connect(address)
        except OSError:
            line.close()
        else:
            return line
    raise XError("nobody listens")


def _four(size: int) -> int:
    return size + 3 & ~3


def _padded(data: bytes) -> bytes:
    return data.ljust(_four(len(data)), b"\0")
