"""The Merkle tree of RFC 6962 and RFC 9162 over SHA-256: hashes, frontier, inclusion and consistency proofs. Pure.

    root([b"a", b"b", b"c"]) == node_hash(node_hash(leaf_hash(b"a"), leaf_hash(b"b")), leaf_hash(b"c"))

All hashes are 32 bytes, all proofs are lists of hashes in the order of the RFCs: from the leaf's end to the root's. Which
subtrees a proof consists of (`inclusion_path`, `consistency_path`) is kept apart from where their hashes come from, so that the
log can read them from its tiles.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256

from i18n.message import MessageError, msg

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()
_LEAF, _NODE = sha256(b"\x00"), sha256(b"\x01")  # begun: a copy takes less time than to begin

Range = tuple[int, int]
"""The leaves [first, end) under one node."""


class ProofError(MessageError, ValueError):
    """A proof that does not prove what it should, or a question that has no proof."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf (RFC 9162 2.1.1: 0x00 before the entry, so that no leaf can pass for a node)."""
    return leaf_hashes((entry,))[0]


def leaf_hashes(entries: Iterable[bytes]) -> list[bytes]:
    """The hashes of many leaves."""
    hashes = []
    for entry in entries:
        one = _LEAF.copy()
        one.update(entry)
        hashes.append(one.digest())
    return hashes


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node with these two children (RFC 9162 2.1.1: 0x01 before them)."""
    return _joined((left, right))[0]


def _joined(row: Sequence[bytes]) -> list[bytes]:
    """The hashes of the nodes over each two of them."""
    nodes = []
    for left, right in zip(row[::2], row[1::2], strict=True):
        one = _NODE.copy()
        one.update(left + right)
        nodes.append(one.digest())
    return nodes


def root(entries: Iterable[bytes]) -> bytes:
    """The tree hash over `entries`; `EMPTY_ROOT` for none."""
    return root_of(leaf_hashes(entries))


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The tree hash over leaves whose hashes are these."""
    if not hashes:
        return EMPTY_ROOT
    row = list(hashes)
    while len(row) > 1:
        odd = [row.pop()] if len(row) % 2 else []
        row = _joined(row) + odd
    return row[0]


def inclusion_proof(entries: Sequence[bytes], index: int) -> list[bytes]:
    """The proof that `entries[index]` is a leaf of the tree over `entries`. ProofError if there is no such leaf."""
    return [root(entries[first:end]) for first, end in inclusion_path(index, len(entries))]


def consistency_proof(entries: Sequence[bytes], size1: int) -> list[bytes]:
    """The proof that the tree over the first `size1` entries begins the tree over all. ProofError if it is longer."""
    return [root(entries[first:end]) for first, end in consistency_path(size1, len(entries))]


def inclusion_path(index: int, size: int) -> list[Range]:
    """The subtrees whose hashes prove leaf `index` in a tree of `size` leaves. ProofError if there is no such leaf."""
    if not 0 <= index < size:
        raise _no_leaf(index, size)
    first, end = 0, size
    path = []
    while end - first > 1:
        middle = first + _split(end - first)
        if index < middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((first, middle))
            first = middle
    return path[::-1]


def consistency_path(size1: int, size2: int) -> list[Range]:
    """The subtrees whose hashes prove that a tree of `size1` leaves begins one of `size2`. Empty from an empty tree.

    ProofError if the sizes do not ascend.
    """
    if not 0 <= size1 <= size2:
        raise _no_beginning(size1, size2)
    if size1 == 0:
        return []
    first, end = 0, size2
    path = []
    whole = True  # the old tree is itself a subtree on the way, so its hash need not be told
    while end != size1:
        middle = first + _split(end - first)
        if size1 <= middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((first, middle))
            first = middle
            whole = False
    if not whole:
        path.append((first, end))
    return path[::-1]


def verify_inclusion(index: int, size: int, leaf_hash: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """ProofError unless `proof` shows that the leaf of this hash has this index in the tree of `size` leaves and this root."""
    _check_hashes([leaf_hash, root], proof)
    _check_sizes(index, size)
    if not 0 <= index < size:
        raise _no_leaf(index, size)
    result = leaf_hash
    for sibling, left in _climb(index, size - 1, proof):
        result = node_hash(sibling, result) if left else node_hash(result, sibling)
    if not hmac.compare_digest(result, root):
        raise ProofError(msg("the proof leads to another root"))


def verify_consistency(size1: int, size2: int, proof: Sequence[bytes], root1: bytes, root2: bytes) -> None:
    """ProofError unless `proof` shows that the tree (size1, root1) is the beginning of the tree (size2, root2).

    Every tree begins with the empty one; its root is then `EMPTY_ROOT` and its proof empty.
    """
    _check_hashes([root1, root2], proof)
    _check_sizes(size1, size2)
    if not 0 <= size1 <= size2:
        raise _no_beginning(size1, size2)
    if size1 in {0, size2}:
        if proof:
            raise ProofError(msg("the proof is too long"))
        if root1 != (root2 if size1 == size2 else EMPTY_ROOT):
            raise ProofError(msg("the roots differ"))
        if size2 == 0 and root2 != EMPTY_ROOT:
            raise ProofError(msg("an empty tree has another root"))
        return
    if not proof:
        raise ProofError(msg("the proof is too short"))
    _walk_consistency(size1, size2, list(proof), root1, root2)


def _walk_consistency(size1: int, size2: int, proof: list[bytes], root1: bytes, root2: bytes) -> None:
    """RFC 9162 2.1.4.2 from step 4 on, for 0 < size1 < size2 and a proof that is not empty."""
    if size1 & (size1 - 1) == 0:
        proof = [root1, *proof]
    node, last = size1 - 1, size2 - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = proof[0]
    for sibling, left in _climb(node, last, proof[1:]):
        old = node_hash(sibling, old) if left else old
        new = node_hash(sibling, new) if left else node_hash(new, sibling)
    if not hmac.compare_digest(old, root1):
        raise ProofError(msg("the proof leads to another old root"))
    if not hmac.compare_digest(new, root2):
        raise ProofError(msg("the proof leads to another new root"))


def _climb(node: int, last: int, proof: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each sibling on the way up from `node`, and whether it lies to the left; `last` is the tree's last node on that level.

    ProofError if the proof does not end at the root.
    """
    for sibling in proof:
        if last == 0:
            raise ProofError(msg("the proof is too long"))
        left = bool(node & 1) or node == last
        yield sibling, left
        while left and node and not node & 1:  # levels on which a node at the right edge has no sibling
            node, last = node >> 1, last >> 1
        node, last = node >> 1, last >> 1
    if last != 0:
        raise ProofError(msg("the proof is too short"))


class Frontier:
    """The least that appending needs: the hashes of the full subtrees that `size` leaves fall into, largest first."""

    __slots__ = ("peaks", "size")

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size = size
        self.peaks = list(peaks)
        if size < 0 or len(self.peaks) != size.bit_count():
            raise ProofError(msg("a tree of {size} leaves does not have {peaks} peaks", size=size, peaks=len(self.peaks)))

    def extend(self, leaf_hashes: Iterable[bytes], every: int = 8) -> list[tuple[int, bytes]]:
        """Appends leaves; returns (height, hash) of each subtree completed whose height is a multiple of `every`, in order."""
        row, before, height = list(leaf_hashes), self.size, 0
        completed: list[tuple[int, int, bytes]] = []
        peaks: list[bytes] = []
        self.size += len(row)
        while row:  # a height after the other: what no hash stands beside yet is a peak
            number = before >> height
            if number & 1:
                row.insert(0, self.peaks.pop())
            if len(row) & 1:
                peaks.append(row.pop())
            row = _joined(row)
            height += 1
            if height % every == 0:
                completed += [(one << height, height, hashed) for one, hashed in enumerate(row, (number >> 1) + 1)]
        self.peaks += reversed(peaks)
        return [(height, hashed) for _, height, hashed in sorted(completed)]

    def root(self) -> bytes:
        """The tree hash over all leaves so far."""
        if not self.peaks:
            return EMPTY_ROOT
        result = self.peaks[-1]
        for peak in self.peaks[-2::-1]:
            result = node_hash(peak, result)
        return result


def peak_ranges(size: int) -> list[Range]:
    """The full subtrees that a tree of `size` leaves falls into, largest first: whose hashes a Frontier holds."""
    ranges, first = [], 0
    for height in range(size.bit_length() - 1, -1, -1):
        if size >> height & 1:
            ranges.append((first, first + (1 << height)))
            first += 1 << height
    return ranges


def _split(count: int) -> int:
    """The largest power of two below `count`, for count > 1."""
    return 1 << ((count - 1).bit_length() - 1)


def _no_leaf(index: int, size: int) -> ProofError:
    return ProofError(msg("there is no leaf {index} in a tree of {size}", index=index, size=size))


def _no_beginning(size1: int, size2: int) -> ProofError:
    return ProofError(msg("a tree of {before} leaves cannot begin one of {after}", before=size1, after=size2))


def _check_hashes(hashes: Sequence[object], proof: object) -> None:
    if not isinstance(proof, list | tuple):
        raise ProofError(msg("the proof is not a list of hashes"))
    for value in (*hashes, *proof):
        if not isinstance(value, bytes) or len(value) != HASH_BYTES:
            raise ProofError(msg("a hash does not have {length} bytes", length=HASH_BYTES))


def _check_sizes(*sizes: object) -> None:
    if not all(isinstance(size, int) for size in sizes):
        raise ProofError(msg("a size or an index is not an integer"))
