"""How the tests are run fast on all cores, and no less is proved: what runs in Wine, what stays together, where files lie."""

from __future__ import annotations

import os
import tempfile
import zlib
from pathlib import Path

from tests.system import SOAK, WINDOWS, WINE

TESTS = Path(__file__).parent

# In Wine a program takes seconds to start and a file milliseconds to open. There only what asks the system for something is
# run: what is Windows' own, the contracts, host, whole houses, and of each room its programs as processes. On a real Windows
# everything runs.
WINE_FOLDERS = {"windows", "contracts", "host", "end_to_end"}
WINE_FILES = {"test_process.py", "test_program.py", "test_contract.py", "test_daemon_imports.py"}

LINUX_FOLDERS = {"linux", "bypasses"}

# Each of these parts uses the whole machine (accounts, mounts, screens, process events, a gate), so its tests run one after the
# other in one process. Parts run beside each other: each knows and guards only what is its own, and only the first knows the
# games that everybody knows. Of all other tests those of one file stay together. The long ones start first.
MACHINE = {
    "houses": (
        "end_to_end/", "daemon/test_process.py", "cli/test_demo.py", "cli/test_daemon_nouns.py", "cli/test_pause.py",
        "cli/test_proofs.py",
    ),
    "platform": ("contracts/", "daemon/platforms/linux/"),
    "rings": ("bypasses/",),
    "screens": ("tray/linux/", "tray/dialogs/linux/", "tray/showing/linux/"),
}  # fmt: skip
RINGS = 64  # groups of their cases: each process has servers of its own, and takes the next group when it is done with one
LONG = ("installers/", "rules/", "daemon/test_uplink.py", "agent/", "daemon/", "cli/")

PACKAGE = "installers/linux/"  # the first of these tests builds the package for all of them

# These are about what is left on a disk when a program is killed, or are the main job. The temporary files of all others lie in
# memory: nothing that they show depends on a disk, for which they would mostly wait.
REAL_DISK = ("end_to_end/", "agent/test_crash.py", "cli/test_demo.py", "compliance/test_log.py::test_kill_9_never_tears_it")
ROOM_NEEDED = 1 << 30  # bytes; all tests together take much less


def left_out(path: Path) -> bool:
    """Whether what lies there says nothing on this system, or nothing that it does not say elsewhere."""
    parts = path.relative_to(TESTS).parts
    if not LINUX_FOLDERS.isdisjoint(parts) if WINDOWS else "windows" in parts:
        return True
    if WINDOWS and "architecture" in parts:  # the tree's text is the same everywhere
        return path.suffix == ".py" and path.name not in WINE_FILES
    return WINE and not SOAK and path.suffix == ".py" and path.name not in WINE_FILES and WINE_FOLDERS.isdisjoint(parts)


def group(nodeid: str) -> str:
    """Tests of one group run one after the other in one process."""
    file = _name(nodeid).partition("::")[0]
    if file.startswith(PACKAGE):
        return "package"
    part = next((part for part, begins in MACHINE.items() if file.startswith(begins)), file)
    return f"ring {zlib.crc32(nodeid.encode()) % RINGS}" if part == "rings" else part


def turn(nodeid: str) -> int:
    """Tests with a smaller one start earlier."""
    turns = (*MACHINE.values(), *LONG)
    return next((turn for turn, begins in enumerate(turns) if _name(nodeid).startswith(begins)), len(turns))


def _name(nodeid: str) -> str:
    """The file that a test is in, below tests/, and what it is called there."""
    return nodeid.removeprefix("tests/")


def keep_files(nodeid: str = "") -> None:
    """Decides where temporary files of this test lie, and those of programs that it starts."""
    folder = DISK if _name(nodeid).startswith(REAL_DISK) else MEMORY
    if folder is None:  # where the system has them
        os.environ.pop("TMPDIR", None)
    else:
        os.environ["TMPDIR"] = folder
    tempfile.tempdir = None


def _shared_memory() -> str | None:
    """/dev/shm if there is one with room, from which programs may be started."""
    try:
        found = os.statvfs("/dev/shm")
    except (OSError, AttributeError):  # none here; Windows
        return None
    roomy = found.f_bavail * found.f_frsize >= ROOM_NEEDED and not found.f_flag & os.ST_NOEXEC
    return "/dev/shm" if roomy and os.access("/dev/shm", os.W_OK) else None


MEMORY = os.environ.get("TMPDIR") or _shared_memory()  # where the user says, else in memory
DISK = None if WINDOWS else "/var/tmp"
