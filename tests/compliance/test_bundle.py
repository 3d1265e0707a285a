"""The bundle as a file: canonical, read by other tools, and every byte of its members matters."""

import io
import random
import zipfile
from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance import bundle
from compliance.bundle import BundleError
from compliance.format import container
from compliance.format.tiles import BundleEncodingError, Tile, decode_entries, encode_entries, entry_bundles, hash_tiles
from compliance.verify import verify
from i18n.message import plain

names = st.text("abc/.0", min_size=1, max_size=6)


def packed(members):
    return b"".join(container.pack(sorted(members.items())))


@given(st.dictionaries(names, st.binary(max_size=40), min_size=1, max_size=5))
def test_a_container_is_a_zip_that_anyone_reads(members):
    data = packed(members)
    with zipfile.ZipFile(io.BytesIO(data)) as other:
        assert other.testzip() is None
        assert {name: other.read(name) for name in other.namelist()} == members
    assert container.unpack(data) == (members, [])


@given(st.dictionaries(names, st.binary(max_size=20), min_size=1, max_size=4), st.data())
def test_no_byte_of_a_container_can_change(members, data):
    """Flipped, inserted or removed: something is said about it, and only bytes that are no container at all say only that."""
    whole = packed(members)
    place = data.draw(st.integers(0, len(whole) - 1))
    for changed in (
        whole[:place] + bytes([whole[place] ^ 1 << data.draw(st.integers(0, 7))]) + whole[place + 1 :],
        whole[:place] + b"x" + whole[place:], whole[:place] + whole[place + 1 :], whole[:place], whole + b"x",
    ):  # fmt: skip
        try:
            _, damage = container.unpack(changed)
        except container.NotAContainer:
            continue
        assert damage or changed == whole


@given(st.binary(max_size=300))
def test_arbitrary_bytes_raise_nothing_but_their_own_error(data):
    with pytest.raises(container.NotAContainer):
        container.unpack(data)
    with pytest.raises(BundleError):
        bundle.parse(data)


@pytest.mark.parametrize(("number", "path"), [
    (0, "tile/0/000"), (7, "tile/0/007"), (999, "tile/0/999"), (1000, "tile/0/x001/000"), (1234067, "tile/0/x001/x234/067"),
])  # fmt: skip
def test_tiles_are_called_as_tlog_tiles_says(number, path):
    assert Tile(0, number, 256).path == path
    assert Tile(0, number, 112).path == path + ".p/112"


def test_a_tree_of_70000_has_the_tiles_of_the_specification():
    """273 full tiles and one of 112, one full and one of 17, one of 1."""
    tiles = list(hash_tiles(70_000))
    partial = [(tile.level, tile.number, tile.width) for tile in tiles if tile.width < 256]
    assert partial == [(0, 273, 112), (1, 1, 17), (2, 0, 1)]
    assert sum(tile.level == 0 for tile in tiles) == 274
    assert len(list(entry_bundles(70_000))) == 274
    assert [tile.path for tile in hash_tiles(256)] == ["tile/0/000", "tile/1/000.p/1"]
    assert list(hash_tiles(0)) == []


@given(st.lists(st.binary(max_size=300), max_size=20), st.integers(1, 5))
def test_entry_bundles_are_read_back_and_cut_ones_are_not(entries, cut):
    data = encode_entries(entries)
    assert decode_entries(data) == entries
    if entries and len(entries[-1]) + 2 > cut:
        with pytest.raises(BundleEncodingError):
            decode_entries(data[:-cut])


def test_a_bundle_has_the_members_of_the_specification(site):
    site.honest_day()
    found = bundle.parse(site.bundle())
    packs = {bundle.pack_path(sha256(text.encode()).hexdigest()) for text in site.named()}
    size = site.log.size
    assert found.members.keys() == {"checkpoint", "key", f"tile/0/000.p/{size}", f"tile/entries/000.p/{size}"} | packs
    assert found.members["key"].decode() == site.signer.vkey + "\n"
    assert found.members["checkpoint"].decode() == site.log.checkpoint
    assert found.damage == ()


def test_the_same_log_makes_the_same_bytes(site):
    site.honest_day()
    assert site.bundle() == site.bundle()


def test_what_is_appended_meanwhile_does_not_disturb(site):
    """The pieces are those of the checkpoint with which the writing began."""
    seat = site.honest_day()
    whole = site.bundle()
    pieces = bundle.write(site.log, site.named())
    first = next(pieces)
    seat.start()
    site.deliver()
    assert first + b"".join(pieces) == whole


@pytest.fixture(scope="module")
def small(make_site, tmp_path_factory):
    with make_site(tmp_path_factory.mktemp("small")) as site:
        site.honest_day()
        site.packs = {"vn-147": site.packs["vn-147"]}
        return site.bundle()


@pytest.fixture(scope="module")
def spans(small):
    return container._by_directory(small)


def check_flip(small, spans, place, bit):
    """The report fails, and names the member and, for entries, which one. Around members, what says nothing may differ: then it
    is as if packed anew; and a changed name is that of a member that should not be there.
    """
    changed = bytearray(small)
    changed[place] ^= 1 << bit
    try:
        found = bundle.parse(bytes(changed))
    except BundleError:
        pytest.fail(f"byte {place} makes it no bundle at all")
    report = verify(found)
    member = next((span for span in spans if span.content <= place < span.end), None)
    if member is None:
        if report.ok:
            assert found == replace(bundle.parse(small), repacked=True), place
        else:
            named = {plain(one.where) for one in report.failures}
            strange = found.members.keys() - {one.name.decode() for one in spans}
            assert named & strange or any(one.startswith("byte ") for one in named), (place, report.failures)
        return
    assert not report.ok, place
    said = f"{report.failures[0].where} {report.failures[0].what}"
    name = member.name.decode()
    assert name in said or (name == "key" and report.failures[0].where == "checkpoint"), (place, said)
    if name.startswith("tile/entries"):
        assert "entry" in said, (place, said)


def test_every_flipped_byte_is_caught_and_located(small, spans, soak):
    """A sample of all bytes; each of them under soak."""
    numbers = random.Random(4)
    heads = [place for span in spans for place in range(span.start, span.content)]
    places = soak(200, 0) and [*numbers.sample(range(len(small)), 160), *numbers.sample(heads, 40), 0, len(small) - 1]
    for place in places or range(len(small)):
        check_flip(small, spans, place, numbers.randrange(8))


def test_a_cut_bundle_is_damaged_and_not_unknown(small, soak):
    """A download that broke off is exit 4, not 2, as soon as its first member is there."""
    numbers = random.Random(5)
    for length in [len(small) - 1, *(numbers.randrange(2000, len(small)) for _ in range(soak(20, 500)))]:
        assert not verify(bundle.parse(small[:length])).ok


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04", b"PK\x05\x06" + bytes(18), bytes(1000)])
def test_what_is_no_bundle_is_said_in_one_line(tmp_path, content):
    path = tmp_path / "file.zip"
    path.write_bytes(content)
    with pytest.raises(BundleError) as error, bundle.read(path):
        pass
    assert "\n" not in str(error.value)


def test_an_unreadable_file_is_said_in_one_line(tmp_path):
    for path in (tmp_path / "absent", tmp_path):
        with pytest.raises(BundleError) as error, bundle.read(path):
            pass
        assert str(path) in str(error.value)
