"""Starts and ends programs for tests whose own process must not, as it runs the exec gate. Speaks JSON, a line each way."""

import json
import os
import signal
import subprocess
import sys
import time

children = {}


def start(args, user=None, cwd=None, env=None):
    before = time.monotonic_ns()
    try:
        child = subprocess.Popen(args, user=user, group=user and 60, extra_groups=[] if user else None, cwd=cwd, env=env,
                                 stdin=subprocess.DEVNULL, start_new_session=True)
    except OSError as error:
        return {"refused": error.strerror, "before": before // 10**6, "after": time.monotonic_ns() // 10**6}
    children[child.pid] = child
    return {"pid": child.pid, "before": before // 10**6, "after": time.monotonic_ns() // 10**6}


def finish(pid):
    before = time.monotonic_ns()
    children[pid].send_signal(signal.SIGKILL)
    children[pid].wait(5)
    return {"before": before // 10**6, "after": time.monotonic_ns() // 10**6}


def wait(pid, timeout):
    try:
        return {"code": children[pid].wait(timeout)}
    except subprocess.TimeoutExpired:
        return {"code": None}


def run(args, timeout=20):
    done = subprocess.run(args, capture_output=True, text=True, timeout=timeout, check=False)
    return {"code": done.returncode, "out": done.stdout, "err": done.stderr}


for line in sys.stdin:
    ask = json.loads(line)
    sys.stdout.write(json.dumps(globals()[ask.pop("do")](**ask)) + "\n")
    sys.stdout.flush()
for child in children.values():
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
