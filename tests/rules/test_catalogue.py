"""What ships in rules/catalogue: well formed, each clue with its source, and right about well-known command lines."""

import re
import tomllib
from collections import Counter

import pytest

from rules.games import Catalogue, Fingerprint, Program
from rules.packs.shipped import catalogue_texts, shipped_catalogue

STATUS = {"listed", "reported", "packaged"}
WINE = "/usr/lib/wine/wine64-preloader"
PROTON = "/home/an/.local/share/Steam/steamapps/common/Proton 9.0 (Beta)"
JAVA = "/usr/lib/jvm/java-21-openjdk-amd64/bin/java"
LIBRARY = "/home/an/.local/share/Steam/steamapps/common"


@pytest.fixture(scope="module")
def entries():
    """Each table of each file, with its file's sources."""
    files = [tomllib.loads(text) for text in catalogue_texts().values()]
    return [(table, file["sources"]) for file in files for table in file["game"]]


@pytest.fixture(scope="module")
def games():
    return shipped_catalogue()


@pytest.fixture(scope="module")
def recognised(games):
    """The game's id, for files (the executable first), arguments and whether it is an interpreter."""
    catalogue = Catalogue(games)

    def recognise(*files, args=(), interpreted=False):
        prints = tuple(Fingerprint(path, 1) for path in files)
        match = catalogue.recognise(Program(1, 2, 3, "an", prints, tuple(args), 0, interpreted))
        return None if match is None else match.game

    return recognise


def test_every_entry_says_where_its_clues_come_from(entries):
    """By keys of the table at the top of its file, of which none is idle, and how good they are."""
    assert [table["id"] for table, sources in entries if not table["sources"] or set(table["sources"]) - sources.keys()] == []
    assert [table["id"] for table, _ in entries if table["status"] not in STATUS] == []
    for text in catalogue_texts().values():
        file = tomllib.loads(text)
        assert set(file["sources"]) == {key for table in file["game"] for key in table["sources"]}


def test_ids_are_single_and_plain(games):
    assert [id_ for id_, times in Counter(game.id for game in games).items() if times > 1] == []
    assert [game.id for game in games if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", game.id)] == []
    assert [title for title, times in Counter(game.title.casefold() for game in games).items() if times > 1] == []


def test_a_title_is_a_name_and_explains_nothing():
    """It stands among Vietnamese words, too; what tells two games of a name apart is a part of the name, or their ids."""
    explains = re.compile(r"\((?:the|an?) [a-z]|\b(?:games?|series)\)|\d to \d")
    assert [game.title for game in shipped_catalogue() if explains.search(game.title)] == []


def test_every_game_can_be_recognised_by_something_printable(games):
    for game in games:
        clues = (*game.names, *game.words, *game.commands, *game.folders, *map(str, game.steam_ids))
        assert clues, game.id
        assert [clue for clue in clues if not clue.strip() or not clue.isprintable()] == [], game.id
        assert [clue for clue in (*game.names, *game.folders) if "/" in clue or "\\" in clue] == [], game.id


def test_a_label_and_a_publisher_have_a_source(games, entries):
    assert [game.id for game in games if (game.label is None) != (game.label_source is None)] == []
    assert [table["id"] for table, sources in entries if "publisher" in table
            and not any(sources[key].startswith("publisher:") for key in table["sources"])] == []


def test_no_two_games_share_a_clue(games):
    """A name of Windows counts in any case."""
    for clues in (
        [name.casefold() if name.lower().endswith(".exe") else name for game in games for name in game.names],
        [word for game in games for word in game.words],
        [number for game in games for number in game.steam_ids],
        [folder.casefold() for game in games for folder in game.folders],
    ):
        assert [clue for clue, times in Counter(clues).items() if times > 1] == []


def test_what_teaches_is_known_by_nothing_that_a_player_can_choose_to_be_sure(games):
    """A folder or a starter's arguments are anybody's to make: what does not count must not be known by them."""
    learning = [game for game in games if game.learning]

    assert len(learning) > 5
    assert [game.id for game in learning if game.steam_ids or game.folders or game.label is not None] == []


@pytest.mark.parametrize(("path", "game"), [
    (r"C:\Riot Games\League of Legends\Game\League of Legends.exe", "league-of-legends"),
    (r"C:\Riot Games\VALORANT\live\ShooterGame\Binaries\Win64\VALORANT-Win64-Shipping.exe", "valorant"),
    (r"D:\Garena\Games\32837\fczf.exe", "fc-online"),
    (r"D:\CROSSFIRE\CROSSFIRE.EXE", "crossfire"),
    (r"E:\Steam\steamapps\common\PUBG\TslGame\Binaries\Win64\TslGame.exe", "pubg"),
    (r"C:\Users\An\AppData\Local\Roblox\Versions\version-1\RobloxPlayerBeta.exe", "roblox"),
    (r"C:\Program Files\WindowsApps\Microsoft.MinecraftUWP_1_x64\Minecraft.Windows.exe", "minecraft"),
    (r"D:\SteamLibrary\steamapps\common\Counter-Strike Global Offensive\game\bin\win64\cs2.exe", "counter-strike-2"),
    (r"C:\Program Files\Genshin Impact\Genshin Impact game\GenshinImpact.exe", "genshin-impact"),
    (r"C:\Program Files\LDPlayer\LDPlayer9\dnplayer.exe", "ldplayer"),
    (r"C:\Program Files\BlueStacks_nxt\HD-Player.exe", "bluestacks"),
    (r"C:\Program Files\Netease\MuMuPlayer-12.0\shell\MuMuPlayer.exe", "mumu"),
    (r"D:\Program Files\Nox\bin\Nox.exe", "noxplayer"),
    (r"D:\Program Files\Microvirt\MEmu\MEmu.exe", "memu"),
    (r"D:\TxGameAssistant\ui\AndroidEmulatorEn.exe", "gameloop"),
    (r"C:\Games\Age of Empires II\age2_x1.exe", "age-of-empires-2"),
    (f"{LIBRARY}/dota 2 beta/game/bin/linuxsteamrt64/dota2", "dota-2"),
    (f"{LIBRARY}/Counter-Strike Global Offensive/game/bin/linuxsteamrt64/cs2", "counter-strike-2"),
    (f"{LIBRARY}/Left 4 Dead 2/hl2_linux", "left-4-dead-2"),
    ("/usr/games/minetest", "luanti"),
    ("/usr/lib/x86_64-linux-gnu/torcs/torcs-bin", "torcs"),
    ("/usr/games/gcompris-qt", None),
])
def test_famous_games_are_known_by_their_executables(recognised, path, game):
    assert game == recognised(path)


@pytest.mark.parametrize(("files", "args", "game"), [
    ((WINE,), [r"C:\Riot Games\League of Legends\Game\League of Legends.exe", "-Locale=vi_VN"], "league-of-legends"),
    ((WINE, "/Games/GenshinImpact.exe"), [r"D:\Games\GenshinImpact.exe"], "genshin-impact"),
    (("/usr/lib/wine/wine64",), ["wine", "/home/an/Games/osu!/osu!.exe"], "osu"),
    ((f"{PROTON}/files/bin/wine64-preloader",), [r"S:\common\PUBG\TslGame\Binaries\Win64\TslGame.exe"], "pubg"),
    (("/usr/bin/python3.11", f"{PROTON}/proton"),
     ["python3", f"{PROTON}/proton", "waitforexitandrun", f"{LIBRARY}/Apex Legends/start_protected_game.exe"], "apex-legends"),
    (("/home/an/.local/share/Steam/ubuntu12_32/reaper",),
     ["reaper", "SteamLaunch", "AppId=1203220", "--", f"{PROTON}/proton"], "naraka-bladepoint"),
])
def test_famous_games_are_known_under_wine_and_proton(recognised, files, args, game):
    assert game == recognised(*files, args=args, interpreted=not args[0].endswith("reaper"))


@pytest.mark.parametrize("args", [
    ["-Xmx2G", "-cp", "/home/an/.minecraft/versions/1.21/1.21.jar", "net.minecraft.client.main.Main", "--username", "an"],
    ["-Djava.library.path=natives", "-cp", "/p/libraries/NewLaunch.jar", "org.prismlauncher.EntryPoint"],
    ["-cp", "/m/jars/NewLaunch.jar", "org.multimc.EntryPoint"],
    ["-DFabricMcEmu=net.minecraft.client.main.Main", "-cp", "x", "net.fabricmc.loader.impl.launch.knot.KnotClient"],
    ["-cp", "x", "org.quiltmc.loader.impl.launch.knot.KnotClient"],
    ["-p", "x", "cpw.mods.bootstraplauncher.BootstrapLauncher", "--launchTarget", "forgeclient"],
    ["-cp", "x", "net.minecraftforge.bootstrap.ForgeBootstrap"],
    ["-cp", "x", "net.neoforged.fml.startup.Client"],
    ["-cp", "x", "net.minecraft.launchwrapper.Launch", "--tweakClass", "optifine.OptiFineTweaker"],
    ["-cp", "x", "com.moonsworth.lunar.genesis.Genesis", "--version", "1.8.9"],
    ["-Dminecraft.launcher.brand=java-minecraft-launcher", "-cp", "x", "some.unknown.Wrapper"],
    ["-cp", "x", "some.unknown.Wrapper", "--gameDir", "/home/an/.minecraft", "--assetIndex", "17"],
])
def test_minecraft_is_known_whatever_launched_it(recognised, args):
    """The official launcher, Prism, MultiMC, Lunar; each loader of mods; any other by what the game has to be told."""
    assert recognised(JAVA, args=["java", *args], interpreted=True) == "minecraft"
    assert recognised(r"C:\Program Files\Java\bin\javaw.exe", args=["javaw.exe", *args], interpreted=True) == "minecraft"


@pytest.mark.parametrize(("files", "args", "interpreted"), [
    (("/usr/share/code/code",), ["code", "/home/an/minecraft"], False),
    (("/usr/bin/node", "/usr/share/code/resources/app/out/cli.js"), ["node", "cli.js", "/home/an/minecraft"], True),
    (("/usr/bin/grep",), ["grep", "-r", "minecraft", "."], False),
    (("/usr/bin/grep",), ["grep", "-r", "net.minecraft.client.main.Main", "src"], False),
    ((JAVA, "/opt/school/truong.jar"), ["java", "-jar", "/opt/school/truong.jar", "minecraft"], True),
    ((JAVA,), ["java", "-cp", "/opt/idea/lib/app.jar", "com.intellij.idea.Main", "/home/an/minecraft-mod"], True),
    ((JAVA,), ["java", "-cp", "/home/an/.gradle/minecraft-1.21.jar:x.jar", "org.gradle.launcher.daemon.bootstrap.GradleDaemon"],
     True),
    (("/usr/lib/firefox/firefox-esr",), ["firefox-esr", "https://www.leagueoflegends.com/vi-vn/"], False),
    (("/usr/bin/python3.11", "/home/an/bai.py"), ["python3", "bai.py", "minecraft", "League of Legends.exe", "dota2"], True),
    (("/usr/bin/bash", "/home/an/backup.sh"), ["bash", "backup.sh", "/home/an/.minecraft", "--all"], True),
    (("/home/an/.local/share/Steam/ubuntu12_32/steam",), ["steam", "-silent"], False),
    (("/home/an/.local/share/Steam/ubuntu12_64/steamwebhelper",), ["steamwebhelper", "steam://rungameid/570"], False),
    ((r"C:\Program Files (x86)\Steam\steam.exe",), ["steam.exe", "-applaunch", "570"], False),
    ((r"C:\Riot Games\Riot Client\RiotClientServices.exe",), ["RiotClientServices.exe"], False),
    ((f"{LIBRARY}/SteamLinuxRuntime_sniper/_v2-entry-point",), ["_v2-entry-point", "--verb=waitforexitandrun"], True),
    ((f"{PROTON}/files/bin/wine64-preloader",), [r"C:\windows\system32\services.exe"], True),
    (("/usr/bin/dolphin",), ["dolphin", "/home/an/.steam/steam/steamapps/common/dota 2 beta"], False),
    ((r"C:\Program Files\Adobe\Adobe Audition 2024\Adobe Audition.exe",), [], False),
    (("/usr/bin/spring",), ["spring", "init"], False),
])
def test_innocent_programs_are_no_games(recognised, files, args, interpreted):
    """They only speak of one, look into its folder, or have not started it yet."""
    assert recognised(*files, args=args, interpreted=interpreted) is None


def test_the_whole_catalogue_is_a_small_part_of_a_roster(games):
    """It travels in every roster, of which there may be a megabyte."""
    encoded = sum(len(repr(game)) for game in games)

    assert encoded < 200_000
