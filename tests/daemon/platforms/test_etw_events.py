r"""Process events of ETW: payloads byte by byte, paths, and the structures as the headers declare them.

Where the bytes come from. Start version 4 (TASKHOST with its header, EDGE, PACKAGED, FONTS) was recorded on Windows by others;
the hex stands in the decoder tests of a public Rust library for ETW, found by its text alone, without its repository's name.
Of the other versions no recorded bytes could be found: these were laid out by hand after the provider's manifest as the project
OTRF/OSSEM publishes it (data_dictionaries/windows/etw-providers/Microsoft-Windows-Kernel-Process/events: event-1, -1_v1 to
-1_v3, -2, -2_v1, -2_v2, -15, -15_v1). For rundown version 2 even that is by analogy with start version 4.
"""

from __future__ import annotations

import ctypes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.platforms.windows.etw import structs
from daemon.platforms.windows.etw.events import RUNDOWN, START, STOP, ProcessEvent, decode, session_name
from tests.etw_headers import IN_HEADERS

HEADER = (  # of TASKHOST
    "0a01000040020000d80c000028060000ddb0b7dcb2d0dc01d62cfb227b0e2b42a0c72fad1fd0e7160100041004010100100000000000"
    "0080000000000000000000000000000000000000000000000000"
)
TASKHOST = (
    "281900006502000000000000e5aab7dcb2d0dc01280600001b0000000000000000000000000000000100000001000000010100000000"
    "0010004000005c004400650076006900630065005c0048006100720064006400690073006b0056006f006c0075006d00650033005c00"
    "570069006e0064006f00770073005c00530079007300740065006d00330032005c007400610073006b0068006f007300740077002e00"
    "6500780065000000b32f0200af9c8bb40000000000000000"
)
EDGE = (
    "b0280000660200000000000016101fe5b8d0dc01280600001b0000000000000000000000000000000100000001000000010100000000"
    "0010004000005c004400650076006900630065005c0048006100720064006400690073006b0056006f006c0075006d00650033005c00"
    "500072006f006700720061006d002000460069006c00650073002000280078003800360029005c004d006900630072006f0073006f00"
    "660074005c0045006400670065005500700064006100740065005c004d006900630072006f0073006f00660074004500640067006500"
    "5500700064006100740065002e006500780065000000326c03004d3ad7690000000000000000"
)
PACKAGED = (
    "080500006802000000000000bd8461e5b8d0dc013c0200000d0000000000000002000000030000000100000001000000010100000000"
    "0010001000005c004400650076006900630065005c0048006100720064006400690073006b0056006f006c0075006d00650033005c00"
    "570069006e0064006f00770073005c00530079007300740065006d00330032005c006200610063006b00670072006f0075006e006400"
    "5400610073006b0048006f00730074002e0065007800650000001d9e01006314c65b4d006900630072006f0073006f00660074002e00"
    "4100410044002e00420072006f006b006500720050006c007500670069006e005f0031003000300030002e0031003900350038003000"
    "2e0031003000300030002e0032005f006e00650075007400720061006c005f006e00650075007400720061006c005f00630077003500"
    "6e003100680032007400780079006500770079000000410070007000000000000000"
)
FONTS = (
    "38250000750200000000000004774103b9d0dc0100010000730200000000000003000000000000000100000000000000010100000000"
    "0010001000005c004400650076006900630065005c0048006100720064006400690073006b0056006f006c0075006d00650033005c00"
    "570069006e0064006f00770073005c00530079007300740065006d00330032005c0066006f006e00740064007200760068006f007300"
    "74002e006500780065000000ec290d00442d962a0000000001000000"
)
START_0 = (
    "28190000e5aab7dcb2d0dc0128060000020000005c004400650076006900630065005c0048006100720064006400690073006b005600"
    "6f006c0075006d00650033005c0054007200f200200063006800a10169005c007600e1006e0020006300dd1e2e006500780065000000"
)
START_1 = (
    "28190000e5aab7dcb2d0dc012806000002000000000000005c004400650076006900630065005c004800610072006400640069007300"
    "6b0056006f006c0075006d00650033005c0054007200f200200063006800a10169005c007600e1006e0020006300dd1e2e0065007800"
    "65000000"
)
START_2 = (
    "28190000e5aab7dcb2d0dc012806000002000000000000005c004400650076006900630065005c004800610072006400640069007300"
    "6b0056006f006c0075006d00650033005c0054007200f200200063006800a10169005c007600e1006e0020006300dd1e2e0065007800"
    "65000000b32f0200af9c8bb400000000"
)
START_3 = (
    "281900006502000000000000e5aab7dcb2d0dc01280600001b0000000000000002000000000000000300000000000000010100000000"
    "0010002000005c004400650076006900630065005c0048006100720064006400690073006b0056006f006c0075006d00650033005c00"
    "54007200f200200063006800a10169005c007600e1006e0020006300dd1e2e006500780065000000b32f0200af9c8bb400000000"
)
STOP_0 = (
    "28190000e5aab7dcb2d0dc01656e81deb2d0dc01050000c003000000780000000000500000000000000060000000000076e16e2063f2"
    "2e65786500"
)
STOP_1 = (
    "28190000e5aab7dcb2d0dc01656e81deb2d0dc01050000c003000000780000000000500000000000000060000000000015cd5b070000"
    "00000a000000140000001e000000280000003200000076e16e2063f22e65786500"
)
STOP_2 = (
    "281900006502000000000000e5aab7dcb2d0dc01656e81deb2d0dc01050000c003000000780000000000500000000000000060000000"
    "000015cd5b07000000000a000000140000001e000000280000003200000076e16e2063f22e65786500"
)
CREATED = 0x01DCD0B2DCB7AAE5
STAMP = CREATED + 1_000
SYSTEM32 = "\\Device\\HarddiskVolume3\\Windows\\System32\\"
GAME = "\\Device\\HarddiskVolume3\\Trò chơi\\ván cờ.exe"


def event(event_id, version, text, stamp=STAMP):
    return decode(event_id, version, bytes.fromhex(text), stamp)


# --- payloads --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "pid", "created", "parent", "session", "image"),
    [
        (TASKHOST, 0x1928, CREATED, 0x0628, 0, SYSTEM32 + "taskhostw.exe"),
        (
            EDGE, 0x28B0, 0x01DCD0B8E51F1016, 0x0628, 0,
            "\\Device\\HarddiskVolume3\\Program Files (x86)\\Microsoft\\EdgeUpdate\\MicrosoftEdgeUpdate.exe",
        ),
        (PACKAGED, 0x0508, 0x01DCD0B8E56184BD, 0x023C, 2, SYSTEM32 + "backgroundTaskHost.exe"),
        (FONTS, 0x2538, 0x01DCD0B903417704, 0x0100, 3, SYSTEM32 + "fontdrvhost.exe"),
    ],
)
def test_recorded_starts_are_read(text, pid, created, parent, session, image):
    assert event(START, 4, text) == ProcessEvent("start", pid, created, created, parent, session, image)


def test_the_recorded_header_agrees():
    """The header that came with a payload names provider, id and version; it was stamped just after the process was created."""
    header = structs.EventHeader.from_buffer_copy(bytes.fromhex(HEADER))

    assert bytes(header.ProviderId) == structs.KERNEL_PROCESS
    assert (header.EventDescriptor.Id, header.EventDescriptor.Version, header.EventDescriptor.Keyword & 0x10) == (1, 4, 0x10)
    assert header.ProcessId == event(START, 4, TASKHOST).parent
    assert 0 < header.TimeStamp - event(START, 4, TASKHOST).created < 10_000  # a millisecond


@pytest.mark.parametrize(("version", "text"), [(0, START_0), (1, START_1), (2, START_2), (3, START_3)])
def test_each_version_of_a_start_gives_the_same(version, text):
    assert event(START, version, text) == ProcessEvent("start", 6440, CREATED, CREATED, 1576, 2, GAME)


@pytest.mark.parametrize(("version", "text"), [(0, START_2), (1, START_3), (2, FONTS)])
def test_rundown_tells_what_runs_when_it_was_asked(version, text):
    seen = event(RUNDOWN, version, text)

    assert (seen.kind, seen.at) == ("running", STAMP)
    assert (seen.pid, seen.session) in {(6440, 2), (0x2538, 3)}


@pytest.mark.parametrize(("version", "text"), [(0, STOP_0), (1, STOP_1), (2, STOP_2)])
def test_each_version_of_a_stop_gives_the_same(version, text):
    """It ended when the kernel says that it did, which is not when the event was logged."""
    assert event(STOP, version, text) == ProcessEvent("stop", 6440, CREATED, CREATED + 30_000_000, exit_code=0xC0000005)


@pytest.mark.parametrize("exited", [0, CREATED - 1, 1 << 63, (1 << 64) - 1])
def test_a_time_of_end_that_cannot_be_is_the_stamp(exited):
    payload = bytearray.fromhex(STOP_2)
    payload[20:28] = exited.to_bytes(8, "little")

    assert decode(STOP, 2, bytes(payload), STAMP).at == STAMP


# --- what is not right -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event_id", "version", "text"),
    [
        (START, 0, START_0), (START, 1, START_1), (START, 2, START_2), (START, 3, START_3), (START, 4, PACKAGED),
        (RUNDOWN, 1, START_3),
    ],
)
def test_a_start_cut_short_is_none(event_id, version, text):
    """At every byte before the end of the image's name."""
    payload = bytes.fromhex(text)
    end = payload.index(".exe".encode("utf-16-le") + b"\0\0") + 10

    assert decode(event_id, version, payload[:end], STAMP) is not None
    assert all(decode(event_id, version, payload[:length], STAMP) is None for length in range(end))


@pytest.mark.parametrize(("version", "text", "end"), [(0, STOP_0, 24), (1, STOP_1, 24), (2, STOP_2, 32)])
def test_a_stop_cut_short_is_none(version, text, end):
    payload = bytes.fromhex(text)

    assert decode(STOP, version, payload[:end], STAMP) is not None
    assert all(decode(STOP, version, payload[:length], STAMP) is None for length in range(end))


@pytest.mark.parametrize(("event_id", "version"), [(START, 5), (RUNDOWN, 3), (STOP, 3), (START, 255), (3, 0), (0, 0)])
def test_nothing_is_concluded_from_what_is_not_known(event_id, version):
    assert event(event_id, version, PACKAGED) is None


@pytest.mark.parametrize("change", [(48, 2), (48, 0), (49, 16), (49, 255)])
def test_a_label_that_is_no_sid_is_none(change):
    payload = bytearray.fromhex(TASKHOST)
    at, byte = change
    assert payload[48:50] == b"\1\1"  # revision, parts
    payload[at] = byte

    assert decode(START, 4, bytes(payload), STAMP) is None


def test_a_longer_label_moves_the_image():
    payload = bytes.fromhex(TASKHOST)
    longer = payload[:49] + b"\x02" + payload[50:60] + bytes(4) + payload[60:]

    assert decode(START, 4, longer, STAMP) == event(START, 4, TASKHOST)


@pytest.mark.parametrize("version", [0, 4])
def test_a_time_that_cannot_be_is_none(version):
    payload = bytearray.fromhex({0: START_0, 4: TASKHOST}[version])
    payload[{0: 11, 4: 19}[version]] = 0x80

    assert decode(START, version, bytes(payload), STAMP) is None


@pytest.mark.parametrize("image", ["", "Registry", "aĀ", "Ā", "\\x\ud800y", "\\ván\\𝄞.exe"])
def test_any_image_comes_through(image):
    """Also one with a zero byte where no character begins, and with half a character, which a file's name may hold."""
    payload = bytes.fromhex(START_0)[:20] + image.encode("utf-16-le", "surrogatepass") + b"\0\0"

    assert decode(START, 0, payload, STAMP).image == image


@given(st.integers(0, 20), st.integers(0, 255), st.binary(max_size=200), st.integers(-(1 << 63), (1 << 63) - 1))
def test_no_payload_is_an_error(event_id, version, payload, stamp):
    seen = decode(event_id, version, payload, stamp)

    assert seen is None or seen.created < 1 << 63


@given(st.sampled_from([START_0, START_3, TASKHOST, STOP_2]), st.data())
def test_a_payload_with_changed_bytes_is_no_error(text, data):
    payload = bytearray.fromhex(text)
    for _ in range(4):
        payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))

    for event_id in (START, STOP, RUNDOWN):
        for version in range(6):
            decode(event_id, version, bytes(payload), STAMP)


# --- names ---------------------------------------------------------------------------------------------------------------

def test_each_home_has_a_session_of_its_own():
    names = [session_name(), session_name("C:\\Users\\an\\AppData"), session_name("D:\\nhà")]

    assert len(set(names)) == 3
    assert names[0] == "GioChoi-Process"
    assert session_name("D:\\NHÀ") == names[2]
    assert all(name.startswith("GioChoi-Process") and name.isascii() and len(name) < structs.NAME_CHARACTERS for name in names)


# --- structures ------------------------------------------------------------------------------------------------------------


def test_structures_have_the_sizes_of_a_64_bit_windows():
    sizes = {name: ctypes.sizeof(structure) for structure, name in IN_HEADERS.items()}

    assert sizes == {
        "WNODE_HEADER": 48,
        "EVENT_TRACE_PROPERTIES": 120,
        "EVENT_TRACE_LOGFILEW": 448,
        "EVENT_DESCRIPTOR": 16,
        "EVENT_HEADER": 80,
        "EVENT_RECORD": 112,
    }


def test_properties_have_room_for_both_names_behind_them():
    made = structs.properties()

    assert made.head.Wnode.BufferSize == 120 + 2 * 2 * 1024
    assert (made.head.LoggerNameOffset, made.head.LogFileNameOffset) == (120, 120 + 2 * 1024)
