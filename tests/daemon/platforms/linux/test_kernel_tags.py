"""Tags in the kernel: how a play's tag gets from process to process, and that the object is what its source says."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from daemon.platforms.linux import procfs
from daemon.platforms.linux.kernel import tags as module
from daemon.platforms.linux.kernel.tags import KernelTags
from daemon.platforms.linux.process_events import EventsLostError
from tests.system import until

pytestmark = pytest.mark.root
SOURCE = Path(module.__file__).with_name("plays.bpf.c")
BUILT_BY = "14"
SECTIONS = ("tp_btf/sched_process_fork", "tp_btf/sched_process_exec", "tp_btf/sched_process_exit", ".maps", "license")
PAGE = 4096  # bytes
THREAD = """
import ctypes, os, sys, threading
threading.Thread(target=lambda: (sys.stdin.readline(), os._exit(0))).start()
ctypes.CDLL(None).pthread_exit(None)
"""


def opened():
    try:
        return KernelTags()
    except OSError as error:
        pytest.skip(f"this kernel carries no tags for us: {error}")


@pytest.fixture
def tags():
    found = opened()
    yield found
    found.close()


@pytest.fixture
def waiting():
    """`waiting(*args)`: a process that goes on once a line is written to its standard input."""
    every = []

    def start(*args):
        every.append(subprocess.Popen(args, stdin=subprocess.PIPE, text=True, bufsize=1, start_new_session=True))
        return every[-1]

    yield start
    for one in every:
        with suppress(ProcessLookupError):
            os.killpg(one.pid, 9)
        one.wait()
        with suppress(BrokenPipeError):
            one.stdin.close()


def go_on(process):
    process.stdin.write("\n")


def heard(tags, *, kind, tag):
    """The first event of this kind and tag; to be called again until it is there."""
    return next((event for event in tags.read() if (event.kind, event.tag) == (kind, tag)), None)


def test_child_process_inherits_its_tag_and_keeps_it_over_exec(tags, waiting):
    parent = waiting("/bin/sh", "-c", "read go; /bin/sleep 60 & wait")
    tags.put(parent.pid, 7)
    go_on(parent)
    until(lambda: len(tags.tagged()) == 2)
    child = next(pid for pid in tags.tagged() if pid != parent.pid)
    until(lambda: procfs.name(child) == "sleep")
    assert tags.tagged() == {parent.pid: 7, child: 7}
    told = [(event.kind, event.pid, event.parent, event.tag) for event in tags.read() if child == event.pid]
    assert told == [("fork", child, parent.pid, 7), ("exec", child, 0, 7)]


def test_tag_is_gone_when_the_last_thread_ends(tags, waiting):
    process = waiting(sys.executable, "-c", THREAD)
    tags.put(process.pid, 7)
    until(lambda: procfs.stat(process.pid).state == "Z")  # its main thread has ended
    assert heard(tags, kind="exit", tag=7) is None
    assert tags.tagged() == {process.pid: 7}
    go_on(process)
    assert until(lambda: heard(tags, kind="exit", tag=7)).pid == process.pid
    assert tags.tagged() == {}


def test_let_gives_the_tag_at_the_next_exec(tags, waiting):
    process = waiting("/bin/sh", "-c", "read go; exec /bin/sleep 60")
    until(lambda: procfs.name(process.pid) == "sh")
    tags.let(process.pid, 9)
    assert tags.tagged() == {}
    go_on(process)
    assert until(lambda: heard(tags, kind="exec", tag=9)).pid == process.pid
    assert tags.tagged() == {process.pid: 9}
    tags.take_away(process.pid)
    assert tags.tagged() == {}


@pytest.fixture
def little_room(monkeypatch):
    """The kernel has room for one page of events."""
    bpf = module._library()
    load, bpf.bpf_object__find_map_by_name.restype = bpf.bpf_object__load, ctypes.c_void_p

    def with_one_page(code):
        events = bpf.bpf_object__find_map_by_name(ctypes.c_void_p(code), b"events")
        assert bpf.bpf_map__set_max_entries(ctypes.c_void_p(events), PAGE) == 0
        return load(code)

    bpf.bpf_object__load = with_one_page
    monkeypatch.setattr(module, "_library", lambda: bpf)


def test_lost_events_are_reported_and_the_tags_stay_true(little_room, tags, waiting):
    many = "read go; i=0; while [ $i -lt 300 ]; do (:); i=$((i+1)); done; /bin/sleep 60 & wait"
    process = waiting("/bin/sh", "-c", many)
    tags.put(process.pid, 7)
    go_on(process)
    until(lambda: any(procfs.name(pid) == "sleep" for pid in tags.tagged()))
    with pytest.raises(EventsLostError) as lost:
        tags.read()
    assert lost.value.events
    assert len(tags.tagged()) == 2
    tags.read()  # told once


def test_object_is_what_its_source_compiles_to(tmp_path):
    """By the compiler that built it: others make other code of it."""
    tools = [shutil.which(name) for name in ("clang", "llvm-objcopy")]
    if None in tools:
        pytest.skip("clang and llvm are not installed")
    said = subprocess.run(["clang", "--version"], capture_output=True, text=True, check=True).stdout
    version = re.search(r"version (\d+)", said)
    if version is None or version[1] != BUILT_BY:
        pytest.skip(f"built by clang {BUILT_BY}, and another version is installed")
    include, built = f"-I/usr/include/{os.uname().machine}-linux-gnu", tmp_path / "plays.bpf.o"
    subprocess.run(["clang", "-O2", "-g", "-target", "bpf", "-mcpu=v3", include, "-c", SOURCE, "-o", built], check=True)
    for name in SECTIONS:
        assert section(built, name, tmp_path) == section(module._OBJECT, name, tmp_path), name


def section(code, name, folder):
    to = folder / "section"
    subprocess.run(["llvm-objcopy", f"--dump-section={name}={to}", code, os.devnull], check=True)
    return to.read_bytes()
