"""What an interpreter runs is found out in steps: whoever has the thread may go on with something else after each."""

from __future__ import annotations

import gc
from functools import partial
from itertools import chain, islice
from time import thread_time

import pytest

from daemon.platforms.interpreters.arguments import in_steps, what_runs
from daemon.platforms.interpreters.view import View

LONG = 100_000  # characters
AT_MOST = 4_096  # of them in a step
AT_MOST_S = 0.025  # of its own time, some times what a step takes


@pytest.fixture
def asked():
    """What was asked of the view, in order."""
    return []


@pytest.fixture
def view(asked):
    """`view(variables)`: with a jar in every folder, options in every file, and a manifest in every jar."""
    def answer(kind, found, word):
        asked.append((kind, word))
        return found

    def variable(variables, name):
        return answer("variable", variables.get(name, ""), name)

    text, names = partial(answer, "file", "-cp other/*\n" * 50), partial(answer, "folder", ("a.jar", "b.txt"))
    return lambda variables: View(
        partial(variable, variables), text, names, partial(answer, "jar", "Class-Path: c.jar\n"), partial(variable, variables)
    )  # fmt: skip


def steps(work, asked):
    """How many there are, the most that one of them asked of folders and files, and what was found."""
    most, number, before = 0, 0, 0
    while True:
        try:
            next(work)
        except StopIteration as over:
            return number, most, over.value
        now = sum(kind != "variable" for kind, _ in asked)
        most, before, number = max(most, now - before), now, number + 1


def test_of_folders_without_number_one_is_looked_at_in_a_step(view, asked):
    """Neither before something is known nor while one file after the other is told."""
    wild = ":".join(f"a{n}*" for n in range(500))
    line = ("java", *["@o"] * 30, "-jar", "x.jar", "-cp", ":".join(f"b{n}*" for n in range(500)))
    _, most, found = steps(in_steps("java", line, view=view({"CLASSPATH": wild})), asked)
    assert most <= 1
    before, told = len(asked), []
    for word in found.files:
        assert len(asked) - before <= 1
        before = len(asked)
        told += (word,) if word else ()
    assert {"a499/a.jar", "b499/a.jar", "other/a.jar", "x.jar", "a0/c.jar"} <= set(told)


def test_what_comes_first_is_told_before_the_rest_is_looked_at(view, asked):
    """A game in the first folder is ended while others are still looked at."""
    _, _, found = steps(in_steps("java", ("java", "-cp", ":".join(f"a{n}*" for n in range(500))), view=view({})), asked)
    assert next(filter(None, found.files)) == "a0/a.jar"
    assert ("folder", "a400") not in asked


@pytest.mark.parametrize(("name", "word", "first"), [
    ("java", "x", ()), ("java", "-Da=b", ()), ("node", "-x", ()), ("node", "a", ()), ("php", "a", ()), ("love", "-x", ()),
    ("python3", "-Bs", ()), ("python3", "-Wx", ()), ("bash", "-x", ()), ("busybox", "-x", ("sh",)), ("perl", "-Ia", ()),
    ("ld.so", "--inhibit-cache", ()),
])
def test_a_long_command_line_is_read_in_steps(name, word, first, view, asked):
    line = (name, *first, *[word] * (LONG // len(word)))
    number, _, _ = steps(in_steps(name, line, view=view({})), asked)
    assert number >= LONG // AT_MOST


@pytest.mark.parametrize(("name", "variable"), [
    ("java", "JDK_JAVA_OPTIONS"), ("java", "OPENJ9_JAVA_OPTIONS"), ("perl", "PERL5OPT"), ("ruby", "RUBYOPT"),
])
def test_so_are_the_options_in_an_environment(name, variable, view, asked):
    number, _, _ = steps(in_steps(name, (name,), view=view({variable: "x " * (LONG // 2)})), asked)
    assert number >= LONG // AT_MOST


@pytest.fixture
def kept():
    """No garbage is collected, of all that other tests hold."""
    gc.disable()
    yield
    gc.enable()


FOLDERS = "a=" + ":".join(f"b{n}" for n in range(17_000))
HOSTILE = {
    "files of variables": (("node", *["--env-file=x"] * 6_000), {}),
    "many files of variables": (("node", *(f"--env-file=x{n}" for n in range(6_000))), {}),
    "modules by URL": (("node", *["--import=file:///x"] * 6_000), {}),
    "modules of empty names": (("node", *(f"--import=file:#{n}" for n in range(6_000))), {}),
    "a long URL": (("node", "--import=file:///" + "%41" * 40_000), {}),
    "packages": (("node", *(word for n in range(2_000) for word in ("-x", f"a{n}"))), {}),
    "options of Node's": (("node", "x"), {"NODE_OPTIONS": "-r a " * 24_000}),
    "words without names": (("php", *(f"file:#{n}" for n in range(6_000))), {}),
    "debuggers": (("perl", *["-I", "-d:X"] * 6_000), {}),
    "many debuggers": (("perl", *(word for n in range(6_000) for word in ("-Ia", f"-d:X{n}"))), {}),
    "modules without folders": (("perl", *(f"-MX{n}" for n in range(6_000)), "x"), {}),
    "folders in options": (("perl", "-Mlib=" + "," * LONG, "x"), {}),
    "one folder of Ruby's": (("ruby", "-I" + ":" * LONG, *(f"-r{n}" for n in range(6_000))), {}),
    "folders of Ruby's": (("ruby", *(f"-I{n}" for n in range(6_000)), "-rx"), {}),
    "patches": (("java", "--patch-module", FOLDERS), {}),
    "many patches": (("java", *["--patch-module", FOLDERS] * 20), {}),
    "older folders": (("java", "-Djava.ext.dirs=" + FOLDERS), {}),
    "variables": (("bash", "x"), {"BASH_ENV": "$A" * LONG}),
    "many variables": (("bash", "x"), {"ENV": "".join(f"$A{n}" for n in range(20_000))}),
    "tests": (("python3", "-m", "unittest", *["a.b"] * 6_000), {"PYTHONPATH": "a:b"}),
    "tests without names": (("python3", "-m", "unittest", *[""] * LONG), {}),
    "packages of Python's": (("python3", "-m", "a." * 30_000), {}),
    "libraries": (("ld.so", *(word for n in range(6_000) for word in ("--audit", f"$ORIGIN/{n} a"))), {}),
}


@pytest.mark.parametrize("which", HOSTILE)
@pytest.mark.usefixtures("kept")
def test_no_step_takes_long(which, view, asked):
    """Neither before something is known nor between one word that is told and the next, also where that is none yet."""
    line, variables = HOSTILE[which]
    walk = _walk(in_steps(line[0], line, view=view(variables)))
    longest, most, before, began = 0.0, 0, 0, thread_time()
    for _ in islice(chain(walk, ("over",)), 50_000):
        longest, most, before = max(longest, thread_time() - began), max(most, len(asked) - before), len(asked)
        began = thread_time()
    assert longest < AT_MOST_S
    assert most < 20


def test_one_folder_named_often_is_one():
    """Where all of it is found out at once, as on Windows: else each of thousands of modules is looked for in each of these."""
    found = what_runs("ruby.exe", ("ruby", "-I" + ";" * 15_000, *(f"-r{n}" for n in range(1_000))))
    assert len(found.also) == 2_000
    _, _, told = steps(in_steps("ruby", ("ruby", "-I" + ":" * LONG, "-rx")), [])
    assert list(filter(None, told.also)) == ["x", "x.rb"]


def _walk(work):
    found = yield from work
    yield from chain(found.files, found.also)


@pytest.mark.parametrize(("name", "option"), [
    ("node", "-r"), ("perl", "-M"), ("ruby", "-r"), ("lua", "-l"), ("python3", "-W"), ("bash", "--rcfile"),
])
def test_no_option_has_the_environment_searched_anew(name, option, view, asked):
    """Each of a hundred thousand would take a millisecond of the megabytes in which the variable stands last."""
    line = ("x", *(word for n in range(1_000) for word in (option, f"m{n}")), "x")
    assert what_runs(name, line, view=view({"NODE_PATH": "a:b"})) is not None
    assert len([kind for kind, _ in asked if kind == "variable"]) < 20


def test_what_runs_itself_is_followed_however_often_it_is_told():
    assert "game.py" in what_runs("python3", ("python3", "-m", *["runpy"] * 5_000, "game")).files


def test_no_path_is_told_that_no_system_opens():
    """Lua puts the module's name in the place of each question mark."""
    variables = {"LUA_PATH": "?" * 10_000 + ";./?.lua"}
    found = what_runs("lua", ("lua", "-l", "x" * 10_000, "y"), view=View(lambda name: variables.get(name, "")))
    assert max(map(len, found.also)) < 1 << 15
    assert "./" + "x" * 10_000 + ".lua" in found.also
