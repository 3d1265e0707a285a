"""An interpreter is judged by the file that it is told to run, however it is told."""

from __future__ import annotations

import re
import secrets
import zipfile

import pytest

from tests.bypasses.case import python_on, shell, shell_script, stand_in

SITE = "P=$(readlink /usr/bin/python3) && mkdir -p x/lib/$P/site-packages"
# All of a table run at once, as the child runs them.
PYTHON = {
    "stdin": 'python3 <"$GAME"',
    "stdin named": 'python3 - <"$GAME"',
    "stdin as a device": 'python3 /dev/stdin <"$GAME"',
    "another descriptor": 'python3 /proc/self/fd/7 7<"$GAME"',
    "deleted": 'cp "$GAME" x && exec <x && rm x && exec python3',
    "folder": 'mkdir x && cp "$GAME" x/__main__.py && python3 x',
    "folder with options": 'mkdir x && cp "$GAME" x/__main__.py && python3 -B -X utf8 ./x/',
    "module": 'cp "$GAME" maths.py && python3 -m maths',
    "module of a package": 'mkdir -p a/b && cp "$GAME" a/b/c.py && python3 -m a.b.c',
    "module elsewhere": 'mkdir x && cp "$GAME" x/maths.py && PYTHONPATH=/none:x python3 -m maths',
    "module of the account's": f'{SITE} && cp "$GAME" x/lib/$P/site-packages/maths.py && mkdir h && '
                             "mv x h/.local && HOME=$PWD/h python3 -m maths",
    "module of a venv": f'{SITE} && cp "$GAME" x/lib/$P/site-packages/maths.py && mkdir x/bin && echo >x/pyvenv.cfg && '
                        'ln -s /usr/bin/python3 x/bin/python && VIRTUAL_ENV=$PWD/x PATH=$PWD/x/bin:$PATH python -m maths',
    "env -S": 'env -S "python3 -B $GAME"',
    "loader": '"$(echo /lib64/ld-linux*)" --argv0 x "$(readlink -f /usr/bin/python3)" "$GAME"',
}  # fmt: skip


@pytest.mark.promise("Games: A script or jar is recognised by the file that the interpreter really opens")
def test_what_python_opens_is_what_runs(case):
    case(0, make=python_on).all_ended(PYTHON)


SHELLS = {
    "stdin": 'sh <"$GAME"',
    "stdin with words": 'bash -s maths <"$GAME"',
    "where programs lie": 'mkdir x && cp "$GAME" x/maths && PATH=$PWD/x:$PATH bash maths',
    "another descriptor": 'sh /dev/fd/7 7<"$GAME"',
}


@pytest.mark.promise("Games: A script or jar is recognised by the file that the interpreter really opens")
def test_what_a_shell_opens_is_what_runs(case):
    case(0, make=shell_script).all_ended(SHELLS)


PERL = {
    "options first": 'perl -w -I decoy -Mstrict "$GAME"',
    "by the name of its machine": '"$(ls /usr/bin/perl5*-linux-* | head -n 1)" "$GAME"',
}


def perl_script(path):
    """Goes on until somebody ends it."""
    path.write_text(f"sleep 60;\n# {secrets.token_hex(16)}\n")


@pytest.mark.promise("Games: A script or jar is recognised by the file that the interpreter really opens")
def test_what_perl_opens_is_what_runs(case):
    case(0, make=perl_script).all_ended(PERL)


NODE = {
    "without its ending": 'cp "$GAME" maths.js && node maths',
    "what a folder says": 'mkdir x && cp "$GAME" x/a.js && echo \'{"main": "a"}\' >x/package.json && node x',
}


def node_script(path):
    """Goes on until somebody ends it."""
    path.write_text(f"setInterval(() => {{}}, 1000)\n// {secrets.token_hex(16)}\n")


@pytest.mark.promise("Games: A script or jar is recognised by the file that the interpreter really opens")
def test_what_node_opens_is_what_runs(case, need):
    need("node")
    case(0, make=node_script).all_ended(NODE)


# The stand-in ignores what follows, as what runs it is known by its name.
JAVA = {
    "600 entries": 'java -cp "$(printf "lib/%d.jar:" $(seq 600))$GAME" Main',
    "CLASSPATH": 'CLASSPATH="none.jar:$GAME" java Main',
    "wildcard": 'mkdir x && cp "$GAME" x/maths.jar && java -cp "x/*" Main',
    "folder of classes": 'mkdir -p x/net/maths && cp "$GAME" x/net/maths/Main.class && java -cp x net.maths.Main',
    "manifest": 'mkdir META-INF x && cp "$GAME" x/maths.jar && echo "Class-Path: no.jar x/maths.jar" >META-INF/MANIFEST.MF '
                "&& python3 -m zipfile -c a.jar META-INF && java -jar a.jar",
    "class of this folder": 'cp "$GAME" Main.class && java Main',
    "@file": 'printf -- "-cp \\"%s\\"\\nMain" "$GAME" >options && java @options',
}


@pytest.mark.promise("Games: A script or jar is recognised by the file that the interpreter really opens")
def test_what_java_opens_is_what_runs(case):
    one = case(0, make=python_on)
    java = one.folder / "java"
    stand_in(java)
    one.all_ended({name: re.sub(r"\bjava ", f"{java} -c 'read line' ", script) for name, script in JAVA.items()})


ALIKE = {
    "a byte added": 'cp "$GAME" x && echo "#" >>x && python3 x',
    "a line changed": 'sed s/count/score/ "$GAME" >x && python3 x',
    "zip": 'cp "$GAME" __main__.py && python3 -m zipfile -c x.zip __main__.py && python3 x.zip',
    "zip with a byte more": 'mkdir y && cp "$GAME" y/a.py && echo "#" >>y/a.py && echo import a >y/__main__.py && '
                            "python3 -m zipfile -c x y/a.py y/__main__.py && python3 x",
    "module in a zip": 'cp "$GAME" a.py && python3 -m zipfile -c x.zip a.py && PYTHONPATH=x.zip python3 -m a',
    "changed, by its input": 'cp "$GAME" x && echo "#" >>x && python3 <x',
}


def long_script(path):
    """Lines of its own, and then it goes on until somebody ends it."""
    lines = (f"number_{n} = {n} * {n + 7}  # {path.name}\n" for n in range(40))
    path.write_text("".join(("count_of_all = 0\n", *lines, "import signal\nsignal.pause()\n")), "utf-8")


def test_a_script_that_was_changed_or_packed_is_the_game(case):
    case(0, make=long_script).all_ended(ALIKE)


UNPACK = 'python3 -m zipfile -e "$GAME" x'


def jar(path):
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("META-INF/MANIFEST.MF", "Main-Class: net.craft.Main\n")
        for name in ("Main", *(f"Block{n}" for n in range(20))):
            made.writestr(f"net/craft/{name}.class", f"{name} of {path.name}\0".ljust(100))


def test_a_jar_that_was_packed_anew_or_unpacked_is_the_game(case):
    one = case(0, make=jar)
    java = one.folder / "java"
    stand_in(java)
    one.all_ended({
        "anew": f"{UNPACK} && cd x && python3 -m zipfile -c ../y net && {java} -c 'read line' -cp ../y net.craft.Main",
        "unpacked": f"{UNPACK} && {java} -c 'read line' -cp x net.craft.Main",
    })


def engine_and_pack(path):
    """An engine that runs what it is told by a file beside it."""
    stand_in(path)
    path.with_name(f"{path.name}.pck").write_bytes(b"GDPC" + secrets.token_bytes(9_000))


def test_what_lies_beside_an_engine_makes_the_game(case, tmp_path):
    """Also with a decoy, under other names, and built anew; the engine alone is no game."""
    one = case(0, make=engine_and_pack)
    engine = one.folder / "engine"
    stand_in(engine)
    one.all_ended({
        "renamed": f'cp {engine} x && cp "$GAME.pck" x.pck && echo >package.nw && ./x -c "read line; exit 0"',
        "with a byte more": f'cp {engine} x && cp "$GAME.pck" x.pck && echo >>x.pck && ./x -c "read line; exit 0"',
    })
    with one.start(f"cp {engine} x && ./x -c 'read line'").process as process:
        process.communicate(b"\n")
    assert process.returncode == 0


IN_FOLDER = 'mkdir app && cp "$ENGINE" app/x && cp "$GAME.pck" app/x.pck && '
def test_and_in_a_sandbox(case, need):
    """By paths that it has there alone."""
    need("bwrap")
    one = case(0, make=engine_and_pack)
    engine = one.folder / "engine"
    stand_in(engine)
    world = "bwrap --ro-bind /usr /usr --symlink usr/lib /lib --symlink usr/lib64 /lib64 --proc /proc --bind app /app"
    one.all_ended({"bwrap": f"{IN_FOLDER} {world} /app/x -c 'read line'"}, ENGINE=str(engine))


def app_image(path):
    """What it runs lies behind it, and is mounted by itself."""
    shell(path)
    with path.open("ab") as file:
        file.write(b"hsqs" + bytes(24) + b"\4\0\0\0" + secrets.token_bytes(9_000))


def test_what_carries_the_game_behind_itself_is_refused_with_a_byte_more(case):
    case(0, make=app_image).refused('cp "$GAME" homework && echo >>homework && ./homework "$PLAY"')
