"""A disk of Windows in memory, for what denies files: paths, ids, access lists as bytes, and what may go wrong with them."""

from __future__ import annotations

import itertools
import ntpath
import struct
from dataclasses import dataclass, field

VOLUME = 0x1234_5678_9ABC_DEF0
SYSTEM = bytes.fromhex("010100000000000512000000")
USERS = bytes.fromhex("01020000000000052000000021020000")


def allowed(sid, *, flags=0x10, mask=0x1F01FF):
    """An ACE that allows; inherited, unless `flags` says otherwise."""
    return struct.pack("<BBHI", 0, flags, 8 + len(sid), mask) + sid


def descriptor(*aces, control=0x8404, slack=0):
    """As GetKernelObjectSecurity answers: self-relative, with a DACL that was inherited, and room to spare at its end."""
    body = b"".join(aces) + bytes(slack)
    acl = struct.pack("<BBHHH", 2, 0, 8 + len(body), len(aces), 0) + body
    return struct.pack("<BBHIIII", 1, 0, control, 0, 0, 0, 20) + acl


@dataclass
class Node:
    """One file, as long as it exists, under whatever name."""

    file: str
    volume: int = VOLUME
    acl: bytes = field(default_factory=lambda: descriptor(allowed(SYSTEM), allowed(USERS, mask=0x1200A9)))
    links: int = 1
    plain: bool = True
    guarded: bool = True
    real: str | None = None  # where it is, if a link lies on the way
    keeps: bool = True
    locked: bool = False  # nobody may change its list
    sets: int = 0


class Opened:
    """denyfile.Opened."""

    def __init__(self, node, path, crash):
        self._node, self._crash = node, crash
        self.path = node.real or path
        self.volume, self.file, self.links = node.volume, node.file, node.links
        self.plain, self.guarded = node.plain, node.guarded

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def descriptor(self):
        return self._node.acl

    def set_descriptor(self, new):
        self._crash()
        if self._node.locked:
            raise PermissionError(13, "Access is denied")
        self._node.sets += 1
        if self._node.keeps:
            # What SetKernelObjectSecurity keeps of the control bits: AUTO_INHERITED only where it is asked for.
            control = int.from_bytes(new[2:4], "little")
            kept = 0x8004 | control & 0x1000 | (0x0400 if control & 0x0500 == 0x0500 else 0)
            self._node.acl = new[:2] + kept.to_bytes(2, "little") + new[4:]


class PowerCut(BaseException):
    """Everything stops here; what is on the disk stays."""


class FakeDisk:
    """denyfile.Disk. `away`: drives that are not connected; `sets_left`: how many lists are set before the power goes."""

    def __init__(self):
        self.nodes = {}
        self.away = set()
        self.sets_left = None
        self._numbers = itertools.count(1)

    def make(self, path, **how):
        node = Node(f"{next(self._numbers):032x}", **how)
        self.nodes[ntpath.normcase(path)] = node
        return node

    def move(self, old, new):
        self.nodes[ntpath.normcase(new)] = self.nodes.pop(ntpath.normcase(old))

    def remove(self, path):
        del self.nodes[ntpath.normcase(path)]

    def open(self, path):
        self._reach(path, FileNotFoundError)
        node = self.nodes.get(ntpath.normcase(path))
        if node is None:
            raise FileNotFoundError(path)
        return Opened(node, path, self._cut)

    def find(self, near, volume, file):
        self._reach(near, OSError)
        for path, node in self.nodes.items():
            if (node.volume, node.file) == (volume, file):
                return Opened(node, path, self._cut)
        raise FileNotFoundError(near)

    def _reach(self, path, error):
        if ntpath.splitdrive(path)[0] in self.away:
            raise error(21, "The device is not ready")

    def _cut(self):
        if self.sets_left is not None:
            if not self.sets_left:
                raise PowerCut
            self.sets_left -= 1
