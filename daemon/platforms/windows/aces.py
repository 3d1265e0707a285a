"""One ACE more or less in a security descriptor, as bytes: everything else of it stays as it is. Pure.

Shapes are those of [MS-DTYP] 2.4.2 (SID), 2.4.4.4 (ACCESS_DENIED_ACE), 2.4.5 (ACL), 2.4.6 (SECURITY_DESCRIPTOR, self-relative).
The access lists of a file are edited in this form and not with SetEntriesInAcl, which merges and sorts what is not ours.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

EXECUTE = 0x20
"""FILE_EXECUTE alone: with SYNCHRONIZE in the mask, as icacls would deny it, the file could not even be read or mended."""

_DENIED = 1  # ACCESS_DENIED_ACE_TYPE
_PRESENT, _AUTO_INHERIT_REQ, _AUTO_INHERITED = 0x0004, 0x0100, 0x0400
_HEADER = struct.Struct("<BBHIIII")  # revision, sbz1, control, owner, group, sacl, dacl
_ACL = struct.Struct("<BBHHH")  # revision, sbz1, size, count, sbz2
_ACE = struct.Struct("<BBHI")  # type, flags, size, mask
_LARGEST = 0xFFFF
_SID = re.compile(r"S-1-(\d{1,15})((?:-\d{1,10}){1,15})", re.ASCII)


class DescriptorError(ValueError):
    """The descriptor has no list to put an ACE in, has no room for it, or is none at all; or the text is no SID."""


def sid_bytes(text: str) -> bytes:
    """The SID as it stands in an ACE. DescriptorError."""
    found = _SID.fullmatch(text)
    parts = [] if found is None else [int(one) for one in found[2].split("-")[1:]]
    if found is None or int(found[1]) >= 1 << 48 or any(one >= 1 << 32 for one in parts):
        raise DescriptorError(f"no SID: {text!r}")
    return bytes((1, len(parts))) + int(found[1]).to_bytes(6, "big") + struct.pack(f"<{len(parts)}I", *parts)


def denied(descriptor: bytes, sid: str) -> bool:
    """Whether exactly our ACE for this SID stands in it. DescriptorError if it cannot be read."""
    ours = _ours(sid)
    return any(ace == ours for _, ace in _aces(_acl(descriptor)[1]))


def with_denial(descriptor: bytes, sid: str) -> bytes:
    """The descriptor to set, with our ACE ahead of all others, where a refusal has to stand; as it is if it has it already."""
    control, acl = _acl(descriptor)
    ours = _ours(sid)
    if any(ace == ours for _, ace in _aces(acl)):
        return descriptor
    revision, sbz1, size, count, sbz2 = _ACL.unpack_from(acl)
    if size + len(ours) > _LARGEST:
        raise DescriptorError("no room for one more ACE")
    return _built(control, _ACL.pack(revision, sbz1, size + len(ours), count + 1, sbz2) + ours + acl[_ACL.size :])


def without_denial(descriptor: bytes, sid: str) -> bytes:
    """The descriptor to set, without our ACE; as it is if it has none. Inherited ones and other masks are not ours."""
    control, acl = _acl(descriptor)
    ours = _ours(sid)
    places = [at for at, ace in _aces(acl) if ace == ours]
    if not places:
        return descriptor
    for at in reversed(places):
        acl = acl[:at] + acl[at + len(ours) :]
    revision, sbz1, size, count, sbz2 = _ACL.unpack_from(acl)
    head = _ACL.pack(revision, sbz1, size - len(ours) * len(places), count - len(places), sbz2)
    return _built(control, head + acl[_ACL.size :])


def _ours(sid: str) -> bytes:
    """No flags: neither inherited nor to be inherited."""
    who = sid_bytes(sid)
    return _ACE.pack(_DENIED, 0, _ACE.size + len(who), EXECUTE) + who


def _acl(descriptor: bytes) -> tuple[int, bytes]:
    """Control bits and the DACL. A file without one is open to all: giving it a list would change more than we may."""
    if len(descriptor) < _HEADER.size:
        raise DescriptorError("too short")
    _, _, control, _, _, _, at = _HEADER.unpack_from(descriptor)
    if not control & _PRESENT or not at:
        raise DescriptorError("no access list")
    if len(descriptor) < at + _ACL.size:
        raise DescriptorError("too short")
    size = _ACL.unpack_from(descriptor, at)[2]
    if size < _ACL.size or len(descriptor) < at + size:
        raise DescriptorError("too short")
    return control, descriptor[at : at + size]


def _aces(acl: bytes) -> Iterator[tuple[int, bytes]]:
    """Where each ACE stands in the list, and its bytes."""
    at = _ACL.size
    for _ in range(_ACL.unpack_from(acl)[3]):
        size = int.from_bytes(acl[at + 2 : at + 4], "little")
        if size < 4 or at + size > len(acl):
            raise DescriptorError("an ACE does not fit its list")
        yield at, acl[at : at + size]
        at += size


def _built(control: int, acl: bytes) -> bytes:
    """What to set. That the list was inherited is kept only for whoever asks for it: AUTO_INHERIT_REQ."""
    if control & _AUTO_INHERITED:
        control |= _AUTO_INHERIT_REQ
    return _HEADER.pack(1, 0, control, 0, 0, 0, _HEADER.size) + acl
