"""The Merkle tree against published vectors and against an implementation written from RFC 6962 2.1 word for word."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance import tree
from compliance.tree import ProofError

# The reference leaves and roots of Certificate Transparency (google/certificate-transparency, merkletree tests).
LEAVES = [bytes.fromhex(text) for text in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = [bytes.fromhex(text) for text in (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)]  # fmt: skip
CONSISTENCY = {
    (6, 8): ("0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
             "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
             "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
    (2, 5): ("5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
             "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"),
}  # fmt: skip


def mth(entries):
    """RFC 6962 2.1, MTH."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = largest_power_below(len(entries))
    return sha256(b"\x01" + mth(entries[:k]) + mth(entries[k:])).digest()


def path(m, entries):
    """RFC 6962 2.1.1, PATH."""
    if len(entries) == 1:
        return []
    k = largest_power_below(len(entries))
    if m < k:
        return [*path(m, entries[:k]), mth(entries[k:])]
    return [*path(m - k, entries[k:]), mth(entries[:k])]


def subproof(m, entries, complete):
    """RFC 6962 2.1.2, SUBPROOF."""
    n = len(entries)
    if m == n:
        return [] if complete else [mth(entries)]
    k = largest_power_below(n)
    if m <= k:
        return [*subproof(m, entries[:k], complete), mth(entries[k:])]
    return [*subproof(m - k, entries[k:], False), mth(entries[:k])]


def largest_power_below(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


entries_of = st.integers(1, 40).map(lambda n: [b"%d" % index for index in range(n)])


def test_published_roots():
    assert [tree.root(LEAVES[:size]) for size in range(9)] == ROOTS


@pytest.mark.parametrize(("sizes", "proof"), CONSISTENCY.items())
def test_published_consistency_proofs(sizes, proof):
    size1, size2 = sizes
    assert [hashed.hex() for hashed in tree.consistency_proof(LEAVES[:size2], size1)] == list(proof)


@pytest.mark.parametrize("size", range(1, 34))
def test_proofs_are_those_of_the_rfc_and_verify(size):
    """Every proof of every small tree."""
    entries = [b"%d" % index for index in range(size)]
    root = mth(entries)
    assert tree.root(entries) == root
    for index in range(size):
        proof = tree.inclusion_proof(entries, index)
        assert proof == path(index, entries)
        tree.verify_inclusion(index, size, tree.leaf_hash(entries[index]), proof, root)
    for size1 in range(1, size + 1):
        proof = tree.consistency_proof(entries, size1)
        assert proof == subproof(size1, entries, True)
        tree.verify_consistency(size1, size, proof, mth(entries[:size1]), root)


@given(entries_of, st.data())
def test_a_frontier_grows_to_the_same_root(entries, data):
    """In whatever portions entries come, and it tells of each full subtree of 4 and 16."""
    frontier, completed, at = tree.Frontier(), [], 0
    while at < len(entries):
        more = data.draw(st.integers(1, len(entries) - at))
        completed += frontier.extend([tree.leaf_hash(one) for one in entries[at : at + more]], every=2)
        at += more
        assert frontier.root() == mth(entries[:at])
        assert frontier.peaks == [mth(entries[first:end]) for first, end in tree.peak_ranges(at)]
    fours = [mth(entries[first : first + 4]) for first in range(0, len(entries) - 3, 4)]
    assert [hashed for height, hashed in completed if height == 2] == fours


def refuses(verifier, *question):
    """Whether the verifier says ProofError, and nothing else."""
    try:
        verifier(*question)
    except ProofError:
        return True
    return False


def mutations(proof, sizes, hashes):
    """Proofs and questions that differ from a true one, named by what was changed."""
    flip = lambda hashed, bit=3: bytes([hashed[0] ^ 1 << bit]) + hashed[1:]  # noqa: E731
    for place in range(len(proof)):
        yield f"modified-proof[{place}]-bit-@3", [*proof[:place], flip(proof[place]), *proof[place + 1 :]], sizes, hashes
        yield f"removed-proof[{place}]", [*proof[:place], *proof[place + 1 :]], sizes, hashes
        yield f"doubled-proof[{place}]", [*proof[: place + 1], *proof[place:]], sizes, hashes
        yield f"short-proof[{place}]", [*proof[:place], proof[place][:31], *proof[place + 1 :]], sizes, hashes
    yield "trailing-garbage", [*proof, bytes(32)], sizes, hashes
    yield "trailing-root", [*proof, hashes[-1]], sizes, hashes
    yield "preceding-garbage", [bytes(32), *proof], sizes, hashes
    if proof:
        yield "empty-proof", [], sizes, hashes
    for place in range(len(hashes)):
        yield f"modified-hash[{place}]", proof, sizes, [*hashes[:place], flip(hashes[place]), *hashes[place + 1 :]]


@pytest.mark.parametrize(("index", "size"), [(0, 1), (0, 8), (5, 8), (2, 3), (6, 7), (4, 5), (12, 13)])
def test_no_mutated_inclusion_proof_verifies(index, size):
    entries = [b"%d" % number for number in range(size)]
    proof, hashes = tree.inclusion_proof(entries, index), [tree.leaf_hash(entries[index]), tree.root(entries)]
    for name, mutated, _, (leaf, root) in mutations(proof, (index, size), hashes):
        assert refuses(tree.verify_inclusion, index, size, leaf, mutated, root), name
    for wrong in {-1, index - 1, index ^ 1, index + 2, size, size + 5} - {index}:
        assert refuses(tree.verify_inclusion, wrong, size, hashes[0], proof, hashes[1]), f"wrong-index-{wrong}"


@pytest.mark.parametrize(("size1", "size2"), [(1, 1), (1, 2), (1, 8), (6, 8), (2, 5), (4, 8), (3, 7), (8, 13), (7, 7)])
def test_no_mutated_consistency_proof_verifies(size1, size2):
    entries = [b"%d" % number for number in range(size2)]
    proof, hashes = tree.consistency_proof(entries, size1), [tree.root(entries[:size1]), tree.root(entries)]
    for name, mutated, _, (root1, root2) in mutations(proof, (size1, size2), hashes):
        assert refuses(tree.verify_consistency, size1, size2, mutated, root1, root2), name
    for wrong in {-1, size1 - 1, size1 + 1, size2 + 1} - {size1}:
        assert refuses(tree.verify_consistency, wrong, size2, proof, *hashes), f"wrong-size1-{wrong}"


def test_every_tree_begins_with_the_empty_one():
    root = tree.root([b"a", b"b"])
    tree.verify_consistency(0, 2, [], tree.EMPTY_ROOT, root)
    with pytest.raises(ProofError):
        tree.verify_consistency(0, 2, [], root, root)
    with pytest.raises(ProofError):
        tree.verify_consistency(0, 0, [], root, root)


@pytest.mark.parametrize("ask", [
    lambda: tree.inclusion_proof([b"a"], 1), lambda: tree.inclusion_proof([], 0), lambda: tree.inclusion_proof([b"a"], -1),
    lambda: tree.consistency_proof([b"a"], 2), lambda: tree.consistency_proof([b"a"], -1),
    lambda: tree.verify_inclusion("0", 1, bytes(32), [], bytes(32)), lambda: tree.verify_inclusion(0, 1, None, [], bytes(32)),
    lambda: tree.verify_inclusion(0, 1, bytes(32), None, bytes(32)),
    lambda: tree.verify_inclusion(0, 1, bytes(32), [1], bytes(32)),
    lambda: tree.verify_consistency(1, 2, "x", bytes(32), bytes(32)),
    lambda: tree.verify_consistency(1.0, 2, [bytes(32)], bytes(32), bytes(32)),
])  # fmt: skip
def test_questions_without_an_answer_raise_proof_error(ask):
    with pytest.raises(ProofError):
        ask()


@given(st.integers(0, 2**70), st.integers(0, 2**70), st.lists(st.binary(min_size=32, max_size=32), max_size=80))
def test_huge_sizes_end_quickly_and_in_proof_error(one, other, proof):
    with pytest.raises(ProofError):
        tree.verify_inclusion(one, other, bytes(32), proof, bytes(32))
    with pytest.raises(ProofError):
        tree.verify_consistency(one, max(other, 1), proof, bytes(32), b"\x01" * 32)
