"""Entries and their canonical bytes; rfc8785 is the oracle."""

import unicodedata

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from compliance.entries.base import MAX_INT
from compliance.entries.decision import LaunchRefused
from compliance.entries.log import AgentTick
from compliance.entries.play import GameDay, UsageDay
from compliance.entries.seat import IssueRaised
from compliance.entry import MAX_BYTES, EntryError, decode, encode
from i18n.catalogue import Catalogue

PLACE = {"seat": "home-pc", "boot": "b", "seq": 1, "prev": "", "mono": 1, "wall": 2}

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8).map(lambda text: unicodedata.normalize("NFC", text))
keys = st.text(st.characters(codec="ascii"), max_size=6)
scalars = st.none() | st.booleans() | st.integers(-MAX_INT, MAX_INT) | texts
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
)


def refusal(**changed):
    fields = {
        "who": "child", "at": 1, "age": 12, "place": "home", "game": "luanti", "label": 0, "publisher": None,
        "guardian": True, "before": {"game": 0, "publisher": 0, "total": 0}, "counted": None, "grants": (), "approved": False,
        "verdict": "refuse", "rule": "r",
        "cite": "c", "pack": "house", "params": {}, "inline": None, "zone": "Asia/Ho_Chi_Minh", "budget": None, "until": None,
        "how": "gate",
    }  # fmt: skip
    return LaunchRefused(**PLACE, **{**fields, **changed})


@given(inline=st.dictionaries(keys, values, max_size=5), cite=texts)
def test_bytes_are_those_of_rfc_8785(inline, cite):
    """Whatever the profile allows is written exactly as RFC 8785 writes it."""
    line = refusal(inline=inline, cite=cite)
    assert encode(line) == rfc8785.dumps(msgspec.to_builtins(line))


@given(inline=st.dictionaries(keys, values, max_size=5), cite=texts)
def test_what_was_encoded_is_decoded(inline, cite):
    line = refusal(inline=inline, cite=cite)
    assert encode(decode(encode(line))) == encode(line)


@pytest.mark.parametrize(
    "inline",
    [{"a": 1.5}, {"a": MAX_INT + 1}, {"a": -MAX_INT - 1}, {"ư": 1}, {"a": "e\u0323"}, {"a": [{"b": 0.0}]}],
    ids=["float", "too large", "too small", "key not ASCII", "not NFC", "deep float"],
)
def test_what_the_profile_forbids_is_not_encoded(inline):
    with pytest.raises(EntryError):
        encode(refusal(inline=inline))


def test_an_entry_is_at_most_as_long_as_a_tile_can_say():
    """The length of an entry is stored in 16 bits."""
    room = MAX_BYTES - len(encode(IssueRaised(**PLACE, id="")))
    assert len(encode(IssueRaised(**PLACE, id="x" * room))) == MAX_BYTES
    with pytest.raises(EntryError):
        encode(IssueRaised(**PLACE, id="x" * (room + 1)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'{"boot"', b'{ "boot"'),
        (b'"boot":"b","id":"x"', b'"id":"x","boot":"b"'),
        (b'"id":"x"', b'"id":"\\u0078"'),
        (b'"id":"x"', b'"id":"x","idd":1'),
        (b'"id":"x"', b'"id":"x","id":"x"'),
        (b'"mono":1', b'"mono":1.0'),
        (b'"mono":1', b'"mono":"1"'),
        (b'"mono":1', b'"mono":1e0'),
        (b'"mono":1', b'"mono":01'),
        (b'"kind":"issue.raised"', b'"kind":"issue.unknown"'),
        (b'"kind":"issue.raised",', b""),
        (b',"v":1', b""),
        (b'"v":1', b'"v":2'),
        (b'"secret":null,', b""),
        (b'"id":"x"', b'"id":"\xff"'),
        (b'"id":"x"', b'"id":"\\ud800"'),
        (b"}", b"} "),
    ],
    ids=[
        "space", "order", "escape", "unknown field", "field twice", "float", "text for number", "exponent", "leading zero",
        "unknown kind", "no kind", "no version", "another version", "default left out", "not UTF-8", "lone surrogate",
        "trailing space",
    ],
)  # fmt: skip
def test_other_bytes_of_the_same_are_refused(old, new):
    """There is one way to write an entry, and decode knows no other."""
    data = encode(IssueRaised(**PLACE, id="x"))
    assert old in data
    with pytest.raises(EntryError):
        decode(data.replace(old, new))


@given(st.binary(max_size=200))
def test_arbitrary_bytes_raise_nothing_but_entry_error(data):
    with pytest.raises(EntryError):
        decode(data)


def test_deep_nesting_raises_nothing_but_entry_error():
    for depth in (17, 200, 5000):
        data = encode(refusal(inline={"a": "@"})).replace(b'"@"', b"[" * depth + b"]" * depth)
        with pytest.raises(EntryError):
            decode(data)


NUMBERS = (MAX_INT, MAX_INT + 1, -MAX_INT, -MAX_INT - 1, 2**63, -(2**63), 2**64, 10**400, 1.5, 1e300)


@pytest.mark.parametrize("number", NUMBERS, ids=str)
@pytest.mark.parametrize("shape", [lambda one: {"a": one}, lambda one: {"a": [one]}, lambda one: {"a": [1, one]}])
def test_numbers_out_of_the_profile_are_not_decoded_either(number, shape):
    """Whatever wrote the bytes: only safe integers come in."""
    data = encode(refusal(inline={})).replace(b'"inline":{}', b'"inline":' + msgspec.json.encode(shape(number)))
    if isinstance(number, int) and abs(number) <= MAX_INT:
        assert decode(data).inline == shape(number)
        return
    with pytest.raises(EntryError):
        decode(data)


@pytest.mark.parametrize("text", ["e\u0323", "Nguye\u0302\u0303n"])
def test_text_that_is_not_composed_is_not_decoded_either(text):
    with pytest.raises(EntryError):
        decode(encode(refusal()).replace(b'"cite":"c"', f'"cite":"{text}"'.encode()))


def test_why_it_is_no_entry_is_told_in_the_inspectors_language():
    """What the parser says of it, too."""
    with pytest.raises(EntryError) as error:
        decode(b'{"boot":"b","kind":"seat.stop","mono":1,"prev":"","seq":1,"v":1,"wall":1}')

    assert Catalogue("vi")(error.value.message) == "sai định dạng: thiếu trường seat"


@pytest.mark.parametrize("line", [
    refusal(params={"giờ": 1}), refusal(before={"giờ": 1}), refusal(cite="e\u0301"), refusal(inline={"giờ": 1}),
    refusal(inline={"a": 1.5}),
    refusal(at=10**16), refusal(at=-(10**16)), refusal(counted=((10**16, 1),)), refusal(inline={"a": "e\u0301"}),
    UsageDay(**PLACE, day="2026-11-24", who="child", games={"giờ": GameDay(1, 0, 0)}),
    AgentTick(**PLACE, seats={"máy": 1}, silent=()), AgentTick(**PLACE, seats={}, silent=("e\u0301",)),
])  # fmt: skip
def test_what_the_profile_forbids_is_no_entry_however_canonical_it_is(line):
    """It is looked for only where there can be some, which must not let any through."""
    data = msgspec.json.Encoder(order="sorted").encode(line)
    with pytest.raises(EntryError):
        decode(data)


def test_what_only_looks_forbidden_is_an_entry():
    """Sixteen digits in a name, words of any language in a text, quotes and colons in it."""
    for line in (
        refusal(cite='NĐ 147/2024, Đ.39 ":đ.e'), refusal(game="1234567890123456"), refusal(inline={"a": "0123456789012345"}),
        refusal(who=":0000000000000000"), AgentTick(**PLACE, seats={}, silent=("máy",)),
    ):  # fmt: skip
        assert decode(encode(line)) == line
