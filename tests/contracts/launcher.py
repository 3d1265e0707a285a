"""Starts and ends programs for tests whose own process must not, as it runs the exec gate. Speaks JSON, a line each way."""

import json
import os
import resource
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


def rate(args, count):
    """Microseconds for each of `count` starts, to the end of the program, and of a processor."""
    spent, before = _cpu_s(), time.perf_counter_ns()
    for _ in range(count):
        os.waitpid(os.posix_spawn(args[0], args, {}), 0)
    took = time.perf_counter_ns() - before
    return {"us": took / 1000 / count, "cpu_us": (_cpu_s() - spent) * 1e6 / count}


def refused(path, uid, count):
    """Microseconds of each of `count` calls of execve that user `uid` is refused, from the call to its answer."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.setuid(uid)
        for _ in range(count):
            before = time.perf_counter_ns()
            try:
                os.execv(path, [path])
            except PermissionError:
                os.write(theirs, f"{(time.perf_counter_ns() - before) / 1000}\n".encode())
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours) as told:
        took = [float(line) for line in told]
    os.waitpid(child, 0)
    return {"us": took}


def _cpu_s():
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def each(paths):
    """Milliseconds of each of these programs, from its start to its end."""
    took = []
    for path in paths:
        before = time.perf_counter_ns()
        os.waitpid(os.posix_spawn(path, [path], {}), 0)
        took.append((time.perf_counter_ns() - before) / 1e6)
    return {"ms": took}


def life(args):
    """Milliseconds from the exec to the end, or to one second if nobody ends it."""
    child = subprocess.Popen(args, stdin=subprocess.DEVNULL)
    begun = time.perf_counter_ns()
    try:
        child.wait(1)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    return {"ms": (time.perf_counter_ns() - begun) / 1e6}


for line in sys.stdin:
    ask = json.loads(line)
    sys.stdout.write(json.dumps(globals()[ask.pop("do")](**ask)) + "\n")
    sys.stdout.flush()
for child in children.values():
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
