"""Help, suggestions, completions and manuals: all from what commands take."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from cli import man
from cli.commands import NOUNS, find, of
from cli.help import usage
from cli.output import Output
from cli.parser import GLOBALS
from cli.showing.placeholders import called
from i18n.catalogue import Catalogue
from i18n.message import plain

COMMANDS = [parser for noun in NOUNS for parser in of(noun).values()]
NAMES = [parser.name for parser in COMMANDS]


def parsed(line):
    """The arguments of a command as somebody types it, up to a pipe or a file that takes its answer."""
    words = shlex.split(line, comments=True)
    words = words[1 : next((at for at, word in enumerate(words) if word in {">", ">>", "|"}), None)]
    _, rest = GLOBALS.parse_known_args(words)
    command, given = find(rest)
    return command.name, command.parse_args(given)


def test_bare_giochoi_shows_what_there_is(giochoi):
    """Exit 0: no mistake was made."""
    bare, asked, helped = giochoi(), giochoi("help"), giochoi("-h")

    assert (bare.returncode, bare.stderr, bare.stdout) == (0, "", asked.stdout)
    assert asked.stdout == helped.stdout
    assert len(bare.stdout.splitlines()) <= 54
    assert "call 111" in bare.stdout


@pytest.mark.parametrize("name", NAMES)
def test_each_command_has_its_page_with_examples_that_can_be_typed(giochoi, name):
    """By `help` and by --help, and no line is wider than the terminal."""
    page = giochoi(*name.split(), "--help", COLUMNS="80")
    [command] = [one for one in COMMANDS if one.name == name]

    assert (page.returncode, page.stderr) == (0, "")
    assert page.stdout == giochoi("help", *name.split(), COLUMNS="80").stdout
    assert page.stdout.startswith(f"giochoi {name}")
    assert 2 <= len(command.examples) <= 4
    examples = [example if isinstance(example, str) else plain(example) for example in command.examples]
    assert [parsed(example)[0] for example in examples] == [name] * len(examples)
    longest = max(map(len, examples)) + 2
    assert max(map(len, page.stdout.splitlines())) <= max(80, longest)


@pytest.mark.parametrize("noun", [noun for noun in NOUNS if noun not in NAMES])
def test_a_noun_shows_its_verbs(giochoi, noun):
    page = giochoi("help", noun).stdout

    assert all(f"\n{parser.prog}" in page for parser in of(noun).values())


def test_the_version_is_that_of_the_package(giochoi):
    version = json.loads(giochoi("--version", "--json").stdout)["version"]

    assert giochoi("--version").stdout == f"giochoi {version}\n"


@pytest.mark.parametrize("words", [(), ("help",), ("help", "game"), ("limit", "--help")])
def test_help_as_json_is_one_document(giochoi, words):
    assert json.loads(giochoi(*words, "--json").stdout)["help"]


@pytest.mark.parametrize(("words", "meant"), [
    (("stauts",), "status"), (("PLAYER", "list"), "player"), (("player", "lst"), "list"), (("policy", "cheek", "x"), "check"),
    (("usage", "--dya", "2026-11-24"), "--day"), (("status", "--jsn"), "--json"), (("place", "set", "hme"), "home"),
    (("help", "plcy"), "policy"), (("completion", "bsh"), "bash"), (("demo", "--game", "luant"), "luanti"),
])  # fmt: skip
def test_a_slip_is_told_what_was_meant(fails, words, meant):
    assert fails(2, *words).endswith(f"did you mean {meant}?\n")


@pytest.mark.parametrize(("words", "told"), [
    (("zzz",), "see: giochoi help"), (("usage", "--month"), "'--month' is not known; see: giochoi usage --help"),
    (("player", "zzz"), "choose from add, set, list, remove"),
    (("player",), "giochoi: player needs one of: add, set, list, remove"),
    (("status", "An", "now"), "now is one word too many"),
    (("place", "set", "zzz"), "choose from home, game-point, agent-without-games"),
])  # fmt: skip
def test_a_word_like_no_other_is_told_what_there_is(fails, words, told):
    assert told in fails(2, *words)


@pytest.mark.parametrize(("words", "told"), [
    (("limit", "An"), "giochoi: thiếu: SỐ-PHÚT|none; xem thêm: giochoi limit --help"),
    (("report", "foo"), "giochoi: KHOẢNG: không có “foo”; hãy chọn: day, month, year"),
    (("grant", "An", "x"), "giochoi: SỐ-PHÚT: “x” không phải số phút"),
])  # fmt: skip
def test_a_mistake_names_what_is_missing_in_the_readers_language(giochoi, words, told):
    """By the same words as help does."""
    assert giochoi(*words, GIOCHOI_LANG="vi").stderr.startswith(told)


def test_help_says_what_to_put_in_the_readers_language():
    """What is typed as it stands is the same in all."""
    vi = Catalogue("vi")
    said = {name: vi(usage(next(one for one in COMMANDS if one.name == name))).replace("\u00a0", " ")
            for name in ("limit", "policy use", "extend")}  # fmt: skip
    assert said["limit"] == "giochoi limit NGƯỜI-CHƠI SỐ-PHÚT|none [--game MÃ] [--days mon,tue…]"
    assert said["policy use"] == "giochoi policy use NGƯỜI-CHƠI|place GÓI[:key=value]… [--overnight]"
    assert " --until GIỜ:PHÚT" in said["extend"]
    words = {word for one in COMMANDS for argument in one.taken for word in re.findall("[A-Z]{3,}", argument.value)}
    assert [word for word in sorted(words) if vi(called(word)) == word] == ["OARS", "PEGI", "SHELL", "URL"]


def test_pairs_never_cut_a_word(monkeypatch):
    """What is told of a long name stands below it."""
    monkeypatch.setenv("COLUMNS", "40")
    out = io.StringIO()
    Output(out=out).pairs([("--a", "một hai ba bốn năm sáu bảy tám"), ("--long-option YYYY-MM-DD", "x")])

    assert out.getvalue().splitlines() == [
        "  --a            một hai ba bốn năm sáu", "                 bảy tám",
        "  --long-option YYYY-MM-DD", "                 x",
    ]  # fmt: skip


# --- completions -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def completed(giochoi):
    """What the last word may become."""

    def run(*words):
        done = giochoi("__complete", *words)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.split()

    return run


def test_every_word_of_a_command_is_completed(completed):
    assert completed("") == sorted(NOUNS)
    assert completed("pol") == ["policy"]
    assert completed("policy", "") == ["ask", "check", "packs", "schema", "show", "use"]
    assert completed("--home", "x", "help", "gr") == ["grant", "grants"]
    assert completed("help", "game", "") == ["add", "allow", "disallow", "label", "list", "remove", "scan"]
    assert completed("limit", "An", "--") == ["--days", "--game", "--help", "--home", "--json", "--lang", "--version"]
    assert completed("place", "set", "") == ["agent-without-games", "game-point", "home"]
    assert completed("place", "set", "home", "--zone", "x", "--lang", "") == ["en", "vi"]
    assert completed("simulate", "An", "--place", "h") == ["home"]


def test_packs_are_completed_as_often_as_they_may_stand(completed):
    assert completed("policy", "use", "An", "vn-1") == completed("policy", "use", "An", "home-weekend", "vn-1") == ["vn-147"]
    assert completed("policy", "check", "vn-147", "vn-1") == []


@pytest.mark.parametrize("words", [("status", ""), ("log", "export", ""), ("zzz", ""), ("player", "zzz", ""), ("why", "")])
def test_where_nobody_knows_nothing_is_said(completed, words):
    """Then the shell completes names of files; no daemon that could be asked for players runs."""
    assert completed(*words) == []


def test_an_unknown_shell_is_a_mistake(fails):
    assert "choose from bash, zsh, fish, powershell" in fails(2, "completion", "tcl")


IN_SHELLS = {
    "bash --norc": 'source {}; COMP_WORDS=(giochoi policy "{}"); COMP_CWORD=2; _giochoi; printf "%s\\n" "${{COMPREPLY[@]}}"',
    "zsh -f": 'compdef() {{ : }}; source {}; compadd() {{ shift; print -l $@ }}; words=(. policy "{}"); CURRENT=3; _giochoi',
    "fish --no-config": 'source {}; complete -C "giochoi policy {}"',
}


@pytest.mark.linux("its shells are tested there")
@pytest.mark.parametrize(("typed", "found"), [("", "ask check packs schema show use"), ("s", "schema show")])
@pytest.mark.parametrize("shell", IN_SHELLS)
def test_a_shell_completes(giochoi, tmp_path, shell, typed, found):
    """The real one, with the script as it is printed."""
    program, *words = shell.split()
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    script = tmp_path / "script"
    script.write_text(giochoi("completion", program).stdout, "utf-8")
    here = tmp_path / "giochoi"
    here.write_text(f'#!/bin/sh\nexec {sys.executable} -P -m cli "$@"\n', "utf-8")
    here.chmod(0o755)
    done = subprocess.run(
        [program, *words, "-c", IN_SHELLS[shell].format(script, typed)], capture_output=True, text=True, timeout=60, check=True,
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip

    assert sorted(done.stdout.split()) == found.split()


@pytest.mark.linux("its shells are tested there")
def test_zsh_completes_at_the_first_tab_what_a_package_installed(giochoi, tmp_path):
    """It then finds the script by its name, as the function itself."""
    if shutil.which("zsh") is None:
        pytest.skip("zsh is not installed")
    (tmp_path / "_giochoi").write_text(giochoi("completion", "zsh").stdout, "utf-8")
    code = (
        'compdef() { : }; compadd() { shift; print -l $@ }; giochoi() { print ask check }; '
        'fpath=("$1"); autoload -Uz _giochoi; words=(. policy ""); CURRENT=3; _giochoi; _giochoi'
    )  # fmt: skip
    done = subprocess.run(["zsh", "-f", "-c", code, "-", str(tmp_path)], capture_output=True, text=True, timeout=60, check=True)

    assert done.stdout.split("\n") == ["ask check"] * 2 + [""]


def test_powershell_gets_every_word(giochoi):
    """It cannot be run here: as much as can be read off it. An empty word is passed in quotes, or it would be lost."""
    script = giochoi("completion", "powershell").stdout

    assert script.startswith("Register-ArgumentCompleter -Native -CommandName giochoi -ScriptBlock {")
    assert all(script.count(one) == script.count(other) for one, other in ("{}", "()", "[]"))
    assert giochoi("__complete", '""').stdout.split() == sorted(NOUNS)


# --- manuals -----------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["en", "vi"])
def manual(request, tmp_path_factory):
    """The manual's pages in one language."""
    folder = tmp_path_factory.mktemp("man")
    for name, lines in man.Manual(Catalogue(request.param), date(2026, 1, 2), "0.1.0").pages():
        (folder / f"{name}.1").write_text("\n".join((*lines, "")), "utf-8")
    return folder


def test_the_manual_is_written_and_tells_every_command(giochoi, tmp_path):
    done = giochoi("man", str(tmp_path / "man1"), "--json")

    assert json.loads(done.stdout) == {"folder": str(tmp_path / "man1")}
    assert {page.stem for page in (tmp_path / "man1").iterdir()} == {"giochoi", *(f"giochoi-{noun}" for noun in NOUNS)}
    text = (tmp_path / "man1/giochoi-game.1").read_text("utf-8")
    assert all(f".SS {parser.prog}" in text for parser in of("game").values())
    assert giochoi.fails(1, "man", str(tmp_path / "man1/giochoi.1/x"))


@pytest.mark.linux("it has no man")
def test_the_manual_is_good_roff(manual):
    """By groff, with every warning on, and by mandoc."""
    pages = sorted(manual.iterdir())
    if shutil.which("groff") is None:
        pytest.skip("groff is not installed")
    for command in ("groff -man -Kutf8 -Tutf8 -ww -z", "mandoc -T lint -W warning"):
        if shutil.which(command.split()[0]) is not None:
            done = subprocess.run([*command.split(), *pages], capture_output=True, text=True, check=False)
            assert done.stdout + done.stderr == ""
