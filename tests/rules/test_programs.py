"""What well-known programs are, by name; and that one table says so."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from rules.programs import (
    ENGINES,
    LAUNCHERS,
    WRAPPERS,
    interpreter,
    is_beside,
    is_emulator,
    is_engine,
    is_engines_product,
    is_everybodys,
    is_helper,
    is_own_command,
    is_wine,
)

TOP = Path(__file__).parent.parent.parent
# Lists of other things that are called as programs are.
OTHER_THINGS = {
    "cli/completion.py": "shells that complete our own words",
    "daemon/platforms/interpreters/windows_command_lines.py": "which function reads the command line of which family",
    "daemon/scanning/sources/packages.py": "packages of Debian",
    "daemon/platforms/interpreters/arguments.py": "what the options of each family mean",
    "daemon/scanning/programs.py": "the schemes of shops' addresses, as in steam://",
}


@pytest.mark.parametrize(("name", "family"), [
    ("bash", "shell"), ("mksh", "shell"), ("rbash", "shell"), ("fish", "fish"), ("toybox", "busybox"), ("python3.13", "python"),
    ("ipython3", "python"), ("python_d.exe", "python"), ("PY.EXE", "py"), ("wperl.exe", "perl"), ("luajit-2.1.0", "lua"),
    ("lua54.exe", "lua"), ("electron28", "node"), ("php-win.exe", "php"), ("javaw", "java"), ("wine64-preloader", "wine"),
    ("wine-stable", "wine"), ("proton", "wine"), ("scummvm", "emulator"), ("dosbox-staging", "emulator"), ("love", "other"),
    ("love-11.5", "other"), ("lovec.exe", "other"), ("godot4", "other"), ("Godot_v4.2-stable_win64.exe", "other"),
    ("godot3-runner", "other"), ("renpy", "other"), ("box64", "other"), ("tclsh86t.exe", "other"), ("gjs", "other"),
    ("ld-linux-x86-64.so.2", "loader"),
    ("cmd.exe", "cmd"), ("PowerShell.exe", "powershell"), ("pwsh.exe", "powershell"), ("cscript.exe", "script-host"),
    ("mshta.exe", "mshta"), ("rundll32.exe", "rundll32"),
    ("bash-static", "shell"), ("bsd-csh", "shell"), ("rzsh", "shell"), ("ksh93", "shell"), ("python3.11-dbg", "python"),
    ("python3.13t", "python"), ("perl5.36-x86_64-linux-gnu", "perl"), ("php8.2-cgi", "php"), ("wine-development", "wine"),
    ("racket", "other"), ("octave-cli-7.3.0", "other"), ("js115", "other"), ("R", "other"), ("r", None), ("perlbug", None),
    ("cmd", None), ("vim", None), ("luanti", None), ("godot-tetris", None), ("loveletter", None), ("python.bat", None),
])
def test_families_of_interpreters(name, family):
    assert interpreter(name) == family


@pytest.mark.parametrize(("line", "own"), [
    (("giochoi.exe", "game", "add", "--exe", r"C:\Games\x.exe"), True), (("giochoi.exe",), True),
    (("GioChoi-Tray.EXE", "x"), True), (("giochoi.exe", "-I", "x.py"), False), (("giochoi.exe", "-P", "-m", "x"), False),
    (("python.exe", "game", "add"), False), (("giochoi", "game", "add"), False),
])  # fmt: skip
def test_our_own_commands_on_windows_run_no_script(line, own):
    assert is_own_command(line[0], line) is own


@pytest.mark.parametrize("name", [
    "love", "scummvm", "dosbox", "godot4", "box64", "mksh", "python3", "sudo", "gamescope", "xterm", "firefox", "steam",
    "lutris", "systemd", "chrome.exe", "explorer.exe", "EpicGamesLauncher.exe", "XORG.exe", "sudo.exe", "python313.exe",
])
def test_what_runs_everything_is_everybodys(name):
    assert is_everybodys(name)


@pytest.mark.parametrize("name", ["supertux2", "explorer", "origin", "code", "browser", "chess.exe", "LeagueOfLegends.exe"])
def test_others_are_not(name):
    """Nor what is called as a program of Windows, on Linux."""
    assert not is_everybodys(name)


def test_a_name_inside_a_program_for_windows_may_lack_its_ending():
    assert is_everybodys("Explorer", windows=True)
    assert not is_everybodys("Chess", windows=True)


def test_wine_is_known_by_its_path():
    assert is_wine("/opt/wine-devel/bin/wine64")
    assert not is_wine("/usr/bin/winemine")


def test_builds_of_engines():
    names = ("electron.exe", "WindowsPlayer_Master.pdb", "JAVAW.pdb", "UE4Game-Win64-Shipping.pdb", "electrons.exe", "co.pdb")

    assert [is_engine(name) for name in names] == [True] * 4 + [False] * 2
    assert [is_engines_product(name) for name in ("Unity", "Python 3.13", "Setup", "Game Client", "Unityville", "Cờ")] == (
        [True] * 4 + [False] * 2)


def test_what_lies_beside_a_game():
    """What is surely none of it, and what may be something else."""
    names = ("UnityCrashHandler64.exe", "vc_redist.x64.exe", "setup.exe", "RiotClientServices.exe", "chess.exe", "reset.exe")

    assert [is_helper(name) for name in names] == [True] * 3 + [False] * 3
    assert [is_beside(name.lower()) for name in names] == [True] * 4 + [False] * 2


def test_launchers_and_emulators():
    assert [name in LAUNCHERS for name in ("steam", "net.lutris.lutris", "steamworld")] == [True, True, False]
    assert [is_emulator(name) for name in ("dosbox-x", "org.ppsspp.ppsspp", "retroarch", "chess")] == [True, True, True, False]
    assert WRAPPERS["taskset"] == {"-c"}


def test_no_other_module_holds_such_a_list():
    """Three names of programs in one collection, or as the branches of one pattern, are a list that will drift."""
    found = {file.relative_to(TOP).as_posix(): lists for file in modules() if (lists := lists_of_programs(file))}

    assert {name: lists for name, lists in found.items() if name not in OTHER_THINGS} == {}
    assert OTHER_THINGS.keys() <= found.keys()


def test_such_a_list_is_found(tmp_path):
    file = tmp_path / "x.py"
    file.write_text('A = {"python", "java", "love"}\nB = {"sudo": 1, "env": 2, "nice": 3}\nC = "(steam|lutris|itch)"', "utf-8")
    assert len(lists_of_programs(file)) == 3
    file.write_text('A = {"python", "java"}\nB = ("budget", "window", "start")\nC = "steam, lutris, heroic"\n', "utf-8")
    assert lists_of_programs(file) == []


def modules():
    for room in ("agent", "cli", "compliance", "daemon", "host", "i18n", "rules"):
        yield from (file for file in (TOP / room).rglob("*.py") if file != TOP / "rules/programs.py")


def lists_of_programs(file):
    found = []
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            texts = node.elts
        elif isinstance(node, ast.Dict):
            texts = node.keys
        elif isinstance(node, ast.Constant) and "|" in str(node.value):
            texts = [ast.Constant(part) for part in re.split(r"[|()]", str(node.value))]
        else:
            continue
        names = {str(one.value) for one in texts if isinstance(one, ast.Constant)}
        if len(known := sorted(name for name in names if is_known(re.sub(r"[.*+?:\\]|\[.*?\]", "", name)))) >= 3:
            found.append(known)
    return found


def is_known(name):
    return len(name) > 2 and (is_everybodys(name) or is_everybodys(f"{name}.exe") or name in ENGINES)
