"""What a user can get wrong: one clear line on stderr, the exit code of the contract, nothing on stdout."""

from __future__ import annotations

import pytest

from words.shell import quote


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",), ("player",), ("player", "fly"), ("player", "add"), ("player", "add", "An"), ("status", "An", "more"),
        ("player", "add", "An", "--born", "1/5/14"), ("player", "add", "An", "--born", "2014-5-1"),
        ("player", "add", "An", "--born", "2014-02-30"), ("player", "set", "An"), ("usage", "--day", "tomorrow"),
        ("limit", "An", "-5"), ("limit", "An", "nan"), ("limit", "An", "inf"), ("limit", "An", "1e3"), ("limit", "An", "1441"),
        ("limit", "An", "١٠"), ("limit", "An", ""), ("limit", "An", "5", "--days", "someday"),
        ("limit", "An", "5", "--days", ""),
        ("grant", "An", "0"), ("grant", "An", "-1"), ("grant", "An"), ("log", "show", "--last", "0"),
        ("place", "set", "moon"), ("place", "set", "home", "--hours", "8-22"),
        ("place", "set", "home", "--hours", "08:00-25:00"),
        ("place", "set", "home", "--zone", "Mars/Base"), ("place", "set", "home", "--zone", "Asia"),
        ("place", "set", "home", "--zone", "localtime"), ("policy", "use", "An", "vn-147:over_all=true:over_all=false"),
        ("policy", "check", "vn-147:over_all=true:over_all=true"),
        ("policy", "ask", "--pack", "vn-147:over_all=true:over_all=false", "--facts", "/dev/null"),
        ("game", "add", "Big Game", "--exe", "/bin/true"), ("game", "add", "g", "--exe", "/no/such/file"),
        ("game", "add", "g", "--exe", "/"), ("game", "add", "g", "--exe", "/etc/hostname", "--label", "PEGI99"),
        ("doctor", "--agent-key", "ab"), ("policy", "use", "An", "no-such-pack"), ("policy", "use", "An", "/no/such.toml"),
        ("policy", "use", "An", "none", "vn-147"), ("policy", "use", "An", "vn-147:nonsense=1"),
        ("policy", "check", "/no/such.toml"), ("policy", "ask", "--pack", "vn-147"), ("demo", "--seconds", "-3"),
        ("demo", "--seconds", "1000000"), ("demo", "--game", "no-such-game"), ("--home",), ("status", "--home"),
        ("status", "--jso"), ("status", "--lang", "fr"), ("--lang",), ("status", "--json=yes"), ("help", "nonsense"),
        ("completion", "csh"),
        pytest.param(("status", "--home", "~nobody-of-this-name"), marks=pytest.mark.linux("a folder beside one's own there")),
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_mistake_is_one_line_and_exit_2(fails, words):
    """No servers run: a mistake is told before anybody is asked."""
    assert fails(2, *words).startswith("giochoi: ")


def test_of_an_option_that_is_there_twice_the_last_counts(giochoi, fails):
    """As behind an alias. Which one it was is told beside the answer; of what every command takes without a word."""
    done = giochoi("log", "show", "--last", "50", "--last", "5", "--json")
    assert done.stderr.splitlines()[0] == "--last is given more than once: the last counts, '5'"
    assert done.returncode == 3
    assert "giochoi-daemon" in fails(3, "--lang", "vi", "status", "--lang", "en")


def test_a_folder_is_no_file_to_write(fails, tmp_path):
    """Nor one to be removed first."""
    assert f"{tmp_path} is a folder: name a file in it" in fails(1, "log", "export", str(tmp_path))


def server_of(words):
    """Who answers this command."""
    seat = {"status", "why", "usage", "doctor", "grant", "extend", "grants", "revoke"}
    return "giochoi-daemon" if words[0] in seat else "giochoi-agent"


@pytest.mark.parametrize(
    "words",
    [
        ("grant", "An", "15"), ("revoke", "x"), ("player", "add", "An", "--born", "2014-05-01"), ("limit", "An", "none"),
        ("policy", "use", "An", "vn-147"), ("place", "set", "home"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_nobody_there_is_exit_3(fails, words):
    """The line says what to start, and that nothing changed."""
    line = fails(3, *words)

    assert f"; start: {server_of(words)}" in line
    assert line.endswith("; nothing changed\n")


@pytest.mark.parametrize(
    "words",
    [
        ("status",), ("why", "An"), ("usage",), ("doctor",), ("grants",), ("player", "list"), ("guardian", "list"),
        ("policy", "show", "An"), ("game", "list"), ("log", "head"), ("log", "show"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_whoever_only_looks_changes_nothing_anyway(fails, home_folder, words):
    """The line ends with what to start."""
    assert fails(3, *words).endswith(f"; start: {server_of(words)} --home {quote(str(home_folder))}\n")


@pytest.mark.parametrize(("word", "posix", "written"), [
    ("/home/an/Trò chơi", True, "'/home/an/Trò chơi'"), ("/opt/x", True, "/opt/x"),
    (r"C:\Trò chơi\x.exe", False, r'"C:\Trò chơi\x.exe"'), (r"D:\Games\cờ.exe", False, r"D:\Games\cờ.exe"),
    ("a&b", False, '"a&b"'), ('Bé "Na"', False, '"Bé ""Na"""'), ("", False, '""'),
])  # fmt: skip
def test_what_is_to_be_typed_is_written_as_the_shell_there_takes_it(word, posix, written):
    """Single quotes mean nothing to cmd."""
    assert quote(word, posix=posix) == written


@pytest.mark.parametrize(
    "words", [("--home", "HOME", "status"), ("status", "--home", "HOME"), ("player", "--home", "HOME", "list")]
)
def test_home_stands_before_or_after_the_noun(fails, home_folder, tmp_path, words):
    """…and goes before GIOCHOI_HOME."""
    line = fails(3, *(word.replace("HOME", str(tmp_path)) for word in words))

    assert str(tmp_path) in line
    assert str(home_folder) not in line


def test_an_export_leaves_no_file_when_nobody_is_there(fails, tmp_path):
    """Not even an empty one."""
    fails(3, "log", "export", str(tmp_path / "log.zip"))

    assert list(tmp_path.iterdir()) == []


def test_an_export_never_overwrites(fails, tmp_path):
    """The file that is there may be the evidence of last year."""
    old = tmp_path / "log.zip"
    old.write_text("old", "utf-8")

    assert "log.zip" in fails(1, "log", "export", str(old))
    assert old.read_text("utf-8") == "old"


def test_help_names_every_noun_of_this_release_and_no_other(giochoi):
    """What is not built yet is absent, not a stub."""
    done = giochoi("--help")

    nouns = (
        "setup status why usage grant extend grants revoke request requests withdraw approve deny code pause resume off player "
        "guardian limit policy game place seat checkin checkout move who staff shift doctor log report backup restore "
        "print simulate update demo"
    )
    lines = done.stdout.partition("Commands\n")[2].partition("\n\n")[0].splitlines()
    assert (done.returncode, [line.split()[0] for line in lines]) == (0, [*nouns.split(), "help", "completion", "man"])
