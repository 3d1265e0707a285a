"""Which game a program is: any clue may make it one, none may clear it."""

from dataclasses import replace

import msgspec
import pytest

from rules.games import Catalogue, Fingerprint, Game, Program
from rules.matching.clues import Match


@pytest.fixture
def catalogue():
    return Catalogue((
        Game(id="luanti", title="Luanti", names=("luanti", "minetest"), sha256=("aa",), sizes=(100,), build_ids=("b1",)),
        Game(id="cards", title="Cards", label=0, names=("cards",), paths=("/opt/c/run",)),
        Game(id="craft", title="Craft", label=12, commands=("net.craft.Main",)),
        Game(id="war", title="War", label=18, names=("war", "cards"), commands=("net.craft",)),
    ))


def program(path="/usr/bin/python3", *more, args=(), **known):
    files = (Fingerprint(path, 100, **known), *(Fingerprint(one, 1) for one in more))
    return Program(1, 2, 3, "an", files, args)


@pytest.mark.parametrize(("seen", "match"), [
    (program("/usr/games/minetest"), Match("luanti", ("name",))),
    (program("/home/an/homework", sha256="AA"), Match("luanti", ("content",))),
    (program("/usr/games/luanti", sha256="aa", build_id="B1"), Match("luanti", ("content", "build-id", "name"))),
    (program("/opt/c/run"), Match("cards", ("name",))),
    (program("/bin/sh", "/home/an/luanti"), Match("luanti", ("name",))),
    (program("/usr/bin/java", "/opt/craft.jar", args=("java", "-cp", "x", "net.craft.Main")), None),
    (replace(program("/usr/bin/java", args=("java", "net.craft.Main")), interpreted=True), Match("war", ("command",))),
    (program("/usr/bin/vim", args=("vim", "net.craft.Main")), None),
    (program("/usr/bin/cat"), None),
    (program("/usr/games/luanti.bak"), None),
    (program("/usr/games/Luanti"), None),
    (program("/srv/luanti/server"), None),
])
def test_recognition(catalogue, seen, match):
    """By content, build id, command line, path, or the name of any of its files: strongest clue first."""
    assert match == catalogue.recognise(seen)


@pytest.mark.promise("Games: If several games match a program, the strictest counts")
def test_of_several_games_the_stricter_counts(catalogue):
    """A label of 18 before one of 0; no label before any; then the id."""
    more = (Game(id=id, title=id, names=("war",)) for id in ("zoo", "ape"))
    unrated = Catalogue((*catalogue.games.values(), *more))

    assert catalogue.recognise(program("/x/cards")).game == "war"
    assert unrated.recognise(program("/x/war")).game == "ape"


@pytest.mark.parametrize("known", [{"sha256": "cc"}, {"build_id": "c1"}])
def test_of_games_as_strict_the_one_that_is_harder_to_pretend_counts(catalogue, known):
    """Whatever it is called, and whichever game's id it shows."""
    zoo = Game(id="zoo", title="Zoo", sha256=("cc",), sizes=(100,), build_ids=("c1",))
    both = Catalogue((*catalogue.games.values(), zoo))

    assert both.recognise(program("/x/luanti", **known)).game == "zoo"
    assert both.recognise(program("/x/luanti", sha256="cc", build_id="b1")).game == "zoo"


def test_an_allowed_name_does_not_clear_a_games_content(catalogue):
    assert catalogue.recognise(program("/x/cards", sha256="aa")).game == "luanti"


def test_the_gate_hears_of_every_game_that_a_file_is(catalogue):
    assert frozenset({"cards", "war"}) == catalogue.by_file(Fingerprint("/x/cards", 1))
    assert frozenset() == catalogue.by_file(Fingerprint("/bin/ls", 100))


def test_only_files_of_a_games_size_are_worth_a_hash(catalogue):
    assert (catalogue.wants_sha256(100), catalogue.wants_sha256(101)) == (True, False)


def test_a_households_entry_completes_a_shipped_one(catalogue):
    """It adds clues and says the label; it takes no clue away."""
    own = Game(id="luanti", title="Luanti at home", label=12, label_source="us", paths=("/home/an/lt",))

    both = Catalogue((*catalogue.games.values(), own)).games["luanti"]

    assert (
        both.title, both.label, both.label_source, both.names, both.paths
    ) == ("Luanti at home", 12, "us", ("luanti", "minetest"), ("/home/an/lt",))


@pytest.mark.parametrize(("later", "merged"), [
    ({}, ("A", 12, "board", "p")), ({"title": "B", "publisher": "q"}, ("B", 12, "board", "q")),
    ({"label": 16}, ("A", 16, None, "p")),
])  # fmt: skip
def test_the_later_entry_wins_where_it_says_something(later, merged):
    """A label comes with its own source, or with none. Kind and learning are the first one's."""
    first = Game(id="a", title="A", label=12, label_source="board", publisher="p", names=("a",))
    both = Catalogue((first, Game(**{"id": "a", "title": "", "kind": "emulator", "learning": True, **later}))).games["a"]

    assert (both.title, both.label, both.label_source, both.publisher) == merged
    assert (both.kind, both.learning, both.names) == ("game", False, ("a",))


@pytest.fixture
def windows():
    return Catalogue((
        Game(id="arena", title="Arena", names=("Arena Client.exe",), paths=(r"C:\Arena\bin\play.exe",)),
        Game(id="craft", title="Craft", words=("net.craft.Main", "--craftAssets")),
        Game(id="dota", title="Dota", names=("dota",), steam_ids=(570,), folders=("dota 2 beta",)),
        Game(id="learn", title="Learn", names=("learn", "Learn.exe"), sha256=("aa",), sizes=(100,), learning=True),
        Game(id="cards", title="Cards", label=0, names=("learn",)),
    ))


@pytest.mark.parametrize(("path", "ids"), [
    (r"D:\Games\Arena Client.exe", {"arena"}),
    (r"D:\Games\ARENA CLIENT.EXE", {"arena"}),
    ("/home/an/.wine/drive_c/Games/arena client.exe", {"arena"}),
    (r"/home/an/Games\Arena Client.exe", {"arena"}),
    (r"c:\arena\BIN\play.exe", {"arena"}),
    ("C:/Arena/bin/play.exe", {"arena"}),
    (r"D:\Arena\bin\play.exe", set()),
    (r"D:\Games\Arena Client.exe.txt", set()),
    ("/usr/games/Dota", set()),
    ("/home/an/.steam/steam/steamapps/common/dota 2 beta/game/bin/linuxsteamrt64/launch", {"dota"}),
    (r"E:\SteamLibrary\steamapps\common\Dota 2 Beta\game\bin\win64\any.exe", {"dota"}),
    ("steamapps/common/dota 2 beta/run", {"dota"}),
    ("/home/an/.steam/steam/steamapps/common/dota 2 beta", set()),
    ("/home/an/.steam/steam/steamapps/common/dota 2/run", set()),
    ("/home/an/mysteamapps/common/dota 2 beta/run", set()),
    ("/home/an/.steam/steam/steamapps/dota 2 beta/run", set()),
    ("/home/an/.steam/steam/steamapps/common//run", set()),
])
def test_names_of_windows_are_of_any_case_and_either_slash(windows, path, ids):
    """So are its paths and Steam's folders, on any system; names of Linux stay exact."""
    assert frozenset(ids) == windows.by_file(Fingerprint(path, 1))


@pytest.mark.parametrize(("files", "args", "clues"), [
    (["/usr/lib/wine/wine64"], ["wine", "arena client.exe", "-fast"], ("name",)),
    (["/opt/proton/files/bin/wine64-preloader"], [r"C:\Arena\Arena Client.exe"], ("name",)),
    (["/usr/bin/python3.11", "/opt/proton/proton"], ["python3", "/opt/proton/proton", "run", "/g/Arena Client.exe"], ("name",)),
    (["/usr/lib/wine/wine64"], ["wine", "winecfg.exe"], None),
    (["/usr/bin/python3.11", "/home/an/tidy.py"], ["python3", "/home/an/tidy.py", "/g/Arena Client.exe"], None),
    (["/usr/bin/sha256sum"], ["sha256sum", "/g/Arena Client.exe"], None),
])
def test_wine_is_what_it_runs(windows, files, args, clues):
    """Wherever its loader keeps the program's name; what another program is told is no matter."""
    seen = Program(1, 2, 3, "an", tuple(Fingerprint(path, 1) for path in files), tuple(args))

    assert (None if clues is None else Match("arena", clues)) == windows.recognise(seen)


@pytest.mark.parametrize(("args", "found"), [
    (["java", "-Xmx2G", "net.craft.Main"], True),
    (["java", "-cp", "x.jar", "some.wrapper", "--craftAssets", "17"], True),
    (["java", "net.craft.MainWindow"], False),
    (["java", "-Dopen=net.craft.Main"], False),
    (["java", "com.ide.Main", "/home/an/net.craft.Main"], False),
    (["java", ""], False),
])
def test_words_are_whole_arguments_of_an_interpreter(windows, args, found):
    seen = replace(program("/usr/bin/java", args=tuple(args)), interpreted=True)

    assert (Match("craft", ("command",)) if found else None) == windows.recognise(seen)
    assert windows.recognise(replace(seen, interpreted=False)) is None


@pytest.mark.parametrize(("command", "found"), [
    (["/x/reaper", "SteamLaunch", "AppId=570", "--", "/x/run"], True),
    (["/x/reaper", "SteamLaunch", "AppId=57", "--", "/x/run"], False),
    (["/x/reaper", "SteamLaunch", "AppId=570", "Install=1", "--", "/x/setup"], False),
    (["/x/reaper", "SteamLaunch"], False),
    (["/bin/grep", "SteamLaunch", "AppId=570", "--", "/x/log"], False),
    ([], False),
])
def test_what_starts_for_steam_is_the_game(windows, command, found):
    """The starter itself, which stays to the end; not a setup, and nobody who merely says so."""
    match = Match("dota", ("store",)) if found else None
    itself = program(command[0] if command else "/x/reaper", args=tuple(command))

    assert match == windows.recognise(itself)


def test_a_learning_program_is_no_game(windows):
    """However sure that is; and a game stays one under its name."""
    assert windows.recognise(program("/usr/bin/learn", sha256="aa")).game == "cards"
    assert windows.recognise(program("/x/learn.exe", sha256="aa")) is None


@pytest.mark.parametrize(("clues", "sure"), [
    (("content", "name"), True), (("build-id",), True), (("store",), True), (("signer",), True), (("command", "name"), False),
    (("name",), False),
])
def test_names_and_command_lines_alone_are_not_sure(clues, sure):
    assert sure == Match("x", clues).sure


def test_the_first_entry_says_what_kind_of_thing_a_game_is():
    """What a household's own entry says of it, or does not, changes nothing."""
    games = Catalogue((
        Game(id="nox", title="Nox", kind="emulator"), Game(id="nox", title="Ours", names=("n",), words=("w",), steam_ids=(1,)),
        Game(id="war", title="War"), Game(id="war", title="War", learning=True, folders=("War",)),
        Game(id="paint", title="Paint", learning=True), Game(id="paint", title="Paint", names=("p",)),
    )).games

    assert (games["nox"].kind, games["nox"].words, games["nox"].steam_ids) == ("emulator", ("w",), (1,))
    assert (games["war"].learning, games["war"].folders, games["paint"].learning) == (False, ("War",), True)


@pytest.fixture
def signed():
    """A game of which all is known, and two others of the same maker."""
    return Catalogue((
        Game(id="arena", title="Arena", names=("Arena.exe",), products=("Arena Online",), signers=("Nhà Phát Hành",)),
        Game(id="farm", title="Farm", names=("farm.exe",), signers=("Nhà Phát Hành",)),
        Game(id="sums", title="Sums", label=0, names=("sums.exe",), signers=("Nhà Phát Hành",)),
    ))


def file(path="C:\\x\\homework.exe", **known):
    return Fingerprint(path, 1, **known)


@pytest.mark.parametrize(("seen", "match"), [
    (file(original="ARENA.exe"), Match("arena", ("name",))),
    (file(original="arena"), Match("arena", ("name",))),
    (file(product="arena ONLINE"), Match("arena", ("name",))),
    (file(product="Arena"), None),
    (file(original="Arena.exe", signer="nhà phát hành"), Match("arena", ("signer", "name"))),
    (file(product="Arena Online", signer="Nhà Phát Hành"), Match("arena", ("signer", "name"))),
    (file("D:\\Games\\farm.exe", signer="Nhà Phát Hành"), Match("farm", ("signer", "name"))),
    (file(original="Arena.exe", signer="Somebody"), Match("arena", ("name",))),
    (file(signer="Nhà Phát Hành"), None),
    (file("C:\\x\\sums.exe", signer="Nhà Phát Hành"), Match("sums", ("signer", "name"))),
    (file(original="sums.exe", signer="Nhà Phát Hành"), Match("sums", ("signer", "name"))),
    (file("C:\\x\\sums.exe", original="farm.exe", signer="Nhà Phát Hành"), Match("farm", ("signer", "name"))),
])
def test_names_in_a_version_resource_and_who_signed_it(signed, seen, match):
    """A name is only a name; with the right signer it is sure."""
    assert match == signed.recognise(Program(1, 2, 3, "an", (seen,)))
    assert signed.by_file(seen) >= ({match.game} if match else set())


def test_a_signer_is_looked_for_where_it_may_tell(signed):
    """Not of every program: it takes reading all of it."""
    ours = Catalogue((Game(id="x", title="X", names=("x.exe",)),))

    assert [signed.wants_signer(one) for one in (file(), file("C:\\farm.exe"), file(product="Arena Online"))] == [
        False, True, True]
    assert not ours.wants_signer(file("C:\\x.exe"))


@pytest.mark.parametrize(("trees", "match"), [
    ((("farm", True),), Match("farm", ("store",))),
    ((("farm", False),), Match("farm", ("name",))),
    ((("gone", True),), None),
    ((("sums", True), ("farm", False)), Match("farm", ("name",))),
])
def test_what_lies_in_a_games_install_tree_is_the_game(signed, trees, match):
    """Sure where only an administrator can have put it there; and nothing clears a game."""
    assert match == signed.recognise(Program(1, 2, 3, "an", (file(),), trees=trees))


@pytest.mark.parametrize(("path", "found"), [
    (r"C:\trò chơi\Tetris.PY", {"tetris"}), (r"\\nas\games\TETRIS.py", {"tetris"}), ("/home/an/Tetris.PY", set()),
    ("/home/an/tetris.py", {"tetris"}),
])
def test_a_script_on_a_drive_is_of_any_case(path, found):
    """There folders are separated by backslashes, whatever the file's name ends in."""
    assert frozenset(found) == Catalogue([Game(id="tetris", title="", names=("tetris.py",))]).by_file(Fingerprint(path, 1))


def test_signers_and_products_of_both_entries_count():
    one, two = (Game(id="x", title="X", signers=(name,), products=(name,)) for name in ("a", "b"))

    both = Catalogue((one, two)).games["x"]

    assert (both.signers, both.products) == (("a", "b"), ("a", "b"))


def test_what_an_older_version_wrote_is_still_read():
    """Rosters and stored games have fewer fields than there are now."""
    old = b'{"id":"luanti","title":"Luanti","label":null,"names":["luanti"],"sizes":[1],"sha256":["aa"],"build_ids":[]}'

    game = Game(id="luanti", title="Luanti", names=("luanti",), sizes=(1,), sha256=("aa",))

    assert game == msgspec.json.decode(old, type=Game)


ENGINES = Catalogue((
    Game(id="renpy", title="Ren'Py", names=("renpy",), kind="emulator"), Game(id="war", title="War", words=("/g/war",)),
    Game(id="question", title="The Question", names=("question",), words=("/g/question",)),
    Game(id="sums", title="Sums", names=("sums",), words=("/g/sums",), learning=True),
))  # fmt: skip


@pytest.mark.parametrize(("told", "origin", "games"), [
    (("/g/question",), None, ["question"]),
    (("/g/question", "--fullscreen", "target"), None, ["question"]),
    ((), None, ["renpy"]),
    (("/home/an/other",), None, ["renpy"]),
    (("other.rpy",), "question", ["question"]),
    (("/g/question", "/home/an/other"), None, ["question", "renpy"]),
    (("/g/question", "other.rpy"), None, ["question", "renpy"]),
    (("/g/question", "/g/war"), None, ["question", "war"]),
    (("/g/war",), "question", ["question", "war"]),
    (("/g/sums",), None, ["renpy"]),
    ((), "sums", ["renpy"]),
])  # fmt: skip
def test_an_engine_is_no_game_beside_the_one_that_it_runs(told, origin, games):
    """By what it is told or by what started it. Two games are two, and a second file may be one, too."""
    starter = origin and Program(1, 2, 3, "an", (Fingerprint(f"/usr/games/{origin}", 9),))
    files = (Fingerprint("/usr/bin/python3", 9), Fingerprint("/usr/games/renpy", 9))
    args = ("python3", "/usr/games/renpy", *told)
    program = Program(2, 2, 3, "an", files, args, interpreted=True, origin=starter)

    assert [match.game for match in ENGINES.matches(program)] == games
