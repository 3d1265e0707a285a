"""Whoever asks the gate often waits for it; nobody else does."""

from __future__ import annotations

import os
import time

import pytest

from daemon.platforms.api import Refusals, WatchTrouble
from daemon.platforms.linux.calls import Question
from daemon.platforms.linux.gate import questions
from daemon.platforms.linux.gate.execgate import ExecGate
from daemon.platforms.linux.gate.judging import Judge, RefusalsByUid
from daemon.platforms.linux.gate.questions import Turns
from host.clock import SystemClock
from rules.games import Catalogue
from tests.system import until

AN, BINH, ROOT = 1000, 1001, 0
NOBODY_LIMITED = RefusalsByUid(Catalogue(()), {})
AN_LIMITED = RefusalsByUid(Catalogue(()), {AN: ("an", frozenset({"chess"}))}, ((range(100_000, 165_536), AN),))
FLOOD = """
import ctypes, signal, sys, threading
path, words = sys.argv[1].encode(), (ctypes.c_char_p * 2)(b"x", None)
execv = ctypes.CDLL(None).execv  # other threads run meanwhile
def ask():
    while True:
        execv(path, words)
for _ in range(20):
    threading.Thread(target=ask, daemon=True).start()
signal.pause()
"""


@pytest.fixture
def who(monkeypatch):
    """Whose each pid is; the pids that were looked at."""
    found, looked = {}, []

    def acting(pid):
        looked.append(pid)
        return found[pid]

    monkeypatch.setattr(questions, "acting", acting)
    found["looked"] = looked
    return found


def order(waiting):
    return [one.handle for one in waiting.rest()]


def test_each_account_has_its_turn(who):
    """Also the numbers of its own world are the account's."""
    who.update({1: AN, 2: AN, 3: BINH, 4: ROOT, 5: 100_007})
    waiting = Turns()
    asked = [Question(number, pid) for number, pid in enumerate((1, 1, 2, 5, 1, 3, 3, 4))]
    assert waiting.add(asked, AN_LIMITED) == []
    assert len(waiting) == 8
    assert order(waiting) == [0, 5, 7, 1, 6, 2, 3, 4]
    assert len(waiting) == 0


@pytest.mark.parametrize(("current", "may"), [(AN_LIMITED, False), (NOBODY_LIMITED, True), (None, True)])
def test_too_many_of_one_are_answered_at_once(who, monkeypatch, current, may):
    """No if anything is refused to that account: it may be that. Who asks less is not meant."""
    monkeypatch.setattr(questions, "_MOST_OF_ONE", 4)
    who.update({1: AN, 2: BINH})
    waiting = Turns()
    asked = [Question(number, 1) for number in range(6)] + [Question(6, 2)] * (current is not None)
    over = waiting.add(asked, current)
    assert [(one.handle, said) for one, said in over] == [(4, may), (5, may)]
    assert sorted(order(waiting)) == [0, 1, 2, 3] + [6] * (current is not None)


def test_one_that_cannot_be_looked_at_waits_as_nobody_s(monkeypatch):
    monkeypatch.setattr(questions, "acting", lambda *_: 1 / 0)
    waiting = Turns()
    assert waiting.add([Question(1, 1), Question(2, 1)], AN_LIMITED) == []
    assert order(waiting) == [1, 2]


@pytest.mark.promise("Servers and rights: One account's slow files or displays delay no other account")
def test_who_has_many_waiting_is_answered_at_leisure(who):
    """The processors are left to others; root, and who asks one after the other, does not wait for that. Answers come together,
    as each has the kernel wake all that wait.
    """
    who.update({1: AN, 2: BINH, 3: ROOT})
    waiting = Turns()
    waiting.add([Question(number, 1) for number in range(200)], AN_LIMITED)
    waiting.add([Question(200 + number, 2) for number in range(10)], AN_LIMITED)
    waiting.add([Question(300 + number, 3) for number in range(20)], AN_LIMITED)

    def turn(now):
        found = []
        while one := waiting.next(now):
            found.append(one.handle)
        return found

    now = 1_000
    assert waiting.wait(3_000) == 0
    assert sorted(turn(now)) == [*range(16), *range(200, 210), *range(300, 320)]
    assert waiting.wait(3_000) == 40
    assert [turn(now + 39), turn(now + 40), turn(now + 79)] == [[], [*range(16, 32)], []]
    for _ in range(9):
        now += 80
        turn(now)
    assert len(waiting) == 24
    assert len(turn(now + 80)) == 24  # the last few are no crowd
    assert (len(waiting), waiting.wait(3_000)) == (0, 3_000)


# --- a gate ----------------------------------------------------------------------------------------------------------------


@pytest.mark.root
def test_a_start_is_not_behind_another_account_s_flood(gate_folder, launcher, monkeypatch):
    """Twenty threads ask about a file that is no program, of which each answer takes 30 ms."""
    answer, told, slow_ones = Judge.answer, [], []

    def slow(self, question, current):
        if os.readlink(f"/proc/self/fd/{question.handle}").endswith("/junk"):  # noqa: PTH115
            slow_ones.append(question)
            time.sleep(0.03)
        return answer(self, question, current)

    monkeypatch.setattr(Judge, "answer", slow)
    for name, content in (("junk", b"hello"), ("theirs", b"#!/bin/true\n")):
        (gate_folder / name).write_bytes(content)
        (gate_folder / name).chmod(0o755)
        os.chown(gate_folder / name, 65534, 65534)  # root's would not be asked about again
    gate = ExecGate(SystemClock(), told.append)
    flood = launcher("start", args=["/usr/bin/python3", "-c", FLOOD, str(gate_folder / "junk")], user="games", cwd="/")["pid"]
    gate.open()
    try:
        gate.arm(Refusals(Catalogue(()), {}))
        gate.watch(str(gate_folder))
        until(lambda: len(slow_ones) > 40)
        took = []
        for _ in range(3):
            began = time.monotonic()
            launcher("start", args=[str(gate_folder / "theirs")], user="nobody", cwd="/")
            took.append(time.monotonic() - began)
        assert sorted(took)[1] < 0.3, took
        assert not [one for one in told if isinstance(one, WatchTrouble)]
    finally:
        gate.close()
        launcher("finish", pid=flood)
