"""The few questions that we have for the X server, by the libxcb that GTK has loaded.

Unlike Xlib it ends no program whose window has gone, and any thread may ask; python-xlib does the same in ten times the memory
and time. Opcodes and fields are those of the X protocol (X11R7.7, the protocol of the SHAPE extension).
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import POINTER, Structure, c_char_p, c_int, c_size_t, c_uint, c_uint8, c_uint16, c_uint32, c_void_p
from functools import cache
from typing import Any, Final

_ANY: Final = 0  # a property of whatever type
_MOST: Final = 1024  # 32-bit values of a property that are read
_RECTANGLES: Final = 1  # of SHAPE
_SET, _INPUT = 0, 2  # to no rectangle at all; that of a window's shapes
_CHECKED: Final = 1  # its error, if one comes, is for whoever asks


class _Cookie(Structure):
    _fields_ = (("sequence", c_uint),)


class _Screens(Structure):
    _fields_ = (("data", POINTER(c_uint32)), ("rem", c_int), ("index", c_int))  # a screen begins with its root


class _Reply(Structure):
    """Each begins so; `word` is an atom, `many` how many values a property has."""

    _fields_ = (
        ("kind", c_uint8), ("detail", c_uint8), ("sequence", c_uint16), ("length", c_uint32), ("word", c_uint32),
        ("after", c_uint32), ("many", c_uint32),
    )  # fmt: skip


class _Part(Structure):
    _fields_ = (("base", c_void_p), ("size", c_size_t))


class _Protocol(Structure):
    _fields_ = (("count", c_size_t), ("extension", c_void_p), ("opcode", c_uint8), ("isvoid", c_uint8))


class XError(Exception):
    """There is no server, or it did not answer."""


@contextmanager
def server() -> Iterator[Server]:
    """A connection of its own to the screen that DISPLAY names. XError."""
    found = _library()
    number = c_int()
    connection = found.xcb_connect(None, ctypes.byref(number))
    try:
        if found.xcb_connection_has_error(connection):
            raise XError("no X server answers")
        yield Server(found, connection, number.value)
    finally:
        found.xcb_disconnect(connection)


class Server:
    def __init__(self, library: Any, connection: int, screen: int) -> None:
        self._xcb, self._connection = library, connection
        screens = library.xcb_setup_roots_iterator(library.xcb_get_setup(connection))
        for _ in range(screen):
            library.xcb_screen_next(ctypes.byref(screens))
        self.root = int(screens.data[0])

    def atom(self, name: str) -> int:
        """XError."""
        asked = self._xcb.xcb_intern_atom(self._connection, 0, len(name), name.encode())
        with self._reply("xcb_intern_atom_reply", asked) as reply:
            if reply is None:
                raise XError(f"no atom {name}")
            return int(reply.word)

    def values(self, window: int, name: str) -> list[int] | None:
        """The 32-bit values of a window's property; None: it has none, or the window has gone. XError."""
        asked = self._xcb.xcb_get_property(self._connection, 0, window, self.atom(name), _ANY, 0, _MOST)
        with self._reply("xcb_get_property_reply", asked) as reply:
            if reply is None or reply.detail != 32:
                return None
            found = ctypes.cast(self._xcb.xcb_get_property_value(ctypes.byref(reply)), POINTER(c_uint32))
            return found[: reply.many]

    def pass_clicks(self, window: int) -> None:
        """Clicks on the window go to whatever lies below it. Returns when the server has it so. XError."""
        asked = self._xcb.xcb_query_extension(self._connection, 5, b"SHAPE")
        with self._reply("xcb_query_extension_reply", asked) as reply:
            there, opcode = (0, 0) if reply is None else bytes(reply)[8:10]
        if not there:
            raise XError("no shapes")
        body = ctypes.create_string_buffer(struct.pack("=BBHBBBBIhh", 0, _RECTANGLES, 0, _SET, _INPUT, 0, 0, window, 0, 0), 16)
        parts = (_Part * 3)()  # libxcb wants two before ours
        parts[2] = _Part(ctypes.cast(body, c_void_p), 16)
        protocol = _Protocol(1, None, opcode, 1)
        sent = self._xcb.xcb_send_request(self._connection, _CHECKED, ctypes.byref(parts[2]), ctypes.byref(protocol))
        if error := self._xcb.xcb_request_check(self._connection, _Cookie(sent)):
            _free(c_void_p(error))
            raise XError("the window has gone")

    @contextmanager
    def _reply(self, name: str, asked: _Cookie) -> Iterator[Any]:
        """None: an error, or the server went."""
        error = c_void_p()
        reply = getattr(self._xcb, name)(self._connection, asked, ctypes.byref(error))
        try:
            yield reply.contents if reply else None
        finally:
            _free(ctypes.cast(reply, c_void_p))
            _free(error)


def _free(block: c_void_p) -> None:
    _libc().free(block)


@cache
def _libc() -> Any:
    found = ctypes.CDLL(None)
    found.free.argtypes, found.free.restype = (c_void_p,), None
    return found


@cache
def _library() -> Any:
    """XError: it is not installed."""
    try:
        found = ctypes.CDLL("libxcb.so.1")
    except OSError as error:
        raise XError(str(error)) from error
    reply = (c_void_p, _Cookie, POINTER(c_void_p))
    for name, result, *given in (
        ("xcb_connect", c_void_p, c_char_p, POINTER(c_int)), ("xcb_connection_has_error", c_int, c_void_p),
        ("xcb_disconnect", None, c_void_p), ("xcb_get_setup", c_void_p, c_void_p),
        ("xcb_setup_roots_iterator", _Screens, c_void_p), ("xcb_screen_next", None, POINTER(_Screens)),
        ("xcb_intern_atom", _Cookie, c_void_p, c_uint8, c_uint16, c_char_p), ("xcb_intern_atom_reply", POINTER(_Reply), *reply),
        ("xcb_get_property", _Cookie, c_void_p, c_uint8, *(c_uint32,) * 5), ("xcb_get_property_reply", POINTER(_Reply), *reply),
        ("xcb_get_property_value", c_void_p, POINTER(_Reply)), ("xcb_query_extension", _Cookie, c_void_p, c_uint16, c_char_p),
        ("xcb_query_extension_reply", POINTER(_Reply), *reply),
        ("xcb_send_request", c_uint, c_void_p, c_int, POINTER(_Part), POINTER(_Protocol)),
        ("xcb_request_check", c_void_p, c_void_p, _Cookie),
    ):  # fmt: skip
        call = getattr(found, name)
        call.restype, call.argtypes = result, given
    return found
