"""What the kernel does with tags: kernel/plays.bpf.c as it is loaded."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from daemon.platforms.linux.kernel import tags as kernel
from daemon.platforms.linux.kernel.tags import KernelTags
from tests.system import until

pytestmark = pytest.mark.root
BUILT_BY = "clang version 14.0.6"
TAG = 4_711


@pytest.fixture
def tags():
    try:
        made = KernelTags()
    except OSError as error:
        pytest.skip(f"this kernel carries no tags: {error}")
    yield made
    made.close()


@pytest.fixture
def process(signs):
    """`process(code)`: a Python that waits for the sign `go` before it runs this."""
    every = []

    def start(code):
        text = f"import os, sys, time\nprint(flush=True)\n{signs.wait('go')}\n{code}"
        one = subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE)
        one.stdout.readline()
        every.append(one)
        return one

    yield start
    for one in every:
        one.kill()
        one.wait()
        one.stdout.close()


def told(tags, *pids):
    """`(kind, pid, parent, tag)` of these, or of all, that were told so far."""
    found = []

    def more():
        found.extend((one.kind, one.pid, one.parent, one.tag) for one in tags.read() if not pids or one.pid in pids)
        return found

    return more


def test_children_inherit_the_tag_and_keep_it_over_exec(tags, process, signs):
    one = process("child = os.fork()\nif not child: os.execv('/bin/sleep', ['sleep', '0.2'])\nos.waitpid(child, 0)")
    tags.put(one.pid, TAG)
    more = told(tags)
    signs.give("go")
    until(lambda: any(parent == one.pid for _, _, parent, _ in more()))
    child = next(pid for _, pid, parent, _ in more() if parent == one.pid)
    assert tags.tagged() == {one.pid: TAG, child: TAG}
    one.wait()
    until(lambda: ("exit", one.pid, 0, TAG) in more())
    assert [said for said in more() if said[1] == child] == [
        ("fork", child, one.pid, TAG), ("exec", child, 0, TAG), ("exit", child, 0, TAG)]
    assert tags.tagged() == {}


def test_what_is_taken_away_is_not_inherited(tags, process, signs):
    one = process("child = os.fork()\nif not child: time.sleep(0.2); os._exit(0)\nos.waitpid(child, 0)")
    tags.put(one.pid, TAG)
    tags.take_away(one.pid)
    signs.give("go")
    one.wait()
    assert tags.tagged() == {}


def test_only_the_last_thread_ends_a_process(tags, process, signs):
    thread = "threading.Thread(target=time.sleep, args=(0.5,)).start()"
    code = f"import ctypes, threading\n{thread}\nctypes.CDLL(None).pthread_exit(None)"
    one = process(code)
    tags.put(one.pid, TAG)
    more = told(tags, one.pid)
    signs.give("go")
    until(lambda: Path(f"/proc/{one.pid}/stat").read_text().rpartition(") ")[2][0] == "Z")
    assert more() == []
    assert tags.tagged() == {one.pid: TAG}
    until(lambda: more() == [("exit", one.pid, 0, TAG)])
    assert tags.tagged() == {}


def test_a_process_that_may_start_a_game_is_tagged_by_its_next_exec(tags, process, signs):
    one = process("os.execv('/bin/sleep', ['sleep', '60'])")
    tags.let(one.pid, TAG)
    more = told(tags, one.pid)
    assert tags.tagged() == {}
    signs.give("go")
    until(lambda: more() == [("exec", one.pid, 0, TAG)])
    assert tags.tagged() == {one.pid: TAG}


def test_lost_events_are_told_and_the_tags_stay_true(tags, process):
    one = process("")
    tags.put(one.pid, TAG)
    tags._put(tags._state, kernel._LOST, 3)  # as the kernel counts them
    with pytest.raises(kernel.EventsLostError):
        tags.read()
    assert tags.tagged() == {one.pid: TAG}
    assert tags.read() == []


def test_root_is_watched_where_it_plays(tags, process, signs):
    one = process("os.execv('/bin/sleep', ['sleep', '0'])")
    tags.watch_root(on=True)
    more = told(tags, one.pid)
    signs.give("go")
    until(lambda: more() == [("exec", one.pid, 0, 0), ("exit", one.pid, 0, 0)])


def test_the_object_is_built_from_the_source(tmp_path):
    """Another compiler makes other code: only the one that built it is asked."""
    clang = shutil.which("clang-14") or shutil.which("clang")
    said = subprocess.run([clang, "--version"], capture_output=True, text=True, check=True).stdout if clang else ""
    if BUILT_BY not in said:
        pytest.skip(f"built by {BUILT_BY}, which is not here")
    source = Path(kernel.__file__).with_name("plays.bpf.c")
    made = tmp_path / "plays.bpf.o"
    line = next(line for line in source.read_text().splitlines() if " make: " in line).partition(" make: ")[2]
    command = line.partition(" && ")[0]
    done = subprocess.run(["sh", "-c", command.replace("clang", clang, 1).replace("-o plays.bpf.o", f"-o {made}")],
                          cwd=source.parent, capture_output=True, text=True, check=False)
    if "file not found" in done.stderr:
        pytest.skip(done.stderr.splitlines()[0])
    assert done.returncode == 0, done.stderr
    tool = shutil.which("llvm-objcopy-14") or pytest.skip("needs llvm-objcopy-14")
    assert _stripped(tool, made, tmp_path) == _stripped(tool, source.with_suffix(".o"), tmp_path)


def _stripped(tool, path, folder):
    """Without what tells in which folder it was built."""
    without = [f"--remove-section={name}" for name in (".BTF", ".rel.BTF", ".BTF.ext", ".rel.BTF.ext")]
    subprocess.run([tool, "-g", *without, path, folder / "stripped"], check=True)
    return (folder / "stripped").read_bytes()
