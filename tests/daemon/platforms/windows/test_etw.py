"""The trace session: with functions of evntrace.h that a test plays, as Wine pretends it, and on Windows for real."""

from __future__ import annotations

import ctypes
import queue
import subprocess
import threading
import time
from dataclasses import replace

import pytest

from daemon.platforms.windows.etw import structs
from daemon.platforms.windows.etw.events import RUNDOWN, START, STOP, session_name
from daemon.platforms.windows.etw.session import EtwSession, EventRecordCallback, Functions
from tests.system import WINE

NAME = "GioChoi-Test"
ACCESS_DENIED, ALREADY_EXISTS, NO_SUCH_SESSION, NO_RESOURCES = 5, 183, 4201, 1450
STAMP = 0x01DCD0B2DCB7AAE5
INVALID = 0xFFFFFFFFFFFFFFFF
QUERY, END, FLUSH = 0, 1, 3


def start(pid):
    head = pid.to_bytes(4, "little") + STAMP.to_bytes(8, "little") + bytes(8)
    return START, 0, head + "\\Device\\X\\a.exe\0".encode("utf-16-le")


def stop(pid):
    return STOP, 0, pid.to_bytes(4, "little") + STAMP.to_bytes(8, "little") * 2 + bytes(4)


class Evntrace:
    """Plays the six functions: sessions by name, and one consumer whose thread calls back for what is `deliver`ed."""

    def __init__(self):
        self.sessions = {}
        self.fail = {}  # a function's name -> what it gives
        self.denied = False  # to start one
        self.calls = []
        self.lost = 0
        self.properties = None
        self.enabled = []
        self._events = queue.Queue()
        self._callback = None

    @property
    def functions(self):
        return Functions(self._start, self._control, self._enable, self._open, self._process, self._close)

    def deliver(self, *events, provider=structs.KERNEL_PROCESS):
        for event_id, version, payload in events:
            record = structs.EventRecord()
            record.EventHeader.ProviderId[:] = provider
            record.EventHeader.EventDescriptor.Id = event_id
            record.EventHeader.EventDescriptor.Version = version
            record.EventHeader.TimeStamp = STAMP
            record.UserDataLength = len(payload)
            kept = ctypes.create_string_buffer(payload, len(payload))
            record.UserData = ctypes.addressof(kept) if payload else None
            self._events.put((record, kept))

    def stopped_by_somebody(self):
        self.sessions.clear()
        self._events.put(None)

    def count(self, what):
        return sum(call[0] == "control" and call[3] == what for call in self.calls)

    def _start(self, handle, name, properties):
        self.calls.append(("start", name))
        if self.denied:
            return ACCESS_DENIED
        if name in self.sessions:
            return ALREADY_EXISTS
        if "start" in self.fail:
            return self.fail["start"]
        self.properties = structs.Properties.from_buffer_copy(properties._obj)
        handle._obj.value = self.sessions[name] = 0x1000 + len(self.calls)
        return 0

    def _control(self, session, name, properties, what):
        self.calls.append(("control", session, name, what))
        assert properties._obj.head.Wnode.BufferSize == ctypes.sizeof(structs.Properties)
        found = [key for key, handle in self.sessions.items() if key == name or handle == session]
        if not found:
            return NO_SUCH_SESSION
        if what == END:
            for key in found:
                del self.sessions[key]
            if session:  # the one that is listened to
                self._events.put(None)
        properties._obj.head.Wnode.HistoricalContext = self.sessions.get(found[0], session)
        properties._obj.head.EventsLost = self.lost
        properties._obj.head.RealTimeBuffersLost = self.lost
        return 0

    def _enable(self, session, provider, code, level, any_of, all_of, wait_ms, parameters):
        name = {1: "enable", 2: "capture"}[code]
        assert bytes(provider._obj) == structs.KERNEL_PROCESS
        assert parameters is None
        self.enabled.append((name, session, level, any_of, all_of, wait_ms))
        return self.fail.get(name, 0)

    def _open(self, log):
        self.calls.append(("open", ctypes.wstring_at(log._obj.LoggerName), log._obj.ProcessTraceMode))
        if "open" in self.fail:
            ctypes.set_last_error(self.fail["open"])
            return INVALID
        self._callback = ctypes.cast(log._obj.EventRecordCallback, EventRecordCallback)
        return 77

    def _process(self, handles, count, begin, end):
        assert (handles._obj.value, count, begin, end) == (77, 1, None, None)
        while (event := self._events.get()) is not None:
            self._callback(ctypes.byref(event[0]))
        return self.fail.get("process", 0)

    def _close(self, trace):
        self.calls.append(("close", trace))
        return 0


@pytest.fixture
def evntrace():
    return Evntrace()


class Told:
    """What a session told, and in which threads."""

    def __init__(self):
        self.events, self.troubles, self.threads = [], [], set()

    def event(self, event):
        self.threads.add(threading.current_thread().name)
        self.events.append((event.kind, event.pid))

    def trouble(self, id_, details):
        self.threads.add(threading.current_thread().name)
        self.troubles.append((id_, details))


@pytest.fixture
def told():
    return Told()


@pytest.fixture
def make(evntrace, told):
    """`make()`: a session of the same name, to be started once."""
    every = []

    def new():
        every.append(EtwSession(told.event, told.trouble, NAME, evntrace.functions))
        return every[-1]

    yield new
    for one in every:
        one.close()
    assert threads() == []


@pytest.fixture
def session(make):
    return make()


def threads():
    return sorted(thread.name for thread in threading.enumerate() if thread.name.startswith("etw-"))


def until(condition, seconds=5.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


# --- starting --------------------------------------------------------------------------------------------------------------


def test_the_session_is_started_as_it_should_be(evntrace, session):
    assert session.start()
    assert session.reason == ""

    head = evntrace.properties.head
    assert (head.BufferSize, head.MinimumBuffers, head.MaximumBuffers, head.FlushTimer) == (64, 64, 256, 1)
    assert head.LogFileMode == 0x10000100  # real time, one stream
    assert head.Wnode.ClientContext == 2  # system time
    assert (head.LogFileNameOffset, head.LoggerNameOffset) == (0, 120)
    assert ("open", NAME, 0x10001100) in evntrace.calls
    handle = evntrace.sessions[NAME]
    assert evntrace.enabled == [("enable", handle, 4, 0x10, 0, 0), ("capture", handle, 4, 0x10, 0, 0)]
    assert threads() == ["etw-flush", "etw-trace"]


@pytest.mark.parametrize("denied", [False, True])
def test_one_that_was_left_behind_is_taken_over(evntrace, told, session, denied):
    """By its name, which gives its handle; also where an anti-cheat denies StartTraceW."""
    evntrace.sessions[NAME] = 5
    evntrace.denied = denied

    assert session.start()
    assert [call[0] for call in evntrace.calls[:3]] == ["start", "control", "open"]
    assert evntrace.calls[1] == ("control", 0, NAME, QUERY)
    assert evntrace.enabled == [("enable", 5, 4, 0x10, 0, 0), ("capture", 5, 4, 0x10, 0, 0)]
    assert evntrace.count(END) == 0
    evntrace.deliver(start(4))
    until(lambda: told.events == [("start", 4)])
    session.close()
    assert evntrace.sessions == {}


def test_one_that_is_not_for_us_is_the_reason(evntrace, told):
    evntrace.sessions[NAME] = 5
    theirs = replace(evntrace.functions, control=lambda *_: ACCESS_DENIED)
    other = EtwSession(told.event, told.trouble, NAME, theirs)

    assert not other.start()
    assert other.reason.startswith("StartTraceW: ")
    assert evntrace.sessions == {NAME: 5}


@pytest.mark.parametrize(("step", "function"), [("start", "StartTraceW"), ("open", "OpenTraceW"), ("enable", "EnableTraceEx2")])
def test_a_step_that_fails_leaves_nothing(evntrace, told, make, step, function):
    evntrace.fail[step] = ACCESS_DENIED
    session = make()

    assert not session.start()

    assert session.reason == f"{function}: {ctypes.FormatError(ACCESS_DENIED).strip()}"
    assert (evntrace.sessions, threads(), session.arrived) == ({}, [], False)
    assert (told.events, told.troubles) == ([], [])
    assert [call[0] for call in evntrace.calls].count("close") == (step == "enable")

    evntrace.fail.clear()
    assert make().start()


def test_without_a_rundown_events_are_still_to_be_had(evntrace, told, session):
    evntrace.fail["capture"] = NO_RESOURCES

    assert session.start()
    evntrace.deliver(start(4))
    until(lambda: told.events == [("start", 4)])


# --- telling ---------------------------------------------------------------------------------------------------------------


def test_events_are_told_in_order_in_the_session_s_thread(evntrace, told, session):
    session.start()
    events = [event for pid in range(4, 804, 4) for event in (start(pid), stop(pid))]
    evntrace.deliver(*events)

    until(lambda: len(told.events) == len(events))
    assert told.events == [(kind, pid) for pid in range(4, 804, 4) for kind in ("start", "stop")]
    assert (told.threads, told.troubles) == ({"etw-trace"}, [])


@pytest.mark.parametrize("event_id", [START, RUNDOWN])
def test_arrived_says_that_starts_come_through(evntrace, told, session, event_id):
    """Not what another provider says (a trace has a header of its own), not an end, not what cannot be read."""
    _, _, payload = start(8)
    if event_id == RUNDOWN:  # has flags before the image
        payload = payload[:20] + bytes(4) + payload[20:]
    session.start()
    evntrace.deliver((event_id, 0, payload), provider=bytes(16))
    evntrace.deliver((3, 0, payload), (START, 99, payload), stop(4))

    until(lambda: told.events == [("stop", 4)])
    assert not session.arrived

    evntrace.deliver((event_id, 0, payload))
    until(lambda: len(told.events) == 2)
    assert session.arrived
    assert told.events[1] == ({START: "start", RUNDOWN: "running"}[event_id], 8)


def test_what_cannot_be_read_is_lost(evntrace, told, session):
    session.start()
    evntrace.deliver((START, 0, b""), (START, 0, b"\1" * 30), (STOP, 0, b"\1" * 8))

    until(lambda: sum(int(text.rpartition(" ")[2]) for _, text in told.troubles) == 3)
    assert {id_ for id_, _ in told.troubles} == {"events-lost"}


def test_losses_that_the_system_counts_are_told_once(evntrace, told, session, monkeypatch):
    monkeypatch.setattr("daemon.platforms.windows.etw.session._ASK_S", 0.04)
    session.pace(hurry=True)
    session.start()
    evntrace.lost = 3

    until(lambda: told.troubles)
    asked = evntrace.count(QUERY)
    until(lambda: evntrace.count(QUERY) > asked + 2)
    assert told.troubles == [("events-lost", "ETW: 6")]  # events, and buffers of them

    evntrace.lost = 4
    until(lambda: len(told.troubles) == 2)
    assert told.troubles[1] == ("events-lost", "ETW: 2")


@pytest.mark.parametrize("hurry", [True, False])
def test_the_session_is_flushed_at_the_asked_pace(evntrace, make, monkeypatch, hurry):
    """And not at the other one, which is an hour here."""
    for name, quick in (("HURRY_S", hurry), ("CALM_S", not hurry)):
        monkeypatch.setattr(f"daemon.platforms.windows.etw.session.{name}", 0.01 if quick else 3_600.0)
    session = make()
    session.start()
    session.pace(hurry=hurry)
    until(lambda: evntrace.count(FLUSH) >= 8)


# --- ending ----------------------------------------------------------------------------------------------------------------


def test_close_ends_it_all_and_may_be_called_again(evntrace, told, session):
    session.start()
    handle = evntrace.sessions[NAME]
    evntrace.deliver(start(4))
    until(lambda: session.arrived)

    session.close()
    session.close()

    assert (evntrace.sessions, threads(), session.arrived) == ({}, [], False)
    assert evntrace.calls.count(("control", handle, None, END)) == 1
    assert evntrace.calls[-1] == ("close", 77)
    assert told.troubles == []


def test_one_after_the_other(evntrace, told, make):
    for pid in (4, 8, 12):
        session = make()
        assert session.start()
        assert not session.arrived
        evntrace.deliver(start(pid))
        until(lambda session=session: session.arrived)
        until(lambda pid=pid: told.events[-1:] == [("start", pid)])
        if pid != 12:
            session.close()

    assert threads() == ["etw-flush", "etw-trace"]
    assert len(evntrace.sessions) == 1


@pytest.mark.parametrize("seen_by", ["etw-trace", "etw-flush"])
def test_a_session_that_somebody_stops_is_told_once(evntrace, told, session, seen_by):
    session.start()
    evntrace.deliver(start(4))
    until(lambda: session.arrived)
    if seen_by == "etw-trace":
        evntrace.stopped_by_somebody()
    else:
        evntrace.sessions.clear()

    until(lambda: told.troubles)
    assert not session.arrived
    until(lambda: not {"etw-flush"} & {*threads()})  # one of them saw it too, the other could tell it again
    assert [id_ for id_, _ in told.troubles] == ["watch-events"]
    evntrace._events.put(None)


# --- the system itself -----------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not WINE, reason="is about what Wine pretends")
def test_wine_is_found_out(told):
    """StartTraceW says that it worked; only OpenTraceW tells the truth."""
    for _ in range(2):
        session = EtwSession(told.event, told.trouble, session_name("Z:\\test"))
        assert not session.start()
        assert session.reason == f"OpenTraceW: {ctypes.FormatError(ACCESS_DENIED).strip()}"
        assert (session.arrived, threads()) == (False, [])
        session.close()
        session.close()
    assert (told.events, told.troubles) == ([], [])


@pytest.mark.skipif(WINE, reason="Wine delivers no events")
def test_a_real_process_is_told_from_start_to_end():
    """Its identity is the one that other functions give; what already ran is told first."""
    events, troubles = [], []
    session = EtwSession(events.append, lambda *trouble: troubles.append(trouble), session_name("Z:\\test"))
    session.pace(hurry=True)
    if not session.start():
        assert "OpenTraceW" not in session.reason
        pytest.skip(f"needs an administrator ({session.reason})")
    try:
        until(lambda: session.arrived)
        assert any(event.kind == "running" for event in events)
        with subprocess.Popen(["cmd", "/c", "exit 3"]) as process:
            process.wait()
            created = ctypes.c_uint64()
            others = [ctypes.c_uint64() for _ in range(3)]
            times = (ctypes.byref(created), *map(ctypes.byref, others))
            assert ctypes.windll.kernel32.GetProcessTimes(ctypes.c_void_p(int(process._handle)), *times)
        until(lambda: any(event.kind == "stop" and event.pid == process.pid for event in events))
    finally:
        session.close()

    mine = [event for event in events if (event.pid, event.created) == (process.pid, created.value)]
    assert [event.kind for event in mine if event.kind != "running"] == ["start", "stop"]
    assert mine[0].image.lower().endswith("\\cmd.exe")
    assert mine[-1].exit_code == 3
    assert created.value <= mine[-1].at <= created.value + 600_000_000
    assert troubles == []
