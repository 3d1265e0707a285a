"""The game's file under another name, in another place, or a little changed: what it is counts, not what it is called."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from tests.bypasses.case import some

SAME = {
    "direct": '"$GAME" "$PLAY"',
    "copied": 'cp "$GAME" . && "./${GAME##*/}" "$PLAY"',
    "renamed": 'cp "$GAME" "bài tập.odt" && "./bài tập.odt" "$PLAY"',
    "symlink": 'ln -s "$GAME" homework && ./homework "$PLAY"',
    "hard link": 'cp "$GAME" first && ln first second && rm first && ./second "$PLAY"',
    "byte appended": 'cp "$GAME" more && echo >>more && ./more "$PLAY"',
    "byte changed": 'cp "$GAME" x && printf X | dd of=x bs=1 seek=$(($(stat -c %s x) - 1)) conv=notrunc && ./x "$PLAY"',
    "folder renamed": 'mkdir a && cp "$GAME" a/sleep && mv a b && b/sleep "$PLAY"',
}


@pytest.mark.promise("Games: A copied or renamed game is refused before its first instruction")
@pytest.mark.parametrize("scripts", some(SAME))
def test_the_same_game_elsewhere_is_refused(case, scripts):
    case(0).each_refused(scripts)


def without_sections(path: Path) -> None:
    """As `strip` leaves it, and a little less: without its table of sections. The build id is found by the program headers."""
    whole = bytearray(path.read_bytes())
    (at,) = struct.unpack_from("<Q", whole, 0x28)  # e_shoff of Elf64_Ehdr, elf(5)
    struct.pack_into("<Q", whole, 0x28, 0)
    struct.pack_into("<HH", whole, 0x3C, 0, 0)  # e_shnum, e_shstrndx
    path.write_bytes(whole[:at])


def test_a_stripped_copy_is_refused(case):
    one = case(0)
    copy = one.folder / "stripped"
    copy.write_bytes(one.game.read_bytes())
    copy.chmod(0o755)
    without_sections(copy)
    one.refused('./stripped "$PLAY"')


@pytest.mark.promise("Games: A copy on a disk that the gate does not guard is ended")
def test_a_copy_on_another_disk_is_ended(case, shared_memory):
    """The gate of these servers guards the tests' own disks only, so it is recognised when it runs."""
    case(0).ended('cp "$GAME" "$OTHER/x" && "$OTHER/x" "$PLAY"', OTHER=str(shared_memory))
