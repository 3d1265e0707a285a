"""Tags of plays in the kernel: plays.bpf.c, loaded through libbpf (libbpf1 of Debian 12, 13 and Ubuntu 24.04).

Needs CAP_BPF and CAP_PERFMON (or CAP_SYS_ADMIN), a kernel with BTF, and the initial process namespace.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

_OBJECT = Path(__file__).with_name("plays.bpf.o")
_LIBRARY = "libbpf.so.1"
_PROGRAMS = 3
_EVENT = struct.Struct("=QIIII")  # as plays.bpf.c has it
_KINDS: dict[int, Literal["exec", "fork", "exit"]] = {1: "exec", 2: "fork", 3: "exit"}
_WATCH_ROOT, _LOST = 0, 1  # keys of `state`
_FIRST_NAMESPACES = {"pid": 0xEFFFFFFC, "user": 0xEFFFFFFD}  # linux/proc_ns.h
_Pointer = ctypes.c_void_p
_Number = ctypes.c_uint32
_Told = ctypes.CFUNCTYPE(ctypes.c_int, _Pointer, _Pointer, ctypes.c_size_t)


@dataclass(frozen=True, slots=True)
class Event:
    """Process `pid` executed something, has ended with all its threads, or was forked by process `parent`, at `ns` of
    CLOCK_MONOTONIC. `tag`: what it carries now, or carried when it ended; 0: nothing.
    """

    kind: Literal["exec", "fork", "exit"]
    pid: int
    ns: int
    parent: int = 0
    tag: int = 0


class EventsLostError(Exception):
    """Some events were dropped: processes have to be looked at. `events`: those that came all the same."""

    def __init__(self, events: list[Event]) -> None:
        super().__init__()
        self.events = events


class KernelTags:
    """One set of tags. All calls on one thread but `let`, which any thread may call. OSError: the kernel refuses."""

    def __init__(self) -> None:
        """OSError: no library, no rights, or a kernel without BTF."""
        if not _in_first_namespaces():
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))
        self._bpf = _library()
        self._at_once = ctypes.PyDLL(_LIBRARY)  # calls that never wait keep the interpreter's lock
        self._object: int | None = None
        self._ring: int | None = None
        self._links: list[int] = []
        self._events: list[Event] = []
        self._lost = 0
        self._told = _Told(self._take)
        try:
            self._load(_OBJECT.read_bytes())
        except OSError:
            self.close()
            raise

    def _load(self, code: bytes) -> None:
        self._object = self._bpf.bpf_object__open_mem(code, len(code), None)
        _check(bool(self._object))
        _check(self._bpf.bpf_object__load(self._object) == 0)
        names = (b"tags", b"next", b"state", b"events")
        self._tags, self._next, self._state, events = (self._map(name) for name in names)
        self._ring = self._bpf.ring_buffer__new(events, self._told, None, None)
        _check(bool(self._ring))
        program = None
        while program := self._bpf.bpf_object__next_program(self._object, program):
            link = self._bpf.bpf_program__attach(program)
            _check(bool(link))
            self._links.append(link)
        _check(len(self._links) == _PROGRAMS)

    def _map(self, name: bytes) -> int:
        number = int(self._bpf.bpf_object__find_map_fd_by_name(self._object, name))
        _check(number >= 0)
        return number

    def close(self) -> None:
        for link in self._links:
            self._bpf.bpf_link__destroy(link)
        self._links.clear()
        if self._ring:
            self._bpf.ring_buffer__free(self._ring)
        if self._object:
            self._bpf.bpf_object__close(self._object)
        self._ring = self._object = None

    # --- events ------------------------------------------------------------------------------------------------------------

    def fileno(self) -> int:
        """Readable while events wait."""
        return int(self._bpf.ring_buffer__epoll_fd(self._ring))

    def read(self) -> list[Event]:
        """What has happened, in order. EventsLostError: some of it could not be told; `tagged` is true all the same."""
        self._bpf.ring_buffer__consume(self._ring)
        events, self._events = self._events, []
        lost = self._get(self._state, _LOST)
        if lost != self._lost:
            self._lost = lost
            raise EventsLostError(events)
        return events

    def _take(self, _: Any, data: int, size: int) -> int:
        if size >= _EVENT.size:
            ns, kind, pid, parent, tag = _EVENT.unpack(ctypes.string_at(data, _EVENT.size))
            self._events.append(Event(_KINDS[kind], pid, ns, parent, tag))
        return 0

    def watch_root(self, *, on: bool) -> None:
        """Whether root's programs are told, too."""
        self._put(self._state, _WATCH_ROOT, int(on))

    # --- tags --------------------------------------------------------------------------------------------------------------

    def let(self, pid: int, tag: int) -> None:
        """Process `pid` gets this tag with its next exec."""
        self._put(self._next, pid, tag)

    def put(self, pid: int, tag: int) -> None:
        self._put(self._tags, pid, tag)

    def take_away(self, pid: int) -> None:
        self._at_once.bpf_map_delete_elem(self._tags, ctypes.byref(_Number(pid)))

    def tagged(self) -> dict[int, int]:
        """Every tagged process, with its tag."""
        found: dict[int, int] = {}
        key, last = _Number(), None
        while self._at_once.bpf_map_get_next_key(self._tags, last, ctypes.byref(key)) == 0:
            if key.value in found:  # the map changed meanwhile and begins anew
                break
            if tag := self._get(self._tags, key.value):
                found[key.value] = tag
            last = ctypes.byref(_Number(key.value))
        return found

    def _put(self, to: int, key: int, value: int) -> None:
        flags = ctypes.c_uint64(0)
        self._at_once.bpf_map_update_elem(to, ctypes.byref(_Number(key)), ctypes.byref(_Number(value)), flags)

    def _get(self, of: int, key: int) -> int:
        value = _Number()
        found = self._at_once.bpf_map_lookup_elem(of, ctypes.byref(_Number(key)), ctypes.byref(value))
        return value.value if found == 0 else 0


def _in_first_namespaces() -> bool:
    """Whether the kernel numbers processes as we do: not so in a container."""
    try:
        return all(Path(f"/proc/self/ns/{name}").stat().st_ino == first for name, first in _FIRST_NAMESPACES.items())
    except OSError:
        return True


def _library() -> ctypes.CDLL:
    """libbpf, which says nothing on stderr. OSError: it is not installed."""
    bpf = ctypes.CDLL(_LIBRARY, use_errno=True)
    bpf.libbpf_set_print(None)
    shapes: dict[str, tuple[Any, tuple[Any, ...]]] = {
        "bpf_object__open_mem": (_Pointer, (ctypes.c_char_p, ctypes.c_size_t, _Pointer)),
        "bpf_object__load": (ctypes.c_int, (_Pointer,)),
        "bpf_object__close": (None, (_Pointer,)),
        "bpf_object__next_program": (_Pointer, (_Pointer, _Pointer)),
        "bpf_object__find_map_fd_by_name": (ctypes.c_int, (_Pointer, ctypes.c_char_p)),
        "bpf_program__attach": (_Pointer, (_Pointer,)),
        "bpf_link__destroy": (ctypes.c_int, (_Pointer,)),
        "ring_buffer__new": (_Pointer, (ctypes.c_int, _Told, _Pointer, _Pointer)),
        "ring_buffer__free": (None, (_Pointer,)),
        "ring_buffer__consume": (ctypes.c_int, (_Pointer,)),
        "ring_buffer__epoll_fd": (ctypes.c_int, (_Pointer,)),
    }
    for name, (result, arguments) in shapes.items():
        function: Callable[..., Any] = getattr(bpf, name)
        function.restype, function.argtypes = result, arguments  # type: ignore[attr-defined] # as ctypes has it
    return bpf


def _check(well: bool) -> None:  # noqa: FBT001 - the one thing that is checked
    if not well:
        number = ctypes.get_errno() or errno.EINVAL
        raise OSError(number, os.strerror(number))
