"""Which files an interpreter runs, by its command line."""

from __future__ import annotations

from time import process_time

import pytest

from daemon.platforms.interpreters.arguments import what_runs
from daemon.platforms.interpreters.java import split_words
from daemon.platforms.interpreters.runs import Runs, View
from rules.programs import interpreter

LOADER = "ld-linux-x86-64.so.2"


def words(line):
    return tuple(line.split())


def view(variables=(), texts=(), names=(), manifests=()):
    variables, texts, names, manifests = dict(variables), dict(texts), dict(names), dict(manifests)
    return View(
        lambda name: variables.get(name, ""), lambda path: texts.get(path, ""), lambda path: words(names.get(path, "")),
        lambda path: manifests.get(path, ""),
    )  # fmt: skip


@pytest.mark.parametrize(("name", "line", "files"), [
    ("dash", "sh /usr/games/freecol", "/usr/games/freecol"),
    ("dash", "sh -e game easy", "game easy"),
    ("bash", "bash --rcfile decoy -m game", "game"),
    ("bash", "bash -o posix -O extglob +O nullglob game", "game"),
    ("bash", "bash -eo pipefail game", "game"),
    ("bash", "bash -- game", "game"),
    ("bash", "bash - -game", "-game"),
    ("bash", "bash -lc game data", ""),
    ("dash", "sh -ec game", ""),
    ("fish", "fish -C decoy game", "game"),
    ("python3.11", "python3 game.py", "game.py"),
    ("python3.11", "python -u -W ignore -X dev game", "game"),
    ("python3.11", "python -Wignore -BXdev game", "game"),
    ("python3.11", "python -Ic code game", ""),
    ("perl", "perl -w game.pl", "game.pl"),
    ("perl", "perl -I decoy -MTime::HiRes -0xe game", "game"),
    ("perl", "perl -ne code data", ""),
    ("ruby3.1", "ruby -E UTF-8 -r decoy game", "game"),
    ("ruby3.1", "ruby -e code data", ""),
    ("lua5.4", "lua -e decoy -l decoy game", "game"),
    ("php8.2", "php -d a=b -f game.php", "a=b game.php"),
    ("php8.2", "php game.php -r code data", "game.php"),
    ("node", "node --title decoy game", "decoy game"),
    ("node", "node -pe code data", ""),
    ("electron28", "electron28 --no-sandbox /opt/game/app.asar", "/opt/game/app.asar"),
    ("java", "java -classpath a.jar:b.jar net.sf.freecol.FreeCol", "a.jar b.jar net.sf.freecol.FreeCol"),
    ("java", "java --class-path=a.jar -Xmx1g Main", "a.jar Main"),
    ("java", "java --add-modules decoy -jar game.jar", "game.jar"),
    ("java", "java -p mods -m game/gm.Main", "mods game/gm.Main"),
    ("love", "love x.love", "x.love"),
    ("godot4", "godot4 --main-pack decoy --path x game", "decoy x game"),
    ("godot4", "godot4 --fullscreen", "."),
    ("renpy", "renpy /usr/share/games/x", "/usr/share/games/x"),
    ("dosbox", "dosbox -c x GAME.EXE", "x GAME.EXE"),
    ("busybox", "sh -e game", "game"),
    ("busybox", "busybox ash game", "game"),
    (LOADER, "ld --argv0 -c --inhibit-cache /usr/games/chess 60", "/usr/games/chess"),
    ("bash", "bash --rcfile", ""), ("python3", "python -m", ""), ("java", "java -cp", ""), (LOADER, "ld --argv0", ""),
    ("java.exe", "java -cp a.jar;C:\\lib\\b.jar -Xmx1g Main", "a.jar C:\\lib\\b.jar Main"),
    ("JavaW.EXE", "javaw --module-path=C:\\a.jar;D:\\b.jar -jar C:\\trò.jar", "C:\\a.jar D:\\b.jar C:\\trò.jar"),
    ("python.exe", "python -u C:\\g\\trò.py x", "C:\\g\\trò.py x"),
    ("pythonw.exe", "pythonw -m my.game", "my/game/__main__.py my/game.py my/game/__init__.py"),
    ("py.exe", "py -3.11 -B game.py", "game.py"),
    ("pyw.exe", "pyw -V:Company/m3.11 game.py", "game.py"),
    ("lovec.exe", "lovec game.love", "game.love"),
    ("wperl.exe", "wperl game.pl", "game.pl"),
    ("dotnet.exe", "dotnet exec C:\\g\\game.dll", "exec C:\\g\\game.dll"),
])
def test_files_after_options(name, line, files):
    """Options and their values are passed over, code and its data name no file."""
    assert what_runs(name, words(line)).files == words(files)


def test_other_programs_run_no_file():
    assert [what_runs(name, ("x", "game")) for name in ("vim", "cat", "luanti", "busybox", "x" * 9_999)] == [None] * 5
    assert [name for name in ("vim", "lua5.4", "dash", "luanti") if interpreter(name)] == ["lua5.4", "dash"]


def test_each_word_counts_where_options_are_not_known():
    assert [name for name in ("love", "wine", "node", "java", "php", "bash", "python3")
            if what_runs(name, ("x", "a", "b")).every] == ["love", "wine", "node", "java", "php"]  # fmt: skip


@pytest.mark.parametrize(("name", "line", "stdin"), [
    ("python3.11", "python3 -u", True), ("python3.11", "python3 - x", True), ("python3.11", "python3 -c code", False),
    ("python3.11", "python3 -m pip", False), ("dash", "sh", True), ("bash", "bash -es x", True), ("bash", "bash -c x", False),
    ("busybox", "busybox ash", True), ("perl", "perl -w", True), ("perl", "perl -e code", False), ("lua5.4", "lua -", True),
    ("node", "node - x", True), ("node", "node game.js", False), ("php8.2", "php", True), ("php8.2", "php -r code", False),
])  # fmt: skip
def test_program_from_standard_input(name, line, stdin):
    assert what_runs(name, words(line)).stdin is stdin


def test_shell_script_is_also_searched_on_path():
    path = view({"PATH": "/a:b::/a"})
    assert what_runs("bash", words("bash game easy"), view=path).files == words("game /a/game b/game easy")
    assert what_runs("bash", words("bash ./game"), view=path).files == ("./game",)
    assert what_runs("python3", words("python3 game"), view=path).files == ("game",)


def test_loader_starts_another_command_line():
    assert what_runs(LOADER, words("ld --argv0 x python3 game")) == Runs(("python3",), command=("python3", "game"))


@pytest.mark.parametrize(("line", "files", "inside"), [
    ("python3 /usr/games/renpy /usr/share/games/x", "/usr/games/renpy /usr/share/games/x", "game/script.rpy"),
    ("python3 /opt/proton waitforexitandrun /g/game.exe", "/opt/proton waitforexitandrun /g/game.exe", ""),
    ("python3 electron app", "electron app", "app.asar"),
])
def test_engine_that_is_a_script(line, files, inside):
    """Its words count as the engine's."""
    found = what_runs("python3", words(line))
    assert (found.files, found.every) == (words(files), True)
    assert not inside or inside in found.inside


def test_python_module():
    """In the working directory, in PYTHONPATH, for the system, for the account and in a virtual environment."""
    names = ("pkg/__main__.py", "pkg.py", "pkg/__init__.py")
    found = what_runs("python3.11", words("python3 -m pkg"), view=view({"PYTHONPATH": "/a:b", "HOME": "/an"}))
    assert found.files[:9] == (*names, *(f"/a/{name}" for name in names), *(f"b/{name}" for name in names))
    assert found.every
    assert found.also == ("/a", "b")  # each may be an archive
    assert {"/usr/lib/python3/dist-packages/pkg.py", "/an/.local/lib/python3.11/site-packages/pkg.py"} <= set(found.files)
    assert "a/b.py" in what_runs("python3", words("python3 -Ima.b")).files
    inside = view({"VIRTUAL_ENV": "/v"}, names={"/v/lib": "pypy3.9 x", "w/lib": "python3.12"})
    assert "/v/lib/pypy3.9/site-packages/pkg.py" in what_runs("pypy3", words("pypy3 -m pkg"), view=inside).files
    assert "w/lib/python3.12/site-packages/pkg.py" in what_runs("python3", words("w/bin/python -m pkg"), view=inside).files


def test_folders_are_run_by_what_lies_in_them():
    assert what_runs("python3", words("python3 x")).inside == ("__main__.py", "__main__.pyc")
    assert "main.lua" in what_runs("love", words("love x")).inside
    package = view(texts={"x/package.json": '{"main": "./lib/game"}'})
    found = what_runs("node", words("node x"), view=package)
    assert found.also == words("x.js x/lib/game x/lib/game.js x/lib/game/index.js")
    assert "app.asar" in found.inside
    for broken in ("[", "[]", '{"main": 1}', "[" * 100_000, "9" * 9_999, '{"main": "a\0"}'):
        assert what_runs("node", words("node x"), view=view(texts={"x/package.json": broken})).also == ("x.js",)


def test_windows_paths_lead_into_the_wine_prefix():
    """Wine writes the program's Windows path over its own name."""
    found = what_runs("wine64-preloader", ("C:\\g\\a b.exe", "Z:\\x.exe"), view=view({"HOME": "/an"}))
    assert found.files == (
        "/an/.wine/dosdevices/c:/g/a b.exe", "/an/.wine/dosdevices/z:/x.exe", "/x.exe", "Z:\\x.exe")  # fmt: skip
    found = what_runs("wine", words("wine D:/g.exe"), view=view({"WINEPREFIX": "p"}))
    assert found.files == ("p/dosdevices/d:/g.exe", "D:/g.exe")


# --- Java -------------------------------------------------------------------------------------------------------------------


def test_java_reads_files_of_arguments():
    texts = {"o": "-cp a.jar\n# -cp b.jar\n'-jar' \"my\\\\ game.jar\" @p", "p": "b.jar"}
    found = what_runs("java", words("java @o @@x"), view=view(texts=texts))
    assert found.files == ("a.jar", "my\\ game.jar", "@p", "@@x")
    assert found.words == ("-cp", "a.jar", "-jar", "my\\ game.jar", "@p", "@@x")
    assert split_words("""a "b c" 'd "e' f\\ g "h\\"i" """) == ["a", "b c", 'd "e', "f g", 'h"i']


def test_java_main_class_and_wildcards():
    found = what_runs("java", words("java -cp lib/*:x -p m Main"), view=view(names={"lib": "a.jar b.JAR readme", "m": "c.jar"}))
    assert found.files == words("lib/a.jar lib/b.JAR x m m/c.jar Main")
    assert found.inside == found.also == ("Main.class",)
    assert what_runs("java", words("java --module=a/gm.Main")).inside == ("gm/Main.class",)
    assert what_runs("java", words("java Main"), view=view({"CLASSPATH": "a.jar:x"})).files == words("a.jar x Main")


def test_java_reads_manifests():
    """Their lines may be folded, and their paths start where the jar lies."""
    manifests = {
        "lib/a.jar": "Main-Class: net.craft.Main\r\nClass-Path: b.jar ../d.\r\n jar /opt/e.jar\r\n",
        "lib/../d.jar": "class-path: f/g.jar\nClass-Path-Of-None: h.jar\n",
    }
    for line in ("java -jar lib/a.jar", "java -cp lib/a.jar"):
        found = what_runs("java", words(line), view=view(manifests=manifests))
        assert found.files == words("lib/a.jar lib/b.jar lib/../d.jar /opt/e.jar lib/../f/g.jar")
        assert found.words[-1] == "net.craft.Main"
        assert "net/craft/Main.class" in found.inside


# --- hostile input ----------------------------------------------------------------------------------------------------------

LONG = 1 << 15
HOSTILE = ["-", "-x ", "-Ia ", "a ", "/ ", "@o ", "a:", "a*:", "a.", "\\", '"', "-cp ", "-p a* ", "C:\\a ", "--x=", "\ud800\n "]


@pytest.mark.parametrize("name", [
    "bash", "python3.11", "py.exe", "perl", "ruby", "lua", "node", "php", "java", "wine", "love", "dosbox", "busybox", LOADER,
    "fish", "cmd.exe", "powershell.exe", "cscript.exe", "mshta.exe", "rundll32.exe", "regsvr32.exe",
])  # fmt: skip
def test_long_input_takes_no_time(name):
    long = View(lambda _: "a:b*" * LONG, lambda _: "-cp a* 'x\0 " * 6_000, lambda _: ("py", "a.jar") * 512,
                lambda _: "Class-Path: a b\nMain-Class: a.B\n" * 2_000)  # fmt: skip
    began = process_time()
    for piece in HOSTILE:
        text = piece * (LONG // len(piece))
        for args in (("x", *text.split(" ")), ("x", text), ("x", "-m", text), ("x", "-jar", "-cp", text), (text, text)):
            found = what_runs(name, args, text, view=long)
            assert found is None or len(found.files) + len(found.also) <= 8_192
            assert found is None or not any("\0" in file for file in found.files)
    assert process_time() - began < 0.5 * len(HOSTILE)
