"""Desktop entries: which are games, and which files they start."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.scanning.files import Files, Problems
from daemon.scanning.formats import FormatError, parse_entry
from daemon.scanning.hits import Folder, SearchPaths, kind_of
from daemon.scanning.programs import target, words
from daemon.scanning.sources import menus


def test_an_entry_is_read_as_the_specification_says():
    """Escapes, a Vietnamese name before the plain one, only the first group, of twins the first."""
    entry = parse_entry(
        b"# comment\n[Desktop Entry]\nType=Application\nName=Mines\nName[de]=Minen\nName[vi]=D\xc3\xb2\\sm\xc3\xacn\n"
        b'Name=Other\r\nExec = sh -c "a b"\nCategories=Game;LogicGame;\nNoDisplay=true\n[Desktop Action x]\nExec=/bin/false\n'
    )

    assert entry is not None
    assert (entry.name, entry.command, entry.categories) == ("Dò mìn", 'sh -c "a b"', {"Game", "LogicGame"})
    assert not entry.hidden


@pytest.mark.parametrize("data", [b"", b"\0\xff\xfe", b"[Other]\nName=x\n", b"[Desktop Entry]\nExec=x\n"])
def test_what_is_no_entry_says_so(data):
    """One error type, whatever the file holds."""
    with pytest.raises(FormatError):
        parse_entry(data)


@given(st.text(max_size=200))
def test_no_command_breaks_the_reader_of_commands(text):
    """Nor does it run anything."""
    target(text)
    target(f"sh -c '{text}'")


@pytest.mark.parametrize(("command", "program"), [
    ("teeworlds %F", "teeworlds"),
    ('"/opt/My Game/run.sh" --fast %u', "/opt/My Game/run.sh"),
    ("env LANG=vi SDL_VIDEODRIVER=x11 gamemoderun /usr/games/xmoto", "/usr/games/xmoto"),
    ('sh -c "cd /opt/g && ./game --x"', "./game"),
    ("python3 /home/kid/snake.py", "/home/kid/snake.py"),
    ("java -Xmx2G -jar /opt/mc/launcher.jar", "/opt/mc/launcher.jar"),
    ("xterm -T Nethack -e nethack", "nethack"),
    ("mangohud --dlsym 0ad", "0ad"),
    ("", ""),
])  # fmt: skip
def test_what_a_command_starts(command, program):
    """Behind wrappers, shells and interpreters."""
    assert target(command).program == program


def test_games_that_somebody_else_starts():
    """Steam's by number, Flatpak's and snapd's by name, those of other launchers by their address, Windows ones by file."""
    assert target("steam steam://rungameid/570").steam == 570
    assert target("/usr/bin/steam -applaunch 730 -novid").steam == 730
    assert target("flatpak run --branch=stable --command=x org.supertuxproject.SuperTux @@u %U @@").flatpak == (
        "org.supertuxproject.SuperTux")
    assert target("env BAMF_X=1 /snap/bin/mari0").snap == "mari0"
    assert target("xdg-open heroic://launch/legendary/Fortnite").store == "heroic:launch/legendary/Fortnite"
    started = target('env WINEPREFIX="/home/kid/.wine" wine C:\\\\windows\\\\command\\\\start.exe /Unix x.lnk')
    assert (started.windows, started.environment["WINEPREFIX"]) == (True, "/home/kid/.wine")


def test_words_are_unquoted_once():
    """As the Exec key has it."""
    assert words(r'a "b \"c\" \$d" e\ f %% %U') == ["a", 'b "c" $d', "e f", "%"]


@pytest.mark.parametrize(("id_", "categories", "kind"), [
    ("org.gnome.Mines.desktop", "GNOME;GTK;Game;LogicGame", "game"),
    ("org.kde.gcompris.desktop", "Education;Game;KidsGame", "learning"),
    ("pysiogame.desktop", "Game;Education", "learning"),
    ("tuxmath.desktop", "Education;Math", "learning"),
    ("colobot", "Education;Game;StrategyGame", "game"),
    ("renpy", "Game;AdventureGame", "emulator"),
    ("renpy-thequestion", "Game;AdventureGame", "game"),
    ("neverball", "Game;ArcadeGame;Simulation;Graphics", "game"),
    ("steam.desktop", "Network;FileTransfer;Game", None),
    ("net.lutris.Lutris.desktop", "Game", None),
    ("com.heroicgameslauncher.hgl", "Game", None),
    ("software-shop", "Game;PackageManager", None),
    ("controller-test", "Game;HardwareSettings;Settings", None),
    ("gamemode-tool", "Game;Utility", None),
    ("pioneers-editor.desktop", "Game;BoardGame", None),
    ("pioneers-server-gtk.desktop", "Game;BoardGame", None),
    ("bsdgames-hack.desktop", "Game;AdventureGame;ConsoleOnly", "game"),
    ("bsdgames-bcd.desktop", "Game;ConsoleOnly", None),
    ("calculator", "Utility;Calculator", None),
    ("simulator", "Education;Science;Simulation", "learning"),
    ("org.libretro.RetroArch", "Game;Emulator", "emulator"),
    ("re.chiaki.Chiaki", "Game", "emulator"),
])  # fmt: skip
def test_which_applications_are_games(id_, categories, kind):
    """Played, yes; shops, tools, editors and servers, no; emulators and remote play are a kind of their own."""
    assert kind_of(id_, frozenset(categories.split(";"))) == kind


def test_an_interpreter_is_never_a_game(machine):
    """The script is; as a game python3 would make one of every script."""
    machine.program("/usr/bin/python3")
    machine.write("snake.py", "print()")
    machine.entry("snake", "python3 /home/kid/snake.py", folder="Desktop")

    assert machine.found()["snake"].executables == ("/home/kid/snake.py",)


def test_what_is_not_installed_is_not_found(machine):
    """No program, a TryExec that fails, an entry that was deleted."""
    machine.program("/usr/games/here")
    machine.entry("gone", "gone")
    machine.entry("tried", "here", TryExec="/usr/games/absent")
    machine.entry("deleted", "here", Hidden="true")

    assert machine.found() == {}


def test_a_users_entry_changes_no_game_of_the_system(machine):
    """By the specification it would replace it. It adds no program either; an entry of the same program is no second game."""
    machine.program("/usr/games/fun")
    machine.program("/usr/bin/tool")
    machine.entry("fun", "fun")
    machine.entry("fun", "fun", Hidden="true", folder=".local/share/applications")
    machine.entry("fun", "tool", folder="Desktop")
    machine.entry("copy", "fun", folder=".local/share/applications")

    [game] = machine.found().values()

    assert (game.id, game.executables, game.origin) == ("fun", ("/usr/games/fun",), "system")
    assert len(game.sources) == 3


def test_an_id_of_the_catalogue_is_given_only_to_what_it_recognises(machine):
    """A file that only has a known game's name could otherwise add itself to that game."""
    machine.program("/usr/games/teeworlds")
    machine.program("trick")
    machine.entry("tee", "teeworlds")
    machine.entry("teeworlds", "/home/kid/trick", folder=".local/share/applications")

    games = {game.id: game for game in machine.scan().games}

    assert (games["teeworlds"].known, games["teeworlds"].executables) == (True, ("/usr/games/teeworlds",))
    assert (games["teeworlds-2"].known, games["teeworlds-2"].executables) == (False, ("/home/kid/trick",))


@pytest.mark.linux("it has no such menus, and links are for administrators")
def test_a_folder_of_menus_may_be_a_link(tmp_path):
    """As a home on another disk: the entry's id is what lies below it, on the machine that scans itself as well."""
    real = tmp_path / "disk/applications/sub"
    real.mkdir(parents=True)
    (tmp_path / "fun").touch(0o755)
    (real / "fun.desktop").write_text(f"[Desktop Entry]\nName=Fun\nExec={tmp_path}/fun\nCategories=Game;\n", "utf-8")
    (tmp_path / "home").symlink_to("disk")
    place = SearchPaths(account="kid", home=str(tmp_path / "none"), data=(Folder(str(tmp_path / "home"), "user"),))

    assert [hit.name for hit in menus.hits(Files(Problems()), place)] == ["sub-fun"]


JAVA = """#!/bin/sh
. /usr/lib/java-wrappers/java-wrappers.sh
find_jars miglayout FreeCol
if [ "$1" = "--enable-ipv6" ]; then
    shift;
else
    disablenet="-Djava.net.preferIPv4Stack=true"
fi
run_java $disablenet -Xmx2000M net.sf.freecol.FreeCol --no-intro --freecol-data \\
    /usr/share/games/freecol $lang_argument "$@"
"""
LURE = """#!/bin/sh
LURE_LANG=$(echo $LANGUAGE $LANG en | tr ': ' '\\n' | head -1)
case "$1" in
--help) echo "it's a game" ;;
--en)
\t/usr/games/scummvm -p /usr/share/scummvm/lure/en lure
\t;;
*) /usr/games/scummvm -p /usr/share/scummvm/lure/$LURE_LANG lure ;;
esac
"""


@pytest.mark.parametrize(("script", "files", "words"), [
    ('#!/bin/sh --\n\ncd /usr/share/games/g/\nexec python3 game.py "$@"\n', ("/usr/share/games/g/game.py",), ()),
    ('#!/bin/bash\noptions=""\ncd /usr/share/games/g\n\nexec ./game.py $options\n', ("/usr/share/games/g/game.py",), ()),
    ('#!/bin/sh\ncd "$(dirname "$0")/../share/games/g" && python3 -W ignore game.py\n', ("/usr/share/games/g/game.py",), ()),
    ('#!/bin/sh\nD=/usr/share/games/g\nexport E="${D}/game.py"\n"$PYTHON" "$E"\n', ("/usr/share/games/g/game.py",), ()),
    ("#!/usr/bin/env perl\nuse strict;\n", (), ()),
    (JAVA, (), ("net.sf.freecol.FreeCol",)),
    ('#!/bin/sh\ncd /usr/share/games/g\nrun_java -Xms512M -Dx=file:"/a" -jar g.jar "$@"\n', ("/usr/share/games/g/g.jar",), ()),
    ("#!/bin/sh\nexec java -cp /usr/share/java/gson.jar:/usr/share/games/g/g.jar org.g.Main\n", ("/usr/share/games/g/g.jar",),
     ("org.g.Main",)),
    (LURE, (), ("/usr/share/scummvm/lure/en",)),
    ("#!/bin/sh\n\n/usr/games/renpy /usr/share/games/g\n", (), ("/usr/share/games/g",)),
    ("#!/bin/sh\nexec love /usr/share/games/g/g.love\n", ("/usr/share/games/g/g.love",), ("/usr/share/games/g/g.love",)),
    ("#!/bin/sh\nexec dosbox -conf /usr/share/games/g/g.conf -exit\n", (), ("/usr/share/games/g/g.conf",)),
    ("#!/bin/sh\nsh -c 'cd /usr/share/games/g; ./game.py'\n", ("/usr/share/games/g/game.py",), ()),
])  # fmt: skip
def test_what_a_wrapper_runs_is_the_game(machine, script, files, words):
    """As in packages of Debian. The interpreter or engine never is: as a game it would make one of whatever it runs."""
    for engine in ("games/renpy", "games/scummvm", "bin/love", "bin/dosbox", "bin/python3", "bin/java"):
        machine.program(f"/usr/{engine}")
    for name in ("game.py", "g.jar", "g.love", "g.conf"):
        machine.write(f"/usr/share/games/g/{name}", "x")
    machine.program("/usr/games/g", script)
    machine.entry("g", "g")

    found = machine.found()["g"]

    assert (found.executables, set(found.words)) == (("/usr/games/g", *files), set(words))


def test_a_wrapper_may_lead_to_another(machine):
    """The path that the menu starts, what it is a link to, what that calls; and no further than a few times."""
    machine.program("/usr/share/games/g/start.sh", '#!/bin/sh\nexec "${0%/*}/real" --fast\n')
    machine.program("/usr/share/games/g/real")
    machine.at("/usr/games").mkdir()
    machine.at("/usr/games/g").symlink_to(machine.at("/usr/share/games/g/start.sh"))
    machine.program("/usr/games/loop", "#!/bin/sh\nexec /usr/games/loop\n")
    machine.entry("g", "g")
    machine.entry("loop", "loop")

    games = machine.found()

    assert games["g"].executables == ("/usr/games/g", "/usr/share/games/g/start.sh", "/usr/share/games/g/real")
    assert games["loop"].executables == ("/usr/games/loop",)


def test_learning_programs_are_listed_nowhere(machine):
    """By the catalogue or by the system's menu; what the player's own menu says makes no program one."""
    for name in ("kanagram", "letters", "tuxtype"):
        machine.program(f"/usr/games/{name}")
    machine.entry("org.kde.kanagram", "kanagram", categories="Game;")
    machine.entry("letters", "letters", categories="Education;Game;KidsGame;")
    machine.entry("letters-copy", "letters", categories="Game;", folder=".local/share/applications")
    machine.program("mine")
    machine.entry("mine", "/home/kid/mine", categories="Education;Game;KidsGame;", folder=".local/share/applications")

    assert [game.id for game in machine.scan().games] == ["mine"]


def test_an_engine_is_no_part_of_its_game(machine):
    """Lure of the Temptress beside ScummVM: two finds."""
    machine.program("/usr/games/scummvm")
    machine.program("/usr/games/lure", LURE)
    machine.entry("scummvm", "scummvm", categories="Game;AdventureGame;")
    machine.entry("lure-of-the-temptress", "lure")

    scanned = machine.scan()

    found = [game.executables for game in (*scanned.games, *scanned.emulators)]
    assert found == [("/usr/games/lure",), ("/usr/games/scummvm",)]
