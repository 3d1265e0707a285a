"""A socket filter that also knows who acts (bpf(2)): what root starts, forks and ends wakes nobody to whom it does not matter.

A classic filter goes on as it is, behind a question to the kernel: whose process is this? Where that stands in the kernel's
structures the kernel finds by the names that we give (CO-RE, Linux 5.17), so one program is for all kernels.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct

Classic = tuple[int, int, int, int]
"""linux/filter.h: code, jump if true, jump if false, constant."""
_Extended = tuple[int, int, int, int, int]  # linux/bpf.h: code, to register, from register, which to jump to, constant

_CALLS = {"x86_64": 321, "aarch64": 280}  # bpf(2) by number, as no libc has it
_PROG_LOAD, _BTF_LOAD, _SOCKET_FILTER, _CURRENT_TASK = 5, 18, 1, 158
_ATTR, _BTF_ATTR = struct.Struct("=IIQQIIQII16sIIIIQIIQIIIIQQI4x"), struct.Struct("=QQIIII")  # union bpf_attr of each
_INSTRUCTION = struct.Struct("=BBhi")
_MOVE, _SET, _OR, _CALL, _EXIT, _JUMP, _WORD, _LONG = 0xBF, 0xB7, 0x4F, 0x85, 0x95, 0x05, 0x61, 0x79
_IF, _IF_NOT, _IF_WORD, _IF_NOT_WORD, _IF_NOT_SAME = 0x15, 0x55, 0x16, 0x56, 0x5E
_JUMPS = frozenset((_JUMP, _IF, _IF_NOT, _IF_WORD, _IF_NOT_WORD, _IF_NOT_SAME))
_AT, _TO_X, _EQUALS, _EQUALS_X, _RETURN = 0x20, 0x07, 0x15, 0x1D, 0x06  # classic ones
# As the kernel wants it of whoever reads its structures: these twenty instructions are anybody's under the GPL 2, too.
_LICENSE = b"GPL\0"

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.argtypes = (ctypes.c_long, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
_libc.syscall.restype = ctypes.c_long


def without_root(classic: list[Classic], at: int, kinds: tuple[int, ...]) -> int:
    """A descriptor of the same filter that drops what root does, if the message's word at `at` is one of `kinds`. Root is who
    is so by real and effective number: who runs a setuid program is not. OSError: the kernel is too old, or does not let us.
    """
    asked = 9 + len(kinds)
    take = asked + len(classic)
    drop = take + 2
    return _loaded([
        (_MOVE, 6, 1, 0, 0),  # the message, for _AT
        (_CALL, 0, 0, 0, _CURRENT_TASK),
        (_LONG, 1, 0, 0, 0),  # [2] its cred
        (_IF, 1, 0, asked, 0),
        (_WORD, 2, 1, 0, 0),  # [4] uid
        (_WORD, 3, 1, 4, 0),  # [5] euid
        (_OR, 2, 3, 0, 0),
        (_IF_NOT, 2, 0, asked, 0),
        (_AT, 0, 0, 0, at),
        *((_IF_WORD, 0, 0, drop, kind) for kind in kinds),
        *(_extended(number, one, take, drop) for number, one in enumerate(classic, asked)),
        (_SET, 0, 0, 0, -1), (_EXIT, 0, 0, 0, 0),
        (_SET, 0, 0, 0, 0), (_EXIT, 0, 0, 0, 0),
    ])  # fmt: skip


def _extended(number: int, one: Classic, take: int, drop: int) -> _Extended:
    """One for one. The classic X is register 7; nobody here jumps if true."""
    code, _, other, constant = one
    return {
        _AT: (_AT, 0, 0, 0, constant),
        _TO_X: (_MOVE, 7, 0, 0, 0),
        _EQUALS: (_IF_NOT_WORD, 0, 0, number + 1 + other, constant),
        _EQUALS_X: (_IF_NOT_SAME, 0, 7, number + 1 + other, 0),
        _RETURN: (_JUMP, 0, 0, take if constant else drop, 0),
    }[code]


def _loaded(program: list[_Extended]) -> int:
    code = b"".join(
        _INSTRUCTION.pack(code, to | of << 4, where - number - 1 if code in _JUMPS else where, _signed(constant))
        for number, (code, to, of, where, constant) in enumerate(program)
    )
    known = b"".join(struct.pack("=4I", 8 * number, which, _name(path), 0) for number, which, path in _RELOCATED)
    parts = (_TYPES, code, _LICENSE, struct.pack("=2I", 0, _FUNCTION), known)
    kept = [ctypes.create_string_buffer(one, len(one)) for one in parts]
    types, text, license_, functions, places = map(ctypes.addressof, kept)
    btf = _bpf(_BTF_LOAD, _BTF_ATTR.pack(types, 0, len(_TYPES), 0, 0, 0))
    try:
        return _bpf(_PROG_LOAD, _ATTR.pack(
            _SOCKET_FILTER, len(program), text, license_, 0, 0, 0, 0, 0, b"giochoi", 0, 0,
            btf, 8, functions, 1, 0, 0, 0, 0, 0, len(_RELOCATED), 0, places, 16,
        ))  # fmt: skip
    finally:
        os.close(btf)


def _signed(constant: int) -> int:
    return constant - (1 << 32) if constant >= 1 << 31 else constant


def _bpf(what: int, attributes: bytes) -> int:
    number = _CALLS.get(platform.machine())
    if number is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    handle = int(_libc.syscall(number, what, attributes, len(attributes)))
    if handle < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), "bpf")
    return handle


# --- what we know of the kernel's structures (BTF): not where anything stands -------------------------------------------

_NAMES = b"\0int\0task_struct\0cred\0kuid_t\0uid\0euid\0val\0wanted\x000:0\x000:0:0\x000:1:0\0"


def _name(name: str) -> int:
    return _NAMES.index(b"\0%b\0" % name.encode()) + 1 if name else 0


def _type(name: str, kind: int, size: int, *members: tuple[str, int, int]) -> bytes:
    """`members`: name, type, offset in bits; `size` may be a type's number."""
    head = struct.pack("=3I", _name(name), kind << 24 | len(members), size)
    return head + b"".join(struct.pack("=3I", _name(member), of, bit) for member, of, bit in members)


_INT, _POINTER, _STRUCT, _TYPEDEF, _FUNC, _PROTOTYPE = 1, 2, 4, 8, 12, 13
_TASK, _CRED, _FUNCTION = 3, 4, 8
_ALL = (
    _type("int", _INT, 4) + struct.pack("=I", 32),
    _type("", _POINTER, _CRED),
    _type("task_struct", _STRUCT, 8, ("cred", 2, 0)),
    _type("cred", _STRUCT, 8, ("uid", 5, 0), ("euid", 5, 32)),
    _type("kuid_t", _TYPEDEF, 6),
    _type("", _STRUCT, 4, ("val", 1, 0)),
    _type("", _PROTOTYPE, 1),
    _type("wanted", _FUNC, 7),
)
_SIZE = sum(map(len, _ALL))
_TYPES = struct.pack("=HBB5I", 0xEB9F, 1, 0, 24, 0, _SIZE, _SIZE, len(_NAMES)) + b"".join(_ALL) + _NAMES
_RELOCATED = ((2, _TASK, "0:0"), (4, _CRED, "0:0:0"), (5, _CRED, "0:1:0"))  # instruction, structure, its member
