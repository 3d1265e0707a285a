"""How Windows command lines are split, and which files its shells run. A real program splits them in windows/test_words.py."""

from __future__ import annotations

import pytest

from daemon.platforms.interpreters.arguments import what_runs
from rules.programs import interpreter
from tests.daemon.platforms.hostile_lines import CMD, POWERSHELL


def files(name, line, *words):
    found = what_runs(name, words or tuple(line.split()), line)
    assert not found.speaks
    return list(found.files)


@pytest.mark.parametrize(("line", "found"), [
    (r'C:\Windows\system32\cmd.exe /c ""C:\Trò chơi\cờ vua.bat" "', [r"C:\Trò chơi\cờ vua.bat"]),
    (r'"C:\Windows\system32\cmd.exe" /C "C:\Trò chơi\cờ.CMD" 1 2', [r"C:\Trò chơi\cờ.CMD"]),
    (r"cmd /d /s /V:ON /k game.bat", ["game.bat"]),
    (r"cmd /cgame.bat", ["game.bat"]),
    (r"cmd /c @call D:\g\game.bat x", [r"D:\g\game.bat"]),
    (r'cmd /c start "" /b /d "C:\x y" game.bat', ["game.bat"]),
    (r"cmd /c start game", ["game.bat", "game.cmd"]),
    (r"cmd /c cd /d C:\g && game.bat & echo x", ["cd.bat", "cd.cmd", "game.bat", "echo.bat", "echo.cmd"]),
    (r"cmd /c (one.bat) || two.cmd", ["one.bat", "two.cmd"]),
    (r"cmd /c C:\g\ga^me.b^at", [r"C:\g\game.bat"]),
    (r"cmd /c type game.bat", ["type.bat", "type.cmd"]),
    (r"cmd /c C:\g\game.exe", []),
    (r'cmd /c "C:\g\game.exe"', []),
    (r"cmd", []),
    (r"cmd /q /e:on", []),
    (r"cmd game.bat", []),
    (r"", []),
])
def test_cmd(line, found):
    """Batch files that it runs itself; programs that it starts are seen as themselves, and what it reads is not run."""
    assert files("cmd.exe", line)[: len(found)] == found
    assert set(files("CMD.EXE", line)) - set(found) == set()


@pytest.mark.parametrize("words", [
    ("/c", r"C:\Trò chơi\cờ.bat"), ("/c", "C:\\Trò", "chơi\\cờ.bat "), ("/q", "/k", "call", r"C:\Trò chơi\cờ.bat", "1"),
])
def test_cmd_by_its_words_alone(words):
    """Where the system does not tell the whole line, quotes are missing."""
    assert r"C:\Trò chơi\cờ.bat" in files("cmd.exe", "", "cmd", *words)


@pytest.mark.parametrize(("words", "found"), [
    (["-File", r"C:\Trò chơi\cờ.ps1", "x"], [r"C:\Trò chơi\cờ.ps1"]),
    (["-NoProfile", "-ExecutionPolicy", "Bypass", "-f", "a.ps1"], ["a.ps1"]),
    (["-ep", "bypass", "/file", "a.ps1"], ["a.ps1"]),
    (["-Command", r"if((Get-ExecutionPolicy) -ne 'x') { y }; & 'C:\Trò chơi\cờ.PS1'"], [r"C:\Trò chơi\cờ.PS1"]),
    (["-c", ".\\a.ps1;", 'import-module "b c.psm1"'], [".\\a.ps1", "b c.psm1"]),
    (["-enc", "a.ps1"], []),
    (["a.ps1", "x"], ["a.ps1"]),
    (["-NoExit"], []),
    (["-Command", "gc a.ps1.txt"], []),
    ([], []),
])
def test_powershell(words, found):
    """Files by -File, and scripts in commands, options may be cut short."""
    for name in ("PowerShell.EXE", "pwsh.exe"):
        assert files(name, "", "powershell", *words) == found


@pytest.mark.parametrize(("name", "words", "found"), [
    ("wscript.exe", ["//B", "//T:9", r"C:\g\cờ.vbs", "a.vbs"], [r"C:\g\cờ.vbs"]),
    ("cscript.exe", ["//nologo"], []),
    ("mshta.exe", [r"C:\Trò chơi\cờ.hta"], [r"C:\Trò chơi\cờ.hta"]),
    ("mshta.exe", ["C:\\Trò", "chơi\\cờ.hta"], ["C:\\Trò", "C:\\Trò chơi\\cờ.hta"]),
    ("rundll32.exe", [r"C:\Trò", r"chơi\cờ.dll,Play", "x"], [r"C:\Trò chơi\cờ.dll", r"C:\Trò.dll"]),
    ("rundll32.exe", [r"C:\Trò chơi\cờ", "Play"], [r"C:\Trò chơi\cờ Play.dll", r"C:\Trò chơi\cờ.dll"]),
    ("rundll32.exe", [r"C:\g.x\cờ,Play"], [r"C:\g.x\cờ.dll"]),
    ("rundll32.exe", [], []),
    ("rundll32.exe", ["shell32.dll,Control_RunDLL", r"C:\g\cờ.CPL,"], ["shell32.dll", r"C:\g\cờ.CPL"]),
    ("regsvr32.exe", ["/s", "/n", "/i:x", r"C:\g\cờ.txt"], [r"C:\g\cờ.txt"]),
])
def test_script_hosts(name, words, found):
    assert files(name, "", name, *words) == found


def test_words_of_a_shell_describe_no_game():
    """A game's class among its words is what it hands to another program, or looks for in a log."""
    assert not what_runs("cmd.exe", ("cmd", "/c", "findstr", "net.craft.Main"), "cmd /c findstr net.craft.Main log").speaks
    assert what_runs("java.exe", ("java", "net.craft.Main")).speaks
    assert [interpreter(name) for name in ("cmd.exe", "Powershell.exe", "cmd", "winemine.exe")] == [
        "cmd", "powershell", None, None]


@pytest.mark.parametrize("line", CMD)
def test_hostile_command_names_few_files(line):
    """How long that takes at most: tests/bench/bench_hostile.py."""
    assert len(what_runs("cmd.exe", (), line).files) <= 16
    assert len(what_runs("cmd.exe", tuple(line.split()), "").files) <= 16


@pytest.mark.parametrize("text", POWERSHELL)
def test_hostile_script_names_few_files(text):
    assert len(what_runs("powershell.exe", ("p", "-c", text), "").files) <= 16
