"""Whatever else a clever child thinks of. One line each: the odder the way, the shorter it is told."""

from __future__ import annotations

import pytest

from tests.bypasses.case import some
from tests.bypasses.test_forks import own_python
from tests.system import SOAK, until

HELD = """python3 -c 'import os, sys
game = open(os.environ["GAME"], "rb").read()
def go(file): os.execve(file, ["x", os.environ["PLAY"]], os.environ)
{}'"""
# The game as a program's loader: the kernel starts there.
LOADER = """with open("/bin/true", "rb") as file: true = file.read()
name = true[true.index(b"/lib64/ld-linux"):].split(bytes(1))[0]
with open("x", "wb") as file: file.write(game)
with open("y", "wb") as file: file.write(true.replace(name, b"./x".ljust(len(name), bytes(1))))
os.chmod("x", 0o755); os.chmod("y", 0o755); go("./y")"""
WITHOUT_NAME = """file = os.open(".", os.O_TMPFILE | os.O_RDWR, 0o755)
os.write(file, game); again = os.open(f"/proc/self/fd/{file}", os.O_RDONLY); os.close(file); go(again)"""
THREAD = 'import threading; threading.Thread(target=go, args=(os.environ["GAME"],)).start()'
EXECVEAT = """import ctypes
words = (ctypes.c_char_p * 3)(b"x", os.environ["PLAY"].encode()); libc = ctypes.CDLL(None)
folder = os.open(os.path.dirname(os.environ["GAME"]), os.O_PATH)
sys.exit(libc.execveat(folder, os.path.basename(os.environ["GAME"]).encode(), words, None, 0x100))"""
NO_WORDS = 'import ctypes; sys.exit(ctypes.CDLL(None).execve(os.environ["GAME"].encode(), None, None))'
TRACED = """import ctypes; ctypes.CDLL(None).ptrace(0, 0, 0, 0); go(os.environ["GAME"])"""
SWAPPED = """with open("g", "wb") as file: file.write(game)
os.chmod("g", 0o755); os.symlink("/bin/true", "x")
if not (child := os.fork()):
    while True:
        for one in ("g", "/bin/true"): os.symlink(one, "y"); os.rename("y", "x")
import contextlib, subprocess
for _ in range(60):
    with contextlib.suppress(PermissionError): subprocess.call(["./x", os.environ["PLAY"]], stdin=0)
os.kill(child, 9)
go("./g")"""

REFUSED = {
    "setuid copy": 'cp "$GAME" x && chmod 6755 x && ./x "$PLAY"',
    "only executable": 'cp "$GAME" x && chmod 111 x && ./x "$PLAY"',
    "name with lines": 'cp "$GAME" $\'a\\n) Z 1 (b\' && ./$\'a\\n) Z 1 (b\' "$PLAY"',
    "name like a deleted one": 'cp "$GAME" "x (deleted)" && "./x (deleted)" "$PLAY"',
    "no name": """exec -a "" "$GAME" "$PLAY" """,
    "by way of /proc": '"/proc/self/root/$GAME" "$PLAY"',
    "by way of another's cwd": 'cp "$GAME" x && { sleep 9 & "/proc/$!/cwd/x" "$PLAY"; e=$?; kill $!; exit $e; }',
    "cwd is gone": 'cp "$GAME" x && mkdir d && cd d && rmdir ../d && exec 3<../x && rm ../x && exec /proc/self/fd/3 "$PLAY"',
    "huge environment": 'X=$(head -c 120000 /dev/zero | tr "\\0" x) Y=$X Z=$X exec "$GAME" "$PLAY"',
    "huge arguments": 'exec "$GAME" "$PLAY" $(head -c 900000 /dev/zero | fold -w 9 | tr "\\0" x)',
    "no descriptors": 'ulimit -n 3; exec "$GAME" "$PLAY"',
    "no standard ones": 'exec "$GAME" "$PLAY" <&- >&- 2>&-',
    "limits": 'prlimit --core=0 --nofile=64 --stack=1048576 "$GAME" "$PLAY"',
    "idle": 'chrt --idle 0 ionice -c 3 taskset 0xffffffff "$GAME" "$PLAY"',
    "rights given up": 'setpriv --no-new-privs --pdeathsig KILL --inh-caps=-all "$GAME" "$PLAY"',
    "another machine": 'setarch "$(uname -m)" -R -X "$GAME" "$PLAY"',
    "terminal": """script -qec '"$GAME" "$PLAY"' /dev/null""",
    "lock": 'flock . "$GAME" "$PLAY"',
    "perl": """perl -e 'exec {$ENV{GAME}} "bash", $ENV{PLAY}; exit 1'""",
    "find": 'find . -maxdepth 0 -exec sh -c \'exec "$GAME" "$PLAY"\' \\; -quit; test -e "$RAN"',
    "audited": 'LD_AUDIT=/lib/x.so LD_DEBUG=all LD_BIND_NOW=1 exec "$GAME" "$PLAY"',
    "thread": HELD.format(THREAD + "; sys.exit(1)"),
    "execveat": HELD.format(EXECVEAT),
    "no words": HELD.format(NO_WORDS),
    "traced": HELD.format(TRACED),
    "loader": HELD.format(LOADER),
    "never had a name": HELD.format(WITHOUT_NAME),
    "swapped meanwhile": HELD.format(SWAPPED),
}
SEALED = """file = os.memfd_create("x", {})
os.write(file, game); import fcntl; fcntl.fcntl(file, fcntl.F_ADD_SEALS, 0xF{}); go(file)"""
ENDED = {
    "sealed memory": HELD.format(SEALED.format("os.MFD_ALLOW_SEALING", "")),
}


@pytest.mark.parametrize("scripts", some(REFUSED))
def test_a_game_in_an_odd_way_is_refused(case, scripts):
    case(0).each_refused(scripts)


@pytest.mark.parametrize("scripts", some(ENDED))
def test_a_game_that_the_gate_cannot_see_is_ended(case, scripts):
    case(0).each_ended(scripts)


@pytest.mark.promise("Games: A setuid copy that a friend made is the child's play")
def test_a_friends_setuid_copy_is_the_childs_game(case, ring):
    """Who acts is who started it, whoever's file it is."""
    one = case(0)
    assert one.start('cp "$GAME" x && chmod 4755 x', ring.friend).over()[0] == 0
    one.refused('./x "$PLAY"')


NAMESPACES = {
    "chroot": """unshare -rm sh -c 'mkdir r && mount --rbind / r && chroot r "$GAME" "$PLAY"'""",
    "pivot_root": """unshare -rm sh -c 'mkdir r && mount --rbind / r && cd r && pivot_root . . && cd / && "$GAME" "$PLAY"'""",
    "nsenter": """unshare -rm sh -c 'nsenter -t $$ -m "$GAME" "$PLAY"'""",
    "another user there": 'unshare -U --map-user=0 --map-group=0 --keep-caps "$GAME" "$PLAY"',
    "nobody there": 'unshare -U "$GAME" "$PLAY"',
    "everything": 'unshare -UrmnipuCT --fork --mount-proc "$GAME" "$PLAY"',
    "another time": 'unshare -rT --monotonic 99999 --boottime 99999 --fork "$GAME" "$PLAY"',
    "namespace in a namespace": 'unshare -rm unshare -rm unshare -rm "$GAME" "$PLAY"',
    "noexec elsewhere": """unshare -rm sh -c 'mount --bind . . && mount -o remount,bind,ro . && "$GAME" "$PLAY"'""",
}
# A file system that is nowhere mounted, and one that is nowhere mounted any more.
DETACHED = HELD.format("""import ctypes
call = ctypes.CDLL(None).syscall
made = call(430, b"tmpfs", 0); call(431, made, 6, None, None, 0); top = call(432, made, 0, 0)
file = os.open("x", os.O_WRONLY | os.O_CREAT, 0o755, dir_fd=top)
os.write(file, game); os.close(file); os.fchdir(top); go("./x")""")
UNSEEN = {
    "ramfs": """unshare -rm sh -c 'mkdir m && mount -t ramfs m m && cp "$GAME" m/x && m/x "$PLAY"'""",
    "unmounted": """unshare -rm sh -c 'mkdir m && mount -t tmpfs m m && cp "$GAME" m/x && cd m && umount -l . &&
        ./x "$PLAY"'""",
    "never mounted": f"unshare -rm {DETACHED}",
    "overlay on a tmpfs": """unshare -rm sh -c 'mkdir m o && mount -t tmpfs m m && mkdir m/l m/u m/w && cp "$GAME" m/l/x &&
        mount -t overlay -o lowerdir=m/l,upperdir=m/u,workdir=m/w o o && umount -l m && o/x "$PLAY"'""",
    "seen from outside": """unshare -rm sh -c 'mkdir m && mount -t tmpfs m m && cp "$GAME" m/x &&
            echo $$ >pid && mv pid here && exec sleep 60' &
        until [ -e here ]; do sleep 0.01; done
        in=$(cat here); "/proc/$in/cwd/m/x" "$PLAY"; e=$?; kill $in; exit $e""",
}


@pytest.mark.promise("Games: A game in a container or a namespace is refused")
@pytest.mark.usefixtures("namespaces")
@pytest.mark.parametrize("scripts", some(NAMESPACES))
def test_a_game_in_a_namespace_is_refused(case, scripts):
    case(0).each_refused(scripts)


@pytest.mark.promise("Games: A copy on a disk that the gate does not guard is ended")
@pytest.mark.usefixtures("namespaces")
@pytest.mark.parametrize("scripts", some(UNSEEN))
def test_a_game_on_a_file_system_of_its_own_is_ended(case, scripts):
    case(0).each_ended(scripts)


PLAYED = """
import ctypes, os, sys
libc = ctypes.CDLL(None)
open(os.environ["RAN"], "a").write("ran")
{}
sys.stdin.read()
"""
COUNTED = {
    "not dumpable": "libc.prctl(4, 0, 0, 0, 0)",
    "another name": 'libc.prctl(15, b"bash", 0, 0, 0)',
    "other limits": "import resource; resource.setrlimit(resource.RLIMIT_STACK, (1 << 20, 1 << 20)); os.nice(19)",
    "idle": "os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))",
    "its own group": "os.fork() and os._exit(0); os.setsid(); os.closerange(3, 99)",
}


@pytest.mark.parametrize("do", COUNTED.values() if SOAK else ["\n".join(COUNTED.values())], ids=COUNTED if SOAK else ["all"])
def test_a_game_that_makes_itself_small_is_counted(case, do):
    """What runs was recognised, whatever it does to itself."""
    one = case(None, make=own_python)
    with one.played('"$GAME" -c "$DO" | cat', DO=PLAYED.format(do), PYTHONHOME="/usr") as run:
        until(one.ran.exists)
        one.look_again()
        assert one.running()
    assert one.used() >= run.at_least - 0.05


@pytest.mark.promise("Clock: A false clock or environment of the child's own decides nothing")
@pytest.mark.usefixtures("namespaces")
def test_an_own_clock_counts_nothing(case):
    """Time as the kernel tells it there is not what play is counted on."""
    one = case(None)
    with one.played('unshare -rT --monotonic 99999 --boottime 99999 --fork "$GAME" "$PLAY"') as run:
        until(one.ran.exists)
        one.look_again()
    assert run.at_least - 0.05 <= one.used() <= run.at_most + 0.05
