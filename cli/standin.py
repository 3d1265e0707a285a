"""The stand-in game of `giochoi demo`, label VN00: it plays on its own, and saves when it is asked to close.

It runs as a copy of this file, by itself: only the standard library, nothing of ours. Where the system closes programs by their
windows (Windows), it has one; elsewhere SIGTERM closes it. With GIOCHOI_STANDIN_STUBBORN set it does not listen when asked to
close, as some games do not.
"""

from __future__ import annotations

import ctypes
import itertools
import os
import signal
import sys
import threading
from typing import Any

_BOARD = ("🐢      🏁", " 🐢     🏁", "  🐢    🏁", "   🐢   🏁", "    🐢  🏁", "     🐢 🏁", "      🐢🏁")
_PLAIN = {ord("🐢"): "@)", ord(" "): ". . ", ord("🏁"): " |"}  # in characters that any font has
_TURN_S = 0.2


class Race:
    """The game: one turn after the other until it is over. `stubborn`: does not listen."""

    def __init__(self, *, stubborn: bool) -> None:
        self._stubborn = stubborn
        self._boards = itertools.cycle(_BOARD)
        self._turns = 0
        say("Rùa chạy đua: chào bạn! / Turtle race: hello!")

    def turn(self) -> str:
        self._turns += 1
        return next(self._boards)

    def asked_to_close(self) -> bool:
        """Whether it does: then it has saved."""
        say("không nghe đâu! / not listening!" if self._stubborn else "đang lưu / saving")
        if not self._stubborn:
            lap = self._turns // len(_BOARD) + 1
            say(f"đã lưu ở vòng {lap}, tạm biệt / saved in lap {lap}, goodbye")
        return not self._stubborn


def main() -> int:
    """Play until asked to close."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")
    race = Race(stubborn=bool(os.environ.get("GIOCHOI_STANDIN_STUBBORN")))
    windows = getattr(ctypes, "WinDLL", None)
    if windows is None:
        _play(race)
    else:
        _play_in_a_window(race, windows("user32"), windows("kernel32"))
    return 0


def _play(race: Race) -> None:
    closing = threading.Event()

    def asked(_signal: int, _frame: object) -> None:
        if race.asked_to_close():
            closing.set()

    signal.signal(signal.SIGTERM, asked)
    while not closing.wait(_TURN_S):
        board = race.turn()
        if sys.stdout.isatty():
            sys.stdout.write(f"\r{board}")
            sys.stdout.flush()


def _play_in_a_window(race: Race, user32: Any, kernel32: Any) -> None:
    """A small window that shows the race; its procedure is the game's loop."""
    close, destroy, timer = 0x0010, 0x0002, 0x0113  # WM_CLOSE, WM_DESTROY, WM_TIMER
    overlapped, static = 0x10CF0000, 0x50000001  # WS_OVERLAPPEDWINDOW | WS_VISIBLE; WS_CHILD | WS_VISIBLE | SS_CENTER
    word, handle = ctypes.c_ssize_t, ctypes.c_void_p
    procedure_type = ctypes.CFUNCTYPE(word, handle, ctypes.c_uint, ctypes.c_size_t, word)
    user32.DefWindowProcW.argtypes = (handle, ctypes.c_uint, ctypes.c_size_t, word)
    user32.DefWindowProcW.restype = word
    user32.CreateWindowExW.restype = handle
    user32.SetWindowTextW.argtypes = (handle, ctypes.c_wchar_p)
    user32.DestroyWindow.argtypes = (handle,)
    user32.SetTimer.argtypes = (handle, ctypes.c_size_t, ctypes.c_uint, handle)
    kernel32.GetModuleHandleW.restype = handle

    def answer(window: int, message: int, first: int, second: int) -> int:
        if message == timer:
            user32.SetWindowTextW(label, race.turn().translate(_PLAIN))
        elif message == close:
            if race.asked_to_close():
                user32.DestroyWindow(window)
        elif message == destroy:
            user32.PostQuitMessage(0)
        else:
            return int(user32.DefWindowProcW(window, message, first, second))
        return 0

    procedure = procedure_type(answer)

    class Kind(ctypes.Structure):  # WNDCLASSW
        _fields_ = (
            ("style", ctypes.c_uint), ("procedure", procedure_type), ("extra", ctypes.c_int * 2), ("instance", handle),
            ("icon", handle), ("cursor", handle), ("background", handle), ("menu", ctypes.c_wchar_p),
            ("name", ctypes.c_wchar_p),
        )  # fmt: skip

    instance = kernel32.GetModuleHandleW(None)
    user32.RegisterClassW(ctypes.byref(Kind(procedure=procedure, instance=instance, background=6, name="RuaChayDua")))
    place = (handle(), handle(), handle(instance), handle())
    window = user32.CreateWindowExW(0, "RuaChayDua", "Rùa chạy đua / Turtle race", overlapped, 80, 80, 320, 120, *place)
    place = (handle(window), handle(), handle(instance), handle())
    label = user32.CreateWindowExW(0, "STATIC", "", static, 20, 25, 270, 30, *place)
    user32.SetTimer(window, 1, round(_TURN_S * 1000), None)
    message = ctypes.create_string_buffer(64)  # MSG is 48 bytes
    while user32.GetMessageW(message, None, 0, 0) > 0:
        user32.TranslateMessage(message)
        user32.DispatchMessageW(message)


def say(text: str) -> None:
    """One line for whoever watches, if somebody does."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
