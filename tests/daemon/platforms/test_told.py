"""What an interpreter runs by what its command line is read beside: environment, files and folders."""

from __future__ import annotations

import pytest

from daemon.platforms.interpreters.arguments import in_steps, what_runs
from daemon.platforms.interpreters.runs import WhatRuns
from daemon.platforms.interpreters.view import View, at_once, split


def words(line):
    return tuple(line.split())


def whole(name, line, view):
    """All files, and all that is loaded besides, however many."""
    found = at_once(in_steps(name, line, view=view))
    return tuple(filter(None, found.files)), tuple(filter(None, found.also))


def view(variables=(), texts=(), names=(), manifests=()):
    variables, texts, names, manifests = dict(variables), dict(texts), dict(names), dict(manifests)
    return View(
        lambda name: variables.get(name, ""), lambda path: texts.get(path, ""), lambda path: words(names.get(path, "")),
        lambda path: manifests.get(path, ""), lambda name: variables.get(name, ""),
    )  # fmt: skip


@pytest.mark.parametrize(("name", "line", "stdin"), [
    ("python3.11", "python3", True), ("python3.11", "python3 - x", True), ("python3.11", "python3 -u", True),
    ("python3.11", "python3 -c code", False), ("python3.11", "python3 -m pip", False),
    ("dash", "sh", True), ("bash", "bash -s game", True), ("bash", "bash -es game", True), ("bash", "bash -c code", False),
    ("busybox", "busybox ash", True), ("fish", "fish", True),
    ("perl", "perl -w", True), ("perl", "perl -e code", False), ("ruby3.1", "ruby", True), ("lua5.4", "lua -", True),
    ("node", "node", True), ("node", "node - x", True), ("node", "node -e code", False), ("node", "node game.js", False),
    ("php8.2", "php", True), ("php8.2", "php -r code", False),
])
def test_what_reads_its_program_from_its_input(name, line, stdin):
    """Where it is told no file; code on the command line is all that such a one runs."""
    found = what_runs(name, words(line))
    assert found.stdin is stdin
    assert not found.stdin or not found.files or "-" in words(line)


def test_a_word_with_s_is_no_program():
    """Else a decoy would hide what is read from the input."""
    assert what_runs("bash", words("bash -s decoy")) == WhatRuns(stdin=True)


ABOVE = ["../" * steps + "node_modules/" for steps in range(1, 9)]


@pytest.mark.parametrize(("name", "line", "variables", "also"), [
    ("bash", "bash -c code", {"BASH_ENV": "$HOME/a", "ENV": "${X:-b}/$PWD/c", "HOME": "/an"},
     "$HOME/a /an/a ${X:-b}/$PWD/c b/./c"),
    ("fish", "fish -c code", {"XDG_CONFIG_HOME": "x"}, "x/fish/config.fish"),
    ("fish", "fish -c code", {"XDG_CONFIG_HOME": "/an/.config/", "HOME": "/an"}, ""),
    ("bash", "bash -c code", {"BASH_ENV": "game", "ENV": "other"}, "game other"),
    ("bash", "bash --rcfile game -i", {}, "game"),
    ("bash", "bash --init-file=game -i", {}, "game"),
    ("zsh", "zsh -c code", {"ZDOTDIR": "x"}, "x/.zshenv x/.zshrc x/.zprofile x/.zlogin"),
    ("python3.11", "python3 -c code", {"PYTHONPATH": "a:b", "PYTHONSTARTUP": "c"},
     "c a b a/sitecustomize.py a/usercustomize.py b/sitecustomize.py b/usercustomize.py"),
    ("perl", "perl -I a -Mmy::game=x -e 1", {"PERL5LIB": "b"}, "a/my/game.pm b/my/game.pm"),
    ("perl", "perl -Mgame -Ia -e 1", {}, "a/game.pm"),
    ("perl", "perl -e 1", {"PERL5OPT": "-Ia -Mgame"}, "a/game.pm"),
    ("perl", "perl -I. -d:Game ok", {}, "./Devel/Game.pm"),
    ("perl", "perl -I. -wdt:Game=x ok", {}, "./Devel/Game.pm"),
    ("perl", "perl -I. -e 1", {"PERL5OPT": "-w MGame=x -d:Game"}, "./Game.pm ./Devel/Game.pm"),
    ("perl", "perl -MMy'Game=x -M-Other;code -e 1", {"PERL5OPT": "-Ia"}, "a/My/Game.pm a/Other.pm"),
    ("ruby3.1", "ruby -Ia:b -e 1", {"RUBYOPT": "-r game"}, "game game.rb a/game a/game.rb b/game b/game.rb"),
    ("ruby3.1", "ruby -r game -e 1", {"RUBYOPT": "-Ia"}, "game game.rb a/game a/game.rb"),
    ("ruby3.1", "ruby -Ia -r game -e 1", {}, "game game.rb a/game a/game.rb"),
    ("ruby3.1", "ruby -e 1", {"RUBYOPT": "-r./game"}, "./game ./game.rb"),
    ("lua5.4", "lua -l my.game x", {}, "my/game.lua my/game/init.lua"),
    ("lua5.4", "lua -e 1", {"LUA_INIT": "@game"}, "game"),
    ("lua5.4", "lua -e 1", {"LUA_INIT": "code"}, ""),
    ("node", "node -e 0 --require ./game", {}, "./game ./game.js ./game/index.js"),
    ("node", "node --import=./game.mjs x", {}, "./game.mjs ./game.mjs.js ./game.mjs/index.js x.js"),
    ("node", "node -r game -e 0", {"NODE_PATH": "a"},
     " ".join(f"{folder}game{end}" for folder in ("", "node_modules/", "a/", *ABOVE) for end in ("", ".js", "/index.js"))),
    ("node", "node game", {}, "game.js"),
    ("node", "node --import file:///a/g%61me.mjs?x -e 0", {}, "/a/game.mjs /a/game.mjs.js /a/game.mjs/index.js"),
    ("node", "node --experimental_loader=./g%61me -e 0", {},
     "./g%61me ./g%61me.js ./g%61me/index.js ./game ./game.js ./game/index.js"),
    ("node", "node -i", {"NODE_REPL_EXTERNAL_MODULE": "./game.js"}, "./game.js ./game.js.js ./game.js/index.js"),
    ("node.exe", "node --import FILE:///C:/g%61me.mjs -e 0", {}, "C:/game.mjs C:/game.mjs.js C:/game.mjs/index.js"),
    ("php8.2", "php -d auto_prepend_file=game.php ok.php", {}, "game.php"),
    ("php8.2", "php -d auto_append_file='game.php' ok.php", {}, "game.php"),
    ("node", "node -e 0", {"NODE_OPTIONS": '--no-warnings --require "./my game"'}, None),
    ("perl", "perl -Mlib=a,b -Mgame -e 1", {"PERLLIB": "c"}, "a/lib.pm b/lib.pm c/lib.pm a/game.pm b/game.pm c/game.pm"),
    ("perl", "perl -Mgame -e 1", {"PERL_USE_UNSAFE_INC": "1"}, "game.pm"),
    ("lua5.4", "lua -l my.game x", {"LUA_PATH": "a/?.lua;b/?", "LUA_PATH_5_4": ";;"},
     "my/game.lua my/game/init.lua a/my/game.lua b/my/game"),
])
def test_what_is_loaded_besides(name, line, variables, also):
    found = what_runs(name, words(line), view=view(variables)).also
    assert found == (("./my game", "./my game.js", "./my game/index.js") if also is None else words(also))


@pytest.mark.parametrize("option", ["--env-file=e", "--env-file e", "--env-file-if-exists=e"])
@pytest.mark.parametrize("said", ["X=1\nexport NODE_OPTIONS=--require ./game # x", " NODE_OPTIONS = '-r ./game'"])
def test_node_has_options_in_files_too(option, said):
    assert "./game.js" in what_runs("node", words(f"node {option} ok"), view=view(texts={"e": said})).also


@pytest.mark.parametrize("said", ["$A" * 60_000, "".join(f"$B{n}" for n in range(20_000)) + "$A" * 60_000, "${A:-" * 20_000])
def test_a_name_that_no_file_can_have_is_none(said):
    """It takes no memory; empty variables make no difference, however many they are."""
    long = View(last=lambda name: {"BASH_ENV": said, "A": "a" * 100_000}.get(name, ""))
    assert what_runs("bash", words("bash -c x"), view=long).also in {(said,), (said, said)}
    empty = view({"BASH_ENV": "".join(f"$A$B{n}" for n in range(5_000)) + "/game"})
    assert what_runs("bash", words("bash -c x"), view=empty).also[-1] == "/game"


def test_files_of_variables_are_no_maze():
    blank = view(texts={"e": "\n" * 60_000 + "NODE_OPTIONS='\n" * 100 + "NODE_OPTIONS=-r=./game"})
    assert "./game.js" in what_runs("node", words("node --env-file=e x"), view=blank).also


def test_many_modules_hide_none():
    options = view({"NODE_OPTIONS": " ".join(f"-r ./a{n}" for n in range(5_000)) + " -r ./game"})
    _, also = whole("node", words("node x"), options)
    assert "./game.js" in also
    line = " ".join(f"-r a{n}" for n in range(5_000))
    _, also = whole("node", words(f"node {line} -r game x"), view())
    assert "node_modules/game.js" in also[: 5_001 * 6]
    assert "../../node_modules/game.js" in also


@pytest.mark.parametrize(("name", "line", "variables", "file"), [
    ("node", "node " + "--env-file=x " * 20 + "--env-file=e x", {}, "./game.js"),
    ("node", "node " + "".join(f"--title t{n} " for n in range(20)) + "game x", {}, "game/./main.js"),
    ("node", "node x", {"NODE_OPTIONS": "--no-warnings " * 100 + "-r ./game"}, "./game.js"),
    ("perl", "perl " + "".join(f"-MA{n} " for n in range(100)) + "-I. -Mgame -e 0", {}, "./game.pm"),
    ("perl", "perl -I. -e 0", {"PERL5OPT": "-w " * 100 + "-Mgame"}, "./game.pm"),
    ("ruby3.1", "ruby -e 0", {"RUBYOPT": "".join(f"-rA{n} " for n in range(100)) + "-r./game"}, "./game.rb"),
    ("lua5.4", "lua " + "".join(f"-l A{n} " for n in range(100)) + "-l game x", {}, "game.lua"),
    ("python3", "python3 -m unittest a b c d e game.Test", {}, "game.py"),
    ("python3", "python3 -m " + ".".join("abcdefghij") + ".game", {}, "a/b/c/d/e/f/g/h/i/__init__.py"),
    ("python3", "python3 -m " + ".".join("abcdefghij") + ".game", {}, "a/__init__.py"),
])
def test_decoys_hide_none(name, line, variables, file):
    texts = {"e": "NODE_OPTIONS=-r=./game" + "\nNODE_OPTIONS=-r=./decoy" * 50, "game/package.json": '{"main": "./main"}'}
    assert file in sum(whole(name, words(line), view(variables, texts)), ())


def test_a_package_hides_none_behind_what_it_does_not_run():
    exports = ", ".join(f'"./{n}": "./{n}.js"' for n in range(100))
    package = view(texts={"x/package.json": f'{{"exports": {{".": "./game.js", {exports}}}}}'})
    assert "x/./game.js" in whole("node", words("node x"), package)[1]


def test_node_loads_what_a_package_says():
    """Its main file, or whatever it exports under some condition; wherever it lies."""
    exports = '{"exports": {".": [{"import": "./b.js"}]}}'
    texts = {"./x/package.json": '{"main": "a"}', "../node_modules/y/package.json": exports}
    found = what_runs("node", words("node -r ./x -r y -e 0"), view=view(texts=texts)).also
    assert "./x/a.js" in found
    assert "../node_modules/y/./b.js" in found


def test_a_module_of_python_runs_the_packages_that_it_is_in():
    also = what_runs("python3", words("python3 -m my.game"), view=view({"PYTHONPATH": "a"})).also
    assert {"my/__init__.py", "my/game/__init__.py", "my/game.pyc", "a/my/__init__.py"} <= set(also)


@pytest.mark.parametrize(("line", "path"), [
    ("python3 -m my.game easy", "my/game"), ("python3 -Immy.game easy", "my/game"), ("python3 -m pip game.py", "pip"),
])
def test_a_module_is_looked_for_where_python_does(line, path):
    """In the working directory, where the environment says, and where Python has its own; never what are its data."""
    found = what_runs("python3.11", words(line), view=view({"PYTHONPATH": "/a:b", "HOME": "/home/an", "PATH": "/v/bin:/bin"}))
    bases, versions = ("/usr", "/home/an/.local", "/v"), ("python3.11", "python3")
    own = [f"{base}/lib/{version}/{folder}" for base in bases for version in versions
           for folder in (".", "site-packages", "dist-packages")]  # fmt: skip
    places = ["", "/a/", "b/", *(f"{one}/" for one in own)]
    assert found.files == tuple(f"{place}{path}{end}" for place in places for end in ("/__main__.py", ".py"))


def test_a_module_is_looked_for_beside_the_python_that_was_started():
    """As a venv has it, of which the executable is the system's; of another Python by what is there."""
    found = what_runs("pypy3", words("venv/bin/python -m game"), view=view(names={"venv/lib": "pypy3.9 x"}))
    assert "venv/lib/pypy3.9/site-packages/game.py" in found.files


@pytest.mark.parametrize("line", ["python3 -m pdb game", "python3 -m cProfile -s x game", "python3 /usr/bin/pdb3 game",
                                  "python3 -m trace --trace game", "python3 -m runpy game",
                                  "python3 -m idlelib.idle -r game.py", "python3 -m unittest.__main__ game",
                                  "python3 /usr/lib/python3.11/unittest/__main__.py game.py", "python3 /usr/bin/pdb3.11 game",
                                  "python3 -m unittest game.Test.test_it", "python3 -m pickle game",
                                  "python3 -m unittest -v game", "python3 -m doctest game.py", "python3 -m pytest game.py"])
def test_a_debugger_runs_the_file_that_it_is_told(line):
    found = what_runs("python3", words(line))
    assert "game" in found.files or "game.py" in found.files
    assert found.every or "runpy" in line


def test_a_folder_is_run_by_what_lies_in_it():
    """As each interpreter names it."""
    assert what_runs("python3", words("python3 x")).inside == ("__main__.py", "__main__.pyc")
    assert "main.lua" in what_runs("love", words("love x")).inside
    package = view(texts={"x/package.json": '{"main": "lib/game.js"}'})
    assert what_runs("node", words("node x"), view=package).also == tuple(
        f"x{path}" for path in (".js", "/lib/game.js", "/lib/game.js.js", "/lib/game.js/index.js"))
    for broken in ("[", "[]", '{"main": 1}', "[" * 100_000):
        assert what_runs("node", words("node x"), view=view(texts={"x/package.json": broken})).also == ("x.js",)


JAVA = [
    ("java -cp a.jar:x Main", {}, {}, "a.jar x Main"),
    ("java Main", {"CLASSPATH": "a.jar:x"}, {}, "a.jar x Main"),
    ("java @o Main", {}, {"o": "-cp a.jar\n# -cp b.jar\n'-jar' \"my\\\\ game.jar\""}, None),
    ("java @o", {"JDK_JAVA_OPTIONS": "-cp a.jar"}, {"o": "Main @p", "p": "b.jar"}, "a.jar Main @p"),
    ("java Main", {"_JAVA_OPTIONS": "-Djava.class.path=a.jar"}, {}, "a.jar Main"),
    ("java -XX:VMOptionsFile=o Main", {}, {"o": "-Xbootclasspath/a:a.jar"}, "a.jar Main"),
    ("java -javaagent:a.jar=x Main", {}, {}, "a.jar Main"),
    ("java --add-modules decoy -jar a.jar", {}, {}, "a.jar"),
    ("java --patch-module java.base=x:y -m java.base/gm.Main", {}, {}, "x y java.base/gm.Main"),
    ("java --patch-module=java.base=x --module=java.base/gm.Main", {}, {}, "x java.base/gm.Main"),
]


@pytest.mark.parametrize(("line", "variables", "texts", "files"), JAVA)
def test_java_is_told_by_words_files_and_environment(line, variables, texts, files):
    found = what_runs("java", words(line), view=view(variables, texts))
    assert found.files == (("a.jar", "my\\ game.jar", "Main") if files is None else words(files))
    assert found.every


def test_a_jar_names_others_and_the_main_class_in_its_manifest():
    """In lines that may be folded, relative to where it lies; those name others again."""
    manifests = {
        "lib/a.jar": "Main-Class: net.craft.Main\r\nClass-Path: b%20c.jar ../d.\r\n jar file:/opt/e.jar\r\n",
        "lib/../d.jar": "class-path: f/g.jar\nClass-Path-Of-None: h.jar\n",
    }
    found = what_runs("java", words("java -jar lib/a.jar"), view=view(manifests=manifests))
    assert found.files == ("lib/a.jar", "lib/b c.jar", "lib/../d.jar", "/opt/e.jar", "lib/../f/g.jar")
    assert "net.craft.Main" in found.words
    assert "net/craft/Main.class" in found.inside
    assert what_runs("java", words("java -cp lib/a.jar x"), view=view(manifests=manifests)).files[-1] == "lib/../f/g.jar"


def test_manifests_are_no_maze():
    """Each names more, and all of these that come first."""
    asked = []

    def manifest(path):
        asked.append(path)
        return "Class-Path:" + "".join(f" {len(asked)}-{n}.jar" for n in range(5_000))

    found = what_runs("java", words("java -jar a.jar"), view=View(manifest=manifest))
    assert len(asked) == 16
    assert len(found.files) == 257


def test_javas_folders_hold_jars_and_classes():
    """A wildcard is all jars of a folder, and of a folder of classes the main one counts."""
    found = what_runs("java", words("java -cp lib/*:x net.craft.Main"), view=view(names={"lib": "a.jar b.JAR readme"}))
    assert found.files == words("lib/a.jar lib/b.JAR x net.craft.Main")
    assert found.inside == ("net/craft/Main.class",)
    module = what_runs("java", words("java --patch-module=a=x --module=a/gm.Main"))
    assert (module.files, module.inside) == (words("x a/gm.Main"), ("gm/Main.class",))
    old = what_runs("java", words("java -Djava.ext.dirs=lib Main"), view=view(names={"lib": "a.jar"}))
    assert old.files == words("lib/a.jar Main")
    assert "net.craft.Main" in found.words


def test_what_stands_elsewhere_is_told_too():
    """A main class in a file of arguments is one all the same; files of arguments of nobody's honest start end."""
    assert what_runs("java", words("java @o"), view=view(texts={"o": "net.craft.Main"})).words == ("net.craft.Main",)
    bomb = view(texts={"o": "x " * 1000})
    assert len(what_runs("java", ("java", *["@o"] * 1000), view=bomb).words) < 20_000


def test_a_library_path_is_where_the_loader_looks():
    """For a program without a slash; the environment says so too."""
    loader = "ld-linux-x86-64.so.2"
    assert what_runs(loader, words("ld --library-path a:b --argv0 x chess")).files == words("a/chess b/chess chess")
    assert what_runs(loader, words("ld chess"), view=view({"LD_LIBRARY_PATH": "a"})).files == words("a/chess chess")
    assert what_runs(loader, words("ld ./chess"), view=view({"LD_LIBRARY_PATH": "a"})).files == ("./chess",)


def test_words_of_options_are_split_as_a_shell_does():
    assert list(split("""a "b c" 'd "e' f\\ g "h\\"i" """)) == ["a", "b c", 'd "e', "f g", 'h"i']
    assert len(list(split('"' * 100_000))) == 1
    assert len("".join(split("\\" * 100_001))) == 50_000
