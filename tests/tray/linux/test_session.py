"""One tray a session, its start with the session, and its words on a command line."""

from __future__ import annotations

import pytest

from tests.system import in_here
from tray.__main__ import main
from tray.linux.session import alone


def said(home, *words, **env):
    return in_here(main, words, home, **env)


def test_one_holds_its_session(tmp_path, monkeypatch):
    """Another screen, or another folder of a session, is another one."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", ":7")
    with alone() as first, alone() as second:
        monkeypatch.setenv("DISPLAY", ":8")
        with alone() as other:
            assert (first, second, other) == (True, False, True)
    monkeypatch.setenv("DISPLAY", ":7")
    with alone() as again:
        assert again


def test_without_a_folder_of_the_session_it_is_the_accounts_own(tmp_path, monkeypatch):
    """Nobody else can have made the lock before, as they could in /tmp."""
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    with alone() as first, alone() as second:
        assert (first, second) == (True, False)
    folder = tmp_path / ".cache" / "giochoi"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert len(list(folder.iterdir())) == 1


def test_a_lock_that_cannot_be_had_is_one_line_with_its_path(home_folder, tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"")
    done = said(home_folder, XDG_RUNTIME_DIR=str(file), DISPLAY=":7")

    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert str(file) in done.stderr


def test_autostart_on_and_off(home_folder, tmp_path):
    """A file in the account's own folder: it starts this program, or hides the one that the system has."""
    env = {"XDG_CONFIG_HOME": str(tmp_path)}
    file = tmp_path / "autostart" / "giochoi-tray.desktop"

    on = said(home_folder, "--home", "/a b", "--lang", "vi", "--autostart", "on", **env)
    told = f"từ nay tự chạy mỗi khi tài khoản này đăng nhập: {file}\n"
    assert (on.returncode, on.stdout, on.stderr) == (0, told, "")
    (line,) = (line for line in file.read_text("utf-8").splitlines() if line.startswith("Exec="))
    assert line.endswith("giochoi-tray --home '/a b' --lang vi")
    assert "Hidden" not in file.read_text("utf-8")

    off = said(home_folder, "--lang", "en", "--autostart", "off", **env)
    assert (off.returncode, off.stdout) == (0, f"starts no more with the sessions of this account: {file}\n")
    assert file.read_text("utf-8").endswith("Hidden=true\n")


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_help_and_version(home_folder, lang):
    """In both languages, and without a screen."""
    help_ = said(home_folder, "--help", GIOCHOI_LANG=lang)

    assert help_.returncode == 0
    assert all(word in help_.stdout for word in ("--window", "--autostart", "--home", "--lang", "--dialog"))
    assert ("khay hệ thống" in help_.stdout) == (lang == "vi")
    assert ("this help" in help_.stdout) == (lang == "en")
    assert ("--home DIR" if lang == "en" else "--home THƯ-MỤC") in help_.stdout
    assert not {"usage:", "options:", "show"} & set(help_.stdout.split())
    assert said(home_folder, "--version").stdout.startswith("giochoi-tray ")


@pytest.mark.parametrize(("words", "told"), [
    (["--colour"], "không có “--colour”; hãy xem: giochoi-tray --help"),
    (["--hepl"], "không có “--hepl”; ý bạn là --help?"),
    (["sideways"], "không có “sideways”; hãy xem: giochoi-tray --help"),
    (["--lang", "fr"], "--lang: không có “fr”; hãy chọn: vi, en"),
    (["--autostart", "onn"], "--autostart: không có “onn”; ý bạn là on?"),
    (["--home"], "--home cần một giá trị"),
])  # fmt: skip
def test_what_nobody_knows_is_bad_usage(home_folder, words, told):
    """One line in the reader's language, exit code 2."""
    done = said(home_folder, *words, GIOCHOI_LANG="vi")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"giochoi-tray: {told}\n")
