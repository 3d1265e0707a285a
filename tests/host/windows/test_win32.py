"""What pywin32 fails with is an OSError for everybody else, and it is loaded only by whom it serves."""

from __future__ import annotations

import errno
import json
import msvcrt
import os
import subprocess
import sys
import weakref
from contextlib import suppress
from pathlib import Path

import pytest
import pywintypes
import win32file

from host.windows.win32 import ACCESS_DENIED, PIPE_BUSY, AsOSError, Unless, open_file

TREE = Path(__file__).parents[3]
START = """
import contextlib, json, sys
sys.path.insert(0, sys.argv[1])
from cli.__main__ import main
with contextlib.redirect_stdout(sys.stderr):
    main(["--version"])
print(json.dumps([name for name in sys.modules if name.startswith("win32")]))
"""


def failing(code: int) -> None:
    raise pywintypes.error(code, "ThatCall", "It did not go.")


@pytest.mark.parametrize(("what", "named"), [("", "ThatCall"), ("x.txt", "x.txt")])
def test_a_failure_is_pythons_own(what: str, named: str) -> None:
    """With the code of Windows, its words, and what it is about; of the class that belongs to the code."""
    with pytest.raises(PermissionError) as failed, AsOSError(what):
        failing(ACCESS_DENIED)
    assert (failed.value.winerror, failed.value.strerror, failed.value.filename) == (ACCESS_DENIED, "It did not go.", named)


def test_what_is_not_there_is_not_found(tmp_path: Path) -> None:
    """As by Python's own open."""
    with pytest.raises(FileNotFoundError, match="nothing"):
        open_file(str(tmp_path / "nothing"), 0, 0)


def test_only_the_failure_that_was_meant_is_none() -> None:
    """Any other one is said, and what is no failure of Windows stays what it is."""
    with Unless(PIPE_BUSY, ACCESS_DENIED):
        failing(ACCESS_DENIED)
    with pytest.raises(PermissionError), Unless(PIPE_BUSY):
        failing(ACCESS_DENIED)
    with pytest.raises(KeyError), Unless(PIPE_BUSY):
        raise KeyError


@pytest.mark.parametrize("caught", [AsOSError, lambda: Unless(ACCESS_DENIED)])
def test_a_failure_holds_nothing(caught) -> None:
    """A handle of the function that failed is closed as that returns, not when the collector comes by."""

    class Handle:
        pass

    def fails() -> weakref.ref[Handle]:
        handle = Handle()
        with suppress(OSError), caught():
            failing(ACCESS_DENIED)
        return weakref.ref(handle)

    assert fails()() is None


def test_the_bare_handle_is_ours_to_close(tmp_path: Path) -> None:
    """Closed once, and by nobody else before."""
    with open_file(str(tmp_path / "f"), win32file.GENERIC_WRITE, 0, how=win32file.CREATE_NEW) as handle:
        assert win32file.GetFileType(handle.value) == win32file.FILE_TYPE_DISK
        bare = handle.value
    with pytest.raises(OSError, match=r".+"), AsOSError():
        win32file.CloseHandle(bare)


def test_a_start_loads_only_what_it_needs() -> None:
    """Accounts, secrets, services, windows and sessions are for whoever asks for them."""
    command = [sys.executable, "-I", "-c", START, str(TREE)]
    done = subprocess.run(command, input=b"", capture_output=True, timeout=60, check=True)
    assert set(json.loads(done.stdout)) <= {"win32api", "win32file", "win32pipe", "win32security"}


def test_a_handle_that_becomes_no_descriptor_is_still_ours(tmp_path, monkeypatch):
    """Where there are as many descriptors as there may be, it is closed, and nobody is kept from the file."""

    def full(*_: int) -> int:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    path = tmp_path / "file"
    path.touch()
    monkeypatch.setattr(msvcrt, "open_osfhandle", full)
    with (
        open_file(str(path), win32file.GENERIC_READ, 0, share=0) as handle,
        pytest.raises(OSError, match=os.strerror(errno.EMFILE)),
    ):
        handle.into_file(os.O_RDONLY)
    path.unlink()
