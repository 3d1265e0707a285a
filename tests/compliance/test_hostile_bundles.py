"""Files that somebody made to keep an inspector's PC busy: what they take is in proportion to what they are, and not to what
they say.

Work is counted, not timed: lines of Python that run, bytes that are read. Memory is that of a process of its own.
"""

from __future__ import annotations

import io
import random
import subprocess
import sys
import zipfile
import zlib
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest

from compliance import bundle, tree
from compliance.bundle import BundleError
from compliance.format import container
from compliance.note import COSIGNATURE, Signer, VerifierKey, checkpoint_text
from compliance.verify import MOST, verify
from compliance.verifying.bundle.trust import parse_trust
from i18n.message import plain
from tests.compliance.log_tiles import tiles_of

ROOT = Path(__file__).parents[2]
SIGNER = Signer("cafe.example/log", bytes(32))


def head(size, root=bytes(32)):
    """The members that need no tree."""
    note = SIGNER.sign(checkpoint_text(SIGNER.name, size, root))
    return {"key": f"{SIGNER.vkey}\n".encode(), "checkpoint": note.encode()}


def packed(members):
    return b"".join(container.pack(sorted(members.items())))


def laid(pairs):
    """A container of these, in this order, whatever they are called."""
    parts, central, at = [], [], 0
    for name, data in pairs:
        header = container._local(name, zlib.crc32(data), len(data))
        central.append(container._entry(name, zlib.crc32(data), len(data), at))
        parts += (header, data)
        at += len(header) + len(data)
    directory = b"".join(central)
    return b"".join(parts) + directory + container._end(len(central), len(directory), at)


def deflated(members):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return made.getvalue()


def whole(entries):
    """A log whose tree holds, whatever its entries are."""
    return head(len(entries), tree.root(entries)) | tiles_of(entries)


def names(form, count):
    return [*((name.encode(), data) for name, data in head(1).items()), *((form % number, b"") for number in range(count))]


def packs(count):
    texts = [b"pack %d" % number for number in range(count)]
    return {**head(0, tree.EMPTY_ROOT), **{f"packs/{sha256(text).hexdigest()}.toml": text for text in texts}}


class Counted:
    """Bytes that count what is read of them."""

    def __init__(self, data):
        self.data, self.read = data, 0

    def __len__(self):
        return len(self.data)

    def __getitem__(self, piece):
        found = self.data[piece]
        self.read += len(found)
        return found


def steps(work):
    """How many lines of compliance run; `work` may find that it was given no bundle."""
    count = 0

    def line(frame, event, arg):
        nonlocal count
        count += event == "line"
        return line

    def call(frame, event, arg):
        return line if "/compliance/" in frame.f_code.co_filename.replace("\\", "/") else None

    before = sys.gettrace()
    sys.settrace(call)
    try:
        work()
    except BundleError:
        pass
    finally:
        sys.settrace(before)
    return count


GROWING = {
    "short names": lambda n: laid(names(b"n%07d", n)),
    "names from the last on": lambda n: laid(names(b"n%07d", n)[::-1]),
    "one name again and again": lambda n: laid([(b"key", b"")] * n),
    "long names": lambda n: laid(names(b"n%07d" + b"x" * 2000, n)),
    "headers without a directory": lambda n: container._local(b"key", 0, 0) * n,
    "folders": lambda n: deflated({**head(1), **{f"tile/{number}/": b"" for number in range(n)}}),
    "packs": lambda n: packed(packs(n)),
    "what is no entry": lambda n: packed(whole([b"x"] * n)),
    "entries of no length": lambda n: packed({**head(256), "tile/entries/000": bytes(2 * n), "tile/0/000": bytes(8192),
                                              "tile/1/000.p/1": bytes(32)}),
}  # fmt: skip


@pytest.mark.parametrize("make", GROWING.values(), ids=GROWING)
def test_twice_as_much_takes_twice_as_long(make):
    once, twice = Counted(make(400)), Counted(make(800))
    lines = [steps(lambda data=data: verify(bundle.parse(data))) for data in (once, twice)]
    assert lines[1] <= 2.2 * lines[0] + 100
    assert twice.read <= 2.2 * once.read + 10_000


@pytest.mark.parametrize("size", [257, 10**6, 10**9, 2**63 - 1])
def test_a_size_that_is_only_claimed_takes_nothing(size):
    """A few kilobytes that say that they are a log of nine quintillion entries; it took all memory, and a traceback."""
    data = packed({**head(size), "tile/0/000": bytes(8192), "tile/entries/000": bytes(512)})
    reports = []
    assert steps(lambda: reports.append(verify(bundle.parse(data)))) < 3_000
    assert [plain(one.what) for one in reports[0].failures] == ["it is not in the bundle"]


def test_more_entries_than_a_bundle_has_are_not_gone_through():
    """Of a hundred megabytes of zeros, fifty million entries of no length, it is enough to know that they are too many."""
    data = packed({**head(256), "tile/entries/000": bytes(2 << 20), "tile/0/000": bytes(8192), "tile/1/000.p/1": bytes(32)})
    (failure,) = verify(bundle.parse(data)).failures
    assert (failure.where, plain(failure.what)) == ("tile/entries/000", "it has more than its 256 entries")


def test_what_is_larger_than_any_member_is_not_read():
    """Nor is its checksum."""
    data = Counted(packed({**head(256), "tile/entries/000": bytes(40 << 20)}))
    assert not verify(bundle.parse(data)).ok
    assert data.read < 1 << 20


def test_entries_that_are_all_wrong_are_not_all_told():
    """The rest is only hashed."""
    report = verify(bundle.parse(packed(whole([b"x"] * (MOST + 300)))))
    assert MOST < len(report.failures) <= MOST + 257
    assert plain(report.failures[-1].what) == "so much is wrong that not all entries were looked at"
    assert MOST <= 1_000


def test_groups_of_groups_of_groups_are_counted_one_after_the_other():
    """Three thousand, each in the next, were too deep; now it does not matter how many."""
    keys = [VerifierKey(f"w{number}", COSIGNATURE, bytes([number]) * 32) for number in range(3)]
    lines = [f"witness w{number} {key.text}" for number, key in enumerate(keys)] + ["group g0 any w0"]
    lines += [f"group g{number + 1} any g{number}" for number in range(20_000)]
    trust = parse_trust("\n".join([*lines, "group all all g20000 w1", "quorum all"]).encode())
    assert [trust.satisfied(signers) for signers in ([], keys[:1], keys[:2], keys[1:])] == [False, False, True, False]


def test_a_trust_policy_of_many_keys_is_read_in_one_pass():
    def policy(count):
        keys = [VerifierKey(f"w{number}", COSIGNATURE, number.to_bytes(32, "big")) for number in range(count)]
        return "\n".join([*(f"witness {key.name} {key.text}" for key in keys), "quorum none"]).encode()

    once, twice = (steps(partial(parse_trust, policy(count))) for count in (300, 600))
    assert twice <= 2.2 * once


MEASURE = """
import sys
from compliance.__main__ import main
codes = [main([path, "--json", "--lang", "en"]) for path in sys.argv[1:]]
most = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(*codes, most.split()[1], file=sys.stderr)
"""


@pytest.mark.linux("memory is read as Linux tells it")
def test_no_hostile_file_takes_much_memory(tmp_path):
    """All in one process, one after the other; what it takes at most without any is some 50 MiB."""
    noise = random.Random(1).randbytes(12 << 20)
    files = {
        "claims": packed({**head(2**63 - 1), "tile/0/000": bytes(8192), "tile/entries/000": bytes(32_000)}),
        "long names": laid(names(b"n%07d" + b"x" * 2000, 4_000)),
        "short names": laid(names(b"n%07d", 30_000)),
        "headers": container._local(b"key", 0, 0) * 300_000,
        "zeros": packed({**head(256), "tile/entries/000": bytes(30 << 20), "tile/0/000": bytes(8192)}),
        "zeros, deflated": deflated({**head(256), "tile/entries/000": bytes(16 << 20), "tile/0/000": bytes(8192),
                                     "tile/1/000.p/1": bytes(32), **{f"packs/{n}": bytes(16 << 20) for n in range(4)},
                                     "noise": noise}),
        "no entries": packed(whole([b"x"] * 50_000)),
        "deep": packed(whole([b'{"a":' + b"[" * 30_000 + b"]" * 30_000 + b"}"] * 100)),
        "packs": packed(packs(10_000)),
    }  # fmt: skip
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    command = [sys.executable, "-c", MEASURE, *(str(tmp_path / name) for name in files)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=300)
    told = done.stderr.split(b"\n")[-2].split()
    assert [code.decode() for code in told[:-1]] == ["4"] * len(files)
    assert int(told[-1]) < 200 << 10
