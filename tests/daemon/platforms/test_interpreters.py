"""What an interpreter was told to run, by its command line alone."""

from __future__ import annotations

import pytest

from daemon.platforms.interpreters.arguments import what_runs
from daemon.platforms.interpreters.runs import WhatRuns
from daemon.platforms.interpreters.view import View
from rules.programs import interpreter

LOADER = "ld-linux-x86-64.so.2"


def words(line):
    return tuple(line.split())


@pytest.mark.parametrize(("name", "line", "files"), [
    ("dash", "sh game easy", "game easy"),
    ("dash", "sh -e game", "game"),
    ("bash", "bash -m game", "game"),
    ("bash", "bash --rcfile decoy game", "game"),
    ("bash", "bash --init-file decoy --norc -x game", "game"),
    ("bash", "bash -o posix -O extglob +O nullglob game", "game"),
    ("bash", "bash -eo pipefail game", "game"),
    ("bash", "bash -- game", "game"),
    ("bash", "bash - -game", "-game"),
    ("bash", "bash -c game data", ""),
    ("bash", "bash -lc game data", ""),
    ("dash", "sh -ec game", ""),
    ("fish", "fish -C decoy game", "game"),
    ("python3.11", "python -u -B game", "game"),
    ("python3.11", "python -W ignore -X dev game", "game"),
    ("python3.11", "python -Wignore -BXdev game", "game"),
    ("python3.11", "python -c code game", ""),
    ("python3.11", "python -Ic code game", ""),
    ("perl", "perl -w -I decoy game", "game"),
    ("perl", "perl -MTime::HiRes -0xe game", "game"),
    ("perl", "perl -ne code data", ""),
    ("perl", "perl -E code data", ""),
    ("ruby3.1", "ruby -E UTF-8 -r decoy game", "game"),
    ("ruby3.1", "ruby -e code data", ""),
    ("lua5.4", "lua -e decoy -l decoy game", "game"),
    ("node", "node --title decoy game", "decoy game"),
    ("node", "node -pe code data", ""),
    ("java", "java -cp a.jar:b.jar -Xmx1g Main", "a.jar b.jar Main"),
    ("java", "java --class-path=a.jar Main", "a.jar Main"),
    ("java", "java -jar game.jar", "game.jar"),
    ("godot4", "godot4 --main-pack decoy --path x game", "decoy x game"),
    ("godot4", "godot4 --fullscreen", "."),
    ("busybox", "sh -e game", "game"),
    ("busybox", "busybox ash game", "game"),
    ("bash", "bash", ""),
    ("bash", "bash --rcfile", ""),
    ("python3", "python -m", ""),
    ("java", "java -cp", ""),
])
def test_table(name, line, files):
    """Options and their values are passed over, code and its data run no file, decoys hide nothing."""
    assert what_runs(name, words(line)).files == words(files)


@pytest.mark.parametrize(("name", "line", "variables", "files"), [
    ("bash", "bash game easy", {"PATH": "/a:b::/a"}, "game /a/game b/game easy"),
    ("perl", "perl -S game", {"PATH": "/a"}, "game /a/game"),
    ("bash", "bash ./game", {"PATH": "/a"}, "./game"),
    ("python3", "python3 game", {"PATH": "/a"}, "game"),
])
def test_a_script_may_lie_where_programs_do(name, line, variables, files):
    """If it is told without a folder."""
    def variable(asked):
        return variables.get(asked, "")

    assert what_runs(name, words(line), view=View(variable, last=variable)).files == words(files)


@pytest.mark.parametrize(("line", "files", "command"), [
    ("ld /usr/games/chess 60", "/usr/games/chess", "/usr/games/chess 60"),
    ("ld --argv0 x --audit a --inhibit-rpath b /games/chess", "/games/chess", "/games/chess"),
    ("ld " + "--argv0 x " * 100 + "/usr/games/chess", "/usr/games/chess", "/usr/games/chess"),
    ("ld --argv0 -c /usr/games/chess", "/usr/games/chess", "/usr/games/chess"),
    ("ld --argv0=x -- /usr/games/chess", "/usr/games/chess", "/usr/games/chess"),
    ("ld --glibc-hwcaps-mask a --inhibit-cache --library-path /lib:/games chess", "/lib/chess /games/chess chess", "chess"),
    ("ld --argv0", "", ""),
    ("ld --list", "", ""),
    ("ld", "", ""),
])
def test_a_loaders_next_word_is_the_program(line, files, command):
    """Only that, and its own command line: it may be an interpreter again."""
    assert what_runs(LOADER, words(line)) == WhatRuns(words(files), command=words(command))


def test_what_a_loader_is_told_to_load_first_is_run_too():
    """Whatever path it has; a library that is named alone lies where those of the system do."""
    told = what_runs(LOADER, words("ld --preload ./a.so:/b.so:c.so --audit d/e.so /usr/bin/cat"))
    assert (told.files, told.also) == (("/usr/bin/cat",), ("./a.so", "/b.so", "d/e.so"))


def test_where_a_loaders_own_words_lead_only_it_knows():
    """$ORIGIN, $LIB, $PLATFORM; and a space is part of what an auditor is called."""
    told = what_runs(LOADER, ("ld", "--preload", "$ORIGIN/a.so /b.so", "--audit", "./c d.so:/e${LIB}/f.so", "/usr/bin/cat"))
    assert set(told.beyond) == {"$ORIGIN/a.so", "/e${LIB}/f.so", "$ORIGIN/a.so /b.so"}
    assert "./c d.so" in told.also


def test_programs_that_run_nothing_else():
    """Reading a game is not playing it."""
    assert [what_runs(name, ("x", "game")) for name in ("vim", "grep", "cat", "luanti", "busybox")] == [None] * 5
    assert [name for name in ("vim", "lua5.4", "luajit-2.1.0", "dash", "luanti") if interpreter(name)] == [
        "lua5.4", "luajit-2.1.0", "dash"]


def test_where_options_are_not_known_every_word_counts():
    """So that the strictest match wins, whatever stands first."""
    assert [name for name in ("love", "wine", "node", "java", "bash", "python3") if what_runs(name, ("x", "a", "b")).every] == [
        "love", "wine", "node", "java"]


@pytest.mark.parametrize(("name", "line", "files"), [
    ("java.exe", "java -cp a.jar;C:\\lib\\b.jar -Xmx1g Main", "a.jar C:\\lib\\b.jar Main"),
    ("JavaW.EXE", "javaw --module-path=C:\\a.jar;D:\\b.jar -jar C:\\trò.jar", "C:\\a.jar D:\\b.jar C:\\trò.jar"),
    ("java.exe", "java --patch-module java.base=C:\\x;D:\\y -m java.base/gm.Main", "C:\\x D:\\y java.base/gm.Main"),
    ("python.exe", "python C:\\P\\Lib\\unittest\\__main__.py game.py", "C:\\P\\Lib\\unittest\\__main__.py game.py"),
    ("python.exe", "python -u C:\\g\\trò.py x", "C:\\g\\trò.py x"),
    ("pythonw.exe", "pythonw -m my.game", "my/game/__main__.py my/game.py"),
    ("python_d.exe", "python_d -c code", ""),
    ("python3.13.exe", "python3.13 game.py", "game.py"),
    ("py.exe", "py -3.11 -B game.py", "game.py"),
    ("pyw.exe", "pyw -V:Company/m3.11 game.py", "game.py"),
    ("pypy3.exe", "pypy3 game.py", "game.py"),
    ("node.exe", "node game.js", "game.js"),
    ("love.exe", "love C:\\g\\game.love", "C:\\g\\game.love"),
    ("lovec.exe", "lovec game.love", "game.love"),
    ("rubyw.exe", "rubyw -C x game.rb", "game.rb x/game.rb"),
    ("wperl.exe", "wperl game.pl", "game.pl"),
    ("lua54.exe", "lua54 game.lua", "game.lua"),
    ("php-win.exe", "php-win -f game.php", "game.php"),
    ("dotnet.exe", "dotnet exec C:\\g\\game.dll", "exec C:\\g\\game.dll"),
    ("Godot_v4.2-stable_win64.exe", "godot --main-pack game.pck", "game.pck"),
    ("flashplayer_32_sa.exe", "flashplayer game.swf", "game.swf"),
])
def test_interpreters_of_windows(name, line, files):
    """In any case and without a console, classes separated by semicolons, paths with a drive."""
    assert what_runs(name, words(line)).files == words(files)
    assert interpreter(name)


