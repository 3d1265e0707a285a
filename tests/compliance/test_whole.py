"""The tree of a bundle as it is gone through, tile by tile, against the tree over all entries at once."""

import os
import random
import zipfile
from functools import cache

import pytest

from compliance import bundle, tree
from compliance.__main__ import main
from compliance.verify import verify
from compliance.verifying.bundle.whole import Broken, Tree, check_names
from i18n.message import plain
from tests.compliance.log_tiles import tiles_of


@cache
def entries(count):
    return tuple(b"%d" % number for number in range(count))


def gone_through(whole):
    return [line for _, lines, _ in whole.tiles() for line in lines]


@pytest.mark.parametrize("size", [1, 255, 256, 257, 513, 65_536, 65_537])
def test_entries_and_root_are_those_of_the_tree(size):
    """Over one, two and three levels of tiles."""
    lines = entries(size)
    whole = Tree(tiles_of(lines), size)
    assert gone_through(whole) == list(lines)
    assert whole.root == tree.root(lines)


def test_the_root_of_each_beginning_is_known():
    """What an inspector kept, of any size."""
    lines = entries(700)
    members = tiles_of(lines)
    for seen in {0, 1, 255, 256, 257, 511, 512, 513, 699, 700, *random.Random(2).sample(range(700), 30)}:
        whole = Tree(members, 700, seen)
        gone_through(whole)
        assert whole.seen_root == tree.root(lines[:seen]), seen


@pytest.mark.parametrize(("name", "where"), [
    ("tile/0/001", "tile/entries/001, entry 256"), ("tile/0/256.p/7", "tile/entries/256.p/7, entry 65536"),
    ("tile/1/000", "tile/1/000, hash 0"), ("tile/1/001.p/1", "tile/1/001.p/1, hash 0"),
    ("tile/2/000.p/1", "tile/2/000.p/1, hash 0"),
])  # fmt: skip
def test_a_hash_that_is_not_of_what_lies_under_it_is_named(name, where):
    """Of every level, full or not."""
    size = 65_536 + 7 if name == "tile/0/256.p/7" else 65_536 + 256
    members = tiles_of(entries(size))
    members[name] = bytes(32) + members[name][32:]
    with pytest.raises(Broken) as broken:
        gone_through(Tree(members, size))
    assert plain(broken.value.failure.where) == where


def test_the_names_are_those_of_the_tree_and_no_others():
    members = tiles_of(entries(300))
    check_names({**members, "key": b""}, 300, ["key"])
    for changed, size, named in (
        ({**members, "key": b"", "more": b""}, 300, "more"), (members, 300, "key"),
        ({**members, "key": b""}, 301, "tile/entries/001.p/45"),
        ({name: b"" for name in (*members, "key") if name != "tile/1/000.p/1"}, 300, "tile/1/000.p/1"),
    ):  # fmt: skip
        with pytest.raises(Broken) as broken:
            check_names(changed, size, ["key"])
        assert broken.value.failure.where == named


def test_a_file_is_read_as_it_is_needed(site, tmp_path):
    """Not before, and each member once."""
    site.honest_day()
    path = tmp_path / "log.zip"
    path.write_bytes(site.bundle())
    with bundle.read(path) as found:
        with path.open("r+b") as file:
            file.write(bytes(path.stat().st_size))
        assert not verify(found).ok


def test_a_file_is_let_go_of(site, tmp_path):
    """Also while its report is kept: on Windows nobody could move it else."""
    site.honest_day()
    path = tmp_path / "log.zip"
    path.write_bytes(site.bundle())
    with bundle.read(path) as found:
        report = verify(found)
    assert report.ok
    with pytest.raises(ValueError, match="closed"):
        found.members[bundle.KEY]


def test_a_member_that_was_deflated_and_changed_is_named(site, tmp_path):
    site.honest_day()
    members = bundle.parse(site.bundle()).members
    path = tmp_path / "log.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    with bundle.read(path) as found:
        assert verify(found).ok
    with zipfile.ZipFile(path) as archive:
        (info,) = [one for one in archive.infolist() if one.filename.startswith("tile/entries")]
    data = bytearray(path.read_bytes())
    data[info.header_offset + 30 + len(info.filename) + info.compress_size // 2] ^= 1
    path.write_bytes(data)
    with bundle.read(path) as found:
        (failure,) = verify(found).failures
    assert (failure.where, plain(failure.what)) == (info.filename, "its content is not as written")


@pytest.mark.linux("a pipe has a path")
@pytest.mark.parametrize("option", [None, "--card"])
def test_what_may_never_end_is_not_waited_for(site, tmp_path, capsys, option):
    site.honest_day()
    log, endless = tmp_path / "log", tmp_path / "pipe"
    log.write_bytes(site.bundle())
    os.mkfifo(endless)
    given = [str(endless)] if option is None else [str(log), option, str(endless)]
    assert main(given) == 2
    assert "is not a file" in capsys.readouterr().err


def test_a_card_of_three_gigabytes_is_none(site, tmp_path, capsys):
    site.honest_day()
    log, large = tmp_path / "log", tmp_path / "large"
    log.write_bytes(site.bundle())
    with large.open("wb") as file:
        file.truncate(3 << 30)
    assert main([str(log), "--card", str(large)]) == 2
    assert "too large" in capsys.readouterr().err
