"""What is read of a registry that accounts write: the values that are asked for, as far as they are short texts or numbers."""

from __future__ import annotations

import os
import secrets
import winreg

import psutil
import pytest

from daemon.platforms.windows.registry import WindowsRegistry

MIB = 1 << 20


@pytest.fixture
def own():
    """A key of our own and its path."""
    path = f"SOFTWARE\\giochoi-{secrets.token_hex(4)}"
    with winreg.CreateKey(winreg.HKEY_CURRENT_USER, path) as opened:
        yield opened, path
    winreg.DeleteKey(winreg.HKEY_CURRENT_USER, path)


@pytest.mark.parametrize(("kind", "value", "read"), [
    (winreg.REG_SZ, "D:\\Trò Chơi", "D:\\Trò Chơi"), (winreg.REG_SZ, "", ""), (winreg.REG_DWORD, 7, "7"),
    (winreg.REG_EXPAND_SZ, "%TEMP%\\x", "%TEMP%\\x"), (winreg.REG_SZ, "x" * 4_095, "x" * 4_095),
    (winreg.REG_SZ, "x" * 4_097, None),
    (winreg.REG_MULTI_SZ, ["C:\\x"], None), (winreg.REG_BINARY, b"C\0:\0\0\0", None), (winreg.REG_QWORD, 7, None),
])  # fmt: skip
def test_short_texts_and_numbers_are_read(own, kind, value, read):
    """By their names in any case, and none that was not asked for."""
    opened, path = own
    winreg.SetValueEx(opened, "InstallPath", 0, kind, value)
    winreg.SetValueEx(opened, "other", 0, winreg.REG_SZ, "x")

    assert WindowsRegistry().values("HKCU", path, "installpath", "gone") == ({} if read is None else {"installpath": read})


def test_what_is_not_asked_for_is_not_fetched(own):
    """REG_MULTI_SZ: each word becomes an object, all in one call that keeps hold of the interpreter."""
    opened, path = own
    for name in ("installpath", "more"):
        winreg.SetValueEx(opened, name, 0, winreg.REG_MULTI_SZ, ["ab"] * (16 * MIB // 6))
    before = psutil.Process(os.getpid()).memory_info().peak_wset

    assert WindowsRegistry().values("HKCU", path, "installpath") == {}
    assert psutil.Process(os.getpid()).memory_info().peak_wset - before < MIB


def test_no_such_key():
    assert WindowsRegistry().values("HKCU", "SOFTWARE\\giochoi-gone", "x") == {}
