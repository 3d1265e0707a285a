"""Of what parts scripts and archives are made, and when a file is alike."""

from __future__ import annotations

import io
import random
import struct
import zipfile

import pytest

from host import parts as module
from host.parts import manifest, own, parts
from rules.games import Catalogue, Fingerprint, Game, Program
from rules.matching.alike import is_written, written

SCRIPT = "\n".join(f"    for number in range({n}): board[{n * 7 % 31}].move({n})" for n in range(60)).encode()
CLASSES = {f"net/craft/game/C{n}.class": b"\xca\xfe\xba\xbe" + random.Random(n).randbytes(200) for n in range(60)}
LIBRARY = {f"org/library/L{n}.class": b"\xca\xfe\xba\xbe" + random.Random(1_000 + n).randbytes(200) for n in range(600)}
MANIFEST = b"Manifest-Version: 1.0\r\nMain-Class: net.craft.game.C7\r\n"


def archive(members, method=zipfile.ZIP_DEFLATED, before=b""):
    out = io.BytesIO(before)
    out.seek(0, 2)
    with zipfile.ZipFile(out, "a", method) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return out.getvalue()


LICENCE = b"".join(b"# You should have received a copy of paragraph %d along with this.\n" % n for n in range(100))
JAR = archive({"META-INF/MANIFEST.MF": MANIFEST, **CLASSES, **LIBRARY})


def alike(game, other):
    """Whether `other` is taken for the game whose file is `game`."""
    taken = tuple(filter(None, map(written, own(io.BytesIO(game)))))
    assert all(map(is_written, taken))
    catalogue = Catalogue([Game(id="x", title="", alike=taken)])
    found = Fingerprint("/other", len(other), parts=catalogue.parts & parts(io.BytesIO(other)))
    match = catalogue.recognise(Program(1, 1, 1, "an", (found,)))
    assert match is None or (match.clues == ("alike",) and not match.sure)
    return match is not None


CHANGED = {
    "itself": SCRIPT,
    "a byte added": SCRIPT + b"#",
    "indented anew": SCRIPT.replace(b"    ", b"\t"),
    "another line's end": SCRIPT.replace(b"\n", b"\r\n"),
    "comments between": SCRIPT.replace(b"\n", b"\n# what happens next is a secret\n"),
    "in a longer one": b"import something_else\n" * 500 + SCRIPT,
    "a quarter is other": SCRIPT.replace(b"range(1", b"range(11"),
    "packed": archive({"__main__.py": SCRIPT}),
    "packed with a byte more": archive({"__main__.py": b"import maths\n", "maths.py": SCRIPT + b"#"}),
    "stored": archive({"__main__.py": SCRIPT}, zipfile.ZIP_STORED),
    "packed behind a line": archive({"a/b/c.py": SCRIPT}, before=b"#!/usr/bin/python3\n"),
}


@pytest.mark.parametrize("other", CHANGED.values(), ids=CHANGED)
def test_a_script_that_was_changed_or_packed_is_alike(other):
    assert alike(SCRIPT, other)


REPACKED = {
    "itself": JAR,
    "anew": archive({**CLASSES, **LIBRARY}, zipfile.ZIP_STORED),
    "without libraries": archive(CLASSES),
    "with more": archive({**{f"x{n}": b"y" * 100 + bytes([n % 256]) for n in range(3000)}, **CLASSES}),
    "half of it": archive(dict(list(CLASSES.items())[8:50])),
    "renamed": archive({f"z/{n}": content for n, content in enumerate(CLASSES.values())}),
    "its main class alone": CLASSES["net/craft/game/C7.class"],
}


@pytest.mark.parametrize("other", REPACKED.values(), ids=REPACKED)
def test_a_jar_that_was_packed_anew_or_unpacked_is_alike(other):
    assert alike(JAR, other)


INNOCENT = {
    "same licence": LICENCE + b"".join(b"x%d = compute(%d)\n" % (n, n) for n in range(10)),
    "other script": b"\n".join(b"print('exercise number %d')" % n for n in range(200)),
    "a few of its lines": SCRIPT[:600] + b"\n".join(b"x%d = compute(%d)" % (n, n) for n in range(100)),
    "same library": archive({"META-INF/MANIFEST.MF": MANIFEST.replace(b"craft", b"maths"), **LIBRARY}),
    "one of its other classes": CLASSES["net/craft/game/C9.class"],
    "empty": b"", "an archive of nothing": archive({}), "zeros": bytes(100_000),
}


@pytest.mark.parametrize("other", INNOCENT.values(), ids=INNOCENT)
def test_others_are_not(other):
    """Neither what shares a library, nor what quotes a little."""
    assert not alike(JAR, other)
    assert not alike(LICENCE + SCRIPT, other)


@pytest.mark.parametrize("short", [b"", b"import game\ngame.main()\n", b"#!/bin/sh\nexec ./x\n"])
def test_what_is_too_short_is_known_by_no_part(short):
    """A few lines that anybody writes tell no game."""
    assert not any(map(written, own(io.BytesIO(short))))
    assert not any(map(written, own(io.BytesIO(archive({"__main__.py": short})))))


def test_no_archive_is_an_error():
    """Whatever was made of one: cut anywhere, with any byte changed, or made to cost much."""
    small = archive({"META-INF/MANIFEST.MF": MANIFEST, "__main__.py": SCRIPT[:300], **dict(list(CLASSES.items())[:3])})
    rng = random.Random(1)
    for _ in range(400):
        broken = bytearray(small[: rng.randrange(len(small))] if rng.random() < 0.3 else small)
        for _ in range(rng.randrange(6)):
            if broken:
                broken[rng.randrange(len(broken))] = rng.randrange(256)
        parts(io.BytesIO(broken))
        own(io.BytesIO(broken))
    bomb = archive({"__main__.py": bytes(50_000_000)})
    assert len(parts(io.BytesIO(bomb))) == 1
    huge = small[:-22] + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 9, 9, 0xFFFFFFFF, 0, 0)
    assert parts(io.BytesIO(huge)) is not None


def test_a_manifest_among_many_members_costs_none_of_them(monkeypatch):
    """Sixteen such jars on each of sixty command lines kept whoever reads them busy for a minute."""
    made = []
    real = module._Member
    monkeypatch.setattr(module, "_Member", lambda *those: made.append(1) or real(*those))
    crowd = {f"{n}.class": b"" for n in range(2_000)}
    assert manifest(io.BytesIO(archive({**crowd, "META-INF/MANIFEST.MF": MANIFEST, "z": b""}))) == MANIFEST
    assert len(made) == 1
    assert manifest(io.BytesIO(archive(crowd))) == b""
    assert len(made) == 1


def test_a_manifest_is_none_that_is_only_spoken_of():
    """What a member's comment says of it hides the one that is there."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        decoy = zipfile.ZipInfo("META-INF/x")
        decoy.comment = struct.pack("<4s6H3I5H2I", b"PK\1\2", *[0] * 6, *[0] * 3, 20, *[0] * 6) + b"META-INF/MANIFEST.MF"
        made.writestr(decoy, b"Main-Class: maths.Exercise\n")
        made.writestr("META-INF/MANIFEST.MF", MANIFEST)
    assert manifest(out) == MANIFEST


def test_what_unpacks_to_nothing_is_not_unpacked_for_ever():
    """All members are the same long run of empty blocks (RFC 1951, 3.2.6), which costs time and makes no text."""
    nothing = sum(0b10 << at * 10 for at in range(4)).to_bytes(5, "little") * 50_000
    head = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 8, 0, 0, 0, len(nothing), 1, 0, 0) + nothing
    entry = struct.pack("<4s6H3I5H2I4s", b"PK\1\2", 20, 20, 0, 8, 0, 0, 0, len(nothing), 1, 4, *[0] * 6, b"a.py")
    directory = entry * 10_000
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 9, 9, len(directory), len(head), 0)
    unpacked = []

    class Counted(io.BytesIO):
        def read(self, size=-1):
            unpacked.append(size if size == len(nothing) else 0)
            return super().read(size)

    assert parts(Counted(head + directory + end)) == frozenset()
    assert 0 < sum(unpacked) < 1 << 20


@pytest.mark.parametrize("text", ["", "x", "1", "123456789 ", "00000000g", " ".join(["123456789"] * 33)])
def test_what_was_not_written_here_is_no_clue(text):
    assert not is_written(text)
