"""Many games are builds of one engine: what lies beside it tells them apart, and so tells them from other programs."""

from __future__ import annotations

import pytest

from cli.games.clues import game_of
from cli.games.fingerprint import deciding, fingerprint
from rules.games import Catalogue, Fingerprint, Program
from rules.matching.beside import deciding as beside

ENGINE = b"\x7fELF the same in every game of this engine"
ENGINES = {
    "godot": ("{}.x86_64", "{}.pck"), "godot, whole name": ("{}", "{}.pck"), "electron": ("{}", "resources/app.asar"),
    "electron, unpacked": ("{}", "resources/app/package.json"), "nw": ("{}", "package.nw"),
    "unity": ("{}.x86_64", "{}_Data/globalgamemanagers"), "unity, packed": ("{}.exe", "{}_Data/data.unity3d"),
    "gamemaker": ("{}", "assets/game.unx"), "gamemaker, Windows": ("{}.exe", "data.win"),
    "renpy": ("lib/py3-linux-x86_64/{}", "game/script.rpyc"), "renpy, packed": ("lib/py3-linux-x86_64/{}", "game/archive.rpa"),
    "jpackage": ("bin/{}", "lib/app/{}.cfg"),
}  # fmt: skip


def made(folder, engine, name, content):
    """An engine and what decides it; the engine's path."""
    program, other = (folder / part.format(name) for part in ENGINES[engine])
    for path, data in ((program, ENGINE), (other, content)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return program


def seen(path):
    """The program as a daemon reads it."""
    files = [fingerprint(path)]
    files += [found for found in [deciding(str(path))] if found]
    return Program(1, 1, 1, "an", tuple(files))


@pytest.mark.parametrize("engine", ENGINES)
def test_other_programs_on_the_same_engine_are_no_game(tmp_path, engine):
    """Thirty of them have its very engine, under their own names; the game itself is known under another name."""
    path = made(tmp_path / "game", engine, "tetris", b"the game")
    game = game_of("tetris", fingerprint(path), title=None, label=None, deciding=deciding(str(path)))
    catalogue = Catalogue([game])

    assert catalogue.recognise(seen(path)).clues == ("content", "name")
    assert catalogue.recognise(seen(made(tmp_path / "copy", engine, "homework", b"the game"))).clues == ("content",)
    for number in range(30):
        other = made(tmp_path / f"{number}", engine, f"app{number}", b"no game %d" % number)
        assert catalogue.recognise(seen(other)) is None


def test_without_such_a_file_a_program_is_known_by_itself(tmp_path):
    (tmp_path / "chess").write_bytes(ENGINE)
    (tmp_path / "other.pck").write_bytes(b"x")

    assert deciding(str(tmp_path / "chess")) is None
    assert game_of("x", fingerprint(tmp_path / "chess"), title=None, label=None).sizes == (len(ENGINE),)


@pytest.mark.parametrize("path", ["/usr/bin/ls", "/bin/sh", "/usr/lib/x/y", "C:\\Windows\\notepad.exe", "name", ""])
def test_nothing_is_looked_for_beside_programs_of_the_system(path):
    assert beside(path) == ()


def test_paths_are_those_of_the_programs_system():
    assert beside("/opt/x/game.x86_64")[:2] == ("/opt/x/game.x86_64.pck", "/opt/x/game.pck")
    assert "C:\\x\\game_Data\\globalgamemanagers" in beside("C:\\x\\game.exe")
    assert "/a/game/script.rpyc" in beside("/a/lib/py3-linux-x86_64/x")


def test_what_an_editor_is_told_is_no_games_command():
    """A program with such a file beside it is no interpreter: what its arguments say is no matter."""
    files = (Fingerprint("/opt/code/code", 1), Fingerprint("/opt/code/resources/app.asar", 2))
    catalogue = Catalogue([game_of("craft", Fingerprint("/x/y", 3), title=None, label=None)])
    assert catalogue.recognise(Program(1, 1, 1, "an", files, args=("code", "/x/y"))) is None
