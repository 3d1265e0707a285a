"""Programs that are over and stay: whoever traces one of their threads does not wait for it (ptrace(2))."""

from __future__ import annotations

GAME = """#!/usr/bin/python3
import sys, threading
threading.Thread(target=threading.Event().wait, daemon=True).start()
sys.stdin.read()
"""
# Starts what it is told, traces its second thread, or the first one until that is about to end, says its pid and stays.
TRACER = """
import ctypes, os, signal, sys, time
WHICH, PROGRAM = sys.argv[1], sys.argv[2:]
SEIZE, EXITS = 0x4206, 0x40
ptrace = ctypes.CDLL(None, use_errno=True).ptrace
ptrace.argtypes = (ctypes.c_long,) * 4
if not (pid := os.fork()):
    os.execvp(PROGRAM[0], PROGRAM)
while len(threads := sorted(map(int, os.listdir(f"/proc/{pid}/task")))) < 2:
    time.sleep(0.01)
if WHICH == "second":
    found = ptrace(SEIZE, threads[1], 0, 0)
else:
    found = ptrace(SEIZE, threads[0], 0, EXITS)
print(pid, found, flush=True)
signal.pause()
"""
