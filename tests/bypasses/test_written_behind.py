"""A file that is one thing when it is looked at and another when it runs: changed by way of a map, of which no stamp tells."""

from __future__ import annotations

# It is innocent until its stamps are old enough to be believed, and has been started, or told to the loader, by then.
CHANGED = """
import contextlib, glob, mmap, os, subprocess, time
LOADER = glob.glob("/lib64/ld-linux*")[0]
def content(path):
    with open(path, "rb") as file: return file.read()
game = content(os.environ["GAME"])
file = os.open("x", os.O_RDWR | os.O_CREAT, 0o755)
os.write(file, content("/bin/sleep").ljust(len(game), bytes(1)))
pages = mmap.mmap(file, 0); os.close(file)
pages[:] = pages[:]
before = os.stat("x")
time.sleep(2.5)
subprocess.run([LOADER, "./x", "0.3"], check=True)
with contextlib.suppress(OSError): subprocess.run(["./x"])  # while somebody may write to it, the kernel starts it not
pages[:] = game
assert os.stat("x").st_ctime_ns == before.st_ctime_ns
"""
EXECUTED = 'pages.close(); os.execv("./x", ["x", os.environ["PLAY"]])'
LOADED = 'os.execv(LOADER, [LOADER, "./x", os.environ["PLAY"]])'
RUN = 'exec python3 -c "$DO"'


def test_a_game_is_refused_in_the_place_of_what_was_there(case):
    case(0).refused(RUN, DO=CHANGED + EXECUTED)


def test_one_that_is_loaded_is_ended(case):
    case(0).ended(RUN, DO=CHANGED + LOADED)
