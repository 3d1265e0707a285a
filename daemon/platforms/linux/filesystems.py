"""What kinds of file systems are, by the names that the kernel gives them."""

from __future__ import annotations

# Their server answers when it likes, and may be a child's process: the gate would wait for it, and the machine for the gate.
# ecryptfs hands on to a folder of its owner's, which may be on such a one.
_ANSWERED_ELSEWHERE = (
    "fuse", "nfs", "cifs", "smb", "9p", "afs", "ceph", "coda", "ncpfs", "glusterfs", "lustre", "virtiofs", "ecryptfs",
)  # fmt: skip


def is_answered_elsewhere(kind: str) -> bool:
    return kind.startswith(_ANSWERED_ELSEWHERE)
