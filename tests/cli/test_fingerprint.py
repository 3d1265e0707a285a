"""What `game add` takes down about a file, and which files it will not have."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from cli.errors import CommandError
from cli.games import code
from cli.games.clues import game_of
from cli.games.fingerprint import content, fingerprint
from rules.games import Catalogue, Fingerprint, Program
from rules.matching.loaded import is_written
from rules.ratings import parse_label
from tests import native
from tests.host import pe_files


def test_a_script_is_known_by_its_content(tmp_path):
    """It has no build id; its path is absolute."""
    script = tmp_path / "turtles.py"
    script.write_bytes(b"#!/usr/bin/env python3\n")
    found = fingerprint(script)

    assert found.path == str(script.resolve())
    assert (found.size, found.sha256, found.build_id) == (23, hashlib.sha256(script.read_bytes()).hexdigest(), None)


@pytest.mark.parametrize("make", [Path.mkdir, Path.touch, str])
def test_what_is_no_file_with_content_is_refused(tmp_path, make):
    """A folder, an empty file, none at all."""
    make(tmp_path / "game")

    with pytest.raises(CommandError) as caught:
        fingerprint(tmp_path / "game")
    assert caught.value.code == 2


def test_names_that_everybody_uses_are_no_clue(tmp_path):
    """`start.sh` of one game must not make a game of every `start.sh`."""
    names = {}
    for name in ("start.sh", "supertux2"):
        (tmp_path / name).write_text("#!/bin/sh\n", "utf-8")
        names[name] = game_of("x", fingerprint(tmp_path / name), title=None, label=parse_label("VN00")).names

    assert names == {"start.sh": (), "supertux2": ("supertux2",)}


def program(path, original=None, product=None, **more):
    names = {name: text for name, text in (("OriginalFilename", original), ("ProductName", product)) if text}
    path.write_bytes(pe_files.pe(resource=pe_files.version(pe_files.strings(**names)) if names else b"", **more))
    return path


def test_a_program_for_windows_is_known_by_what_it_says_of_itself(tmp_path):
    """The names that it was built under, and its build: on Linux, too, where Wine runs it."""
    found = fingerprint(program(tmp_path / "cờ.exe", "Chess.exe", "Chess Online", debug=[(2, pe_files.rsds())]))
    game = game_of("chess", found, title=None, label=None)

    assert (found.original, found.product, found.signer) == ("Chess.exe", "Chess Online", None)
    assert (game.names, game.products, game.signers, game.build_ids) == (
        ("cờ.exe", "Chess.exe"), ("Chess Online",), (), ("01" * 16 + "01000000",))  # fmt: skip


@pytest.mark.parametrize(("original", "product"), [
    ("game.exe", "Microsoft® Windows® Operating System"), ("UnityPlayer.exe", "Unity"), ("electron.exe", "Electron"),
    ("..\\x.exe", "Setup"), ("noending", "Game Client"),
])
def test_names_inside_a_program_that_everybody_uses_are_no_clue(original, product):
    """One game made with Unity is not all of them."""
    found = Fingerprint(r"C:\x\launcher.exe", 1, original=original, product=product)
    game = game_of("x", found, title=None, label=None)

    assert (game.names, game.products) == ((), ())


def test_who_signed_it_is_taken_down():
    found = Fingerprint(r"C:\x\chess.exe", 1, original="CHESS.exe", signer="Nhà Phát Hành")

    assert game_of("x", found, title=None, label=None).signers == ("Nhà Phát Hành",)


def test_what_lies_behind_a_program_is_not_in_its_build(tmp_path):
    """Two games that one runtime carries have one build id: neither is known by it."""
    assert fingerprint(program(tmp_path / "a.exe")).build_id is not None
    assert fingerprint(program(tmp_path / "b.exe", behind=b"PK" * 40)).build_id is None


@pytest.mark.parametrize(("name", "original"), [
    ("Python.exe", None), ("python3.13.exe", None), ("pythonw.exe", None), ("cờ.exe", "javaw.exe"), ("cờ.exe", "Cmd.Exe"),
    ("explorer.exe", None), ("POWERSHELL.exe", None), ("cờ.exe", "steam.exe"), ("bash.exe", None), ("LeagueClient.exe", None),
])
def test_what_runs_other_programs_on_windows_is_no_game(tmp_path, name, original):
    """In any case, and under any name: the one that it was built under says what it is."""
    with pytest.raises(CommandError, match="whatever it runs would be this game"):
        fingerprint(program(tmp_path / name, original))


@pytest.mark.parametrize("name", ["love", "scummvm", "dosbox", "godot4", "box64", "mksh", "lutris"])
def test_what_runs_other_programs_is_no_game(tmp_path, name):
    (tmp_path / name).write_bytes(b"\x7fELF")

    with pytest.raises(CommandError, match="whatever it runs would be this game"):
        fingerprint(tmp_path / name)


def test_an_emulator_that_a_scan_found_may_be_one(tmp_path):
    """Of its own kind: what runs in it cannot be told apart. Other interpreters stay refused."""
    for name in ("dosbox", "love"):
        (tmp_path / name).write_bytes(b"\x7fELF")

    assert fingerprint(tmp_path / "dosbox", emulator=True).size == 4
    with pytest.raises(CommandError):
        fingerprint(tmp_path / "love", emulator=True)


@pytest.mark.linux("a program's name ends in .exe there")
def test_a_copy_of_an_installed_interpreter_is_no_game(tmp_path, monkeypatch):
    """Whatever it is called."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/love").write_bytes(b"\x7fELF of love")
    (tmp_path / "chess").write_bytes(b"\x7fELF of love")
    monkeypatch.setenv("PATH", f"{tmp_path}/none:{tmp_path}/bin")

    with pytest.raises(CommandError, match="is love"):
        fingerprint(tmp_path / "chess")


# --- code ------------------------------------------------------------------------------------------------------------------


def known(path, content):
    native.write(path, content)
    return fingerprint(path)


def test_a_native_program_is_known_by_its_code(tmp_path):
    found = known(tmp_path / "turtles", native.program().content)
    game = game_of("turtles", found, title=None, label=None)

    assert is_written(found.loaded)
    assert game.loaded == (found.loaded,)
    assert Catalogue([game]).recognise(Program(1, 1, 1, "an", (Fingerprint("/x", 1, loaded=found.loaded),))) is not None


def test_a_program_of_a_few_lines_has_too_little(tmp_path):
    assert known(tmp_path / "turtles", native.program().content[: native.PAGE + 2048]).loaded is None


@pytest.mark.parametrize("mark", [b"https://godotengine.org", b"ELECTRON_RUN_AS_NODE", b"UnityPlayer.so", b"_MEIPASS2"])
def test_an_engine_has_neither_code_nor_build_of_a_games_own(tmp_path, mark):
    """Every game made with it is this program."""
    content = native.program().content
    found = known(tmp_path / "turtles", content[: native.PAGE - 64] + mark + content[native.PAGE - 64 + len(mark) :])

    assert (found.build_id, found.loaded) == (None, None)
    assert found.sha256


def test_a_mark_between_two_pieces_is_seen(tmp_path, monkeypatch):
    monkeypatch.setattr(code, "_PIECE", 64)
    content = native.program().content
    for at in range(2048, 2048 + 64, 7):
        assert known(tmp_path / "turtles", content[:at] + b"godotengine.org" + content[at + 15 :]).loaded is None


def test_what_carries_its_content_behind_itself_has_none_of_its_own(tmp_path):
    """As what PyInstaller makes, or an AppImage: another game behind the same program."""
    found = known(tmp_path / "turtles", native.program().content + bytes(4000))

    assert (found.build_id, found.loaded) == (None, None)


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A folder of programs that everybody may run."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(code, "_SYSTEMS", ())
    return folder


@pytest.mark.linux("programs of the system are looked for in its folders")
def test_what_an_installed_program_has_too_is_not_its_own(tmp_path, installed):
    """A copy of one with another build id is not the game because of its code; what is its own of another counts."""
    content = native.program().content
    native.write(installed / "editor", content)
    assert known(tmp_path / "turtles", content[:480] + b"?" + content[481:]).loaded is None

    page = native.PAGE
    found = known(tmp_path / "turtles", content[: page * 3] + native.program().content[page * 3 :]).loaded
    assert {int(word.partition(":")[0], 16) for word in found.split()} == {3, 4, 5, 6}


@pytest.mark.linux("as above")
def test_the_build_of_an_installed_program_is_no_games_own(tmp_path, installed, monkeypatch):
    """With some bytes behind it: by its build the system's own program would be ended, too. A game's copy is the game."""
    content = native.program().content
    assert known(tmp_path / "turtles", content + b"some bytes").build_id is not None
    native.write(installed / "sleeper", content)
    assert known(tmp_path / "turtles", content + b"some bytes").build_id is None
    assert known(installed / "sleeper", content).build_id is not None
    monkeypatch.setattr(code, "_GAMES", str(installed))
    assert known(tmp_path / "turtles", content + b"some bytes").build_id is not None


@pytest.mark.linux("as above")
def test_a_game_that_is_installed_is_known_by_its_code(installed):
    assert known(installed / "turtles", native.program().content).loaded is not None


@pytest.mark.linux("as above")
def test_so_is_a_copy_of_a_game_of_the_system(tmp_path, installed, monkeypatch):
    """What lies in /usr/games is a game."""
    monkeypatch.setattr(code, "_GAMES", str(installed))
    content = native.program().content
    native.write(installed / "turtles", content)

    assert known(tmp_path / "copy", content).loaded is not None


def test_a_copy_of_an_installed_program_is_told_of(tmp_path, monkeypatch):
    """All who start that would play; of what is installed as a game, a copy is that game."""
    for folder in ("bin", "games"):
        (tmp_path / folder).mkdir()
    monkeypatch.setattr(code, "_SYSTEMS", (str(tmp_path / "bin"),))
    monkeypatch.setattr(code, "_GAMES", str(tmp_path / "games"))
    monkeypatch.setenv("PATH", str(tmp_path / "games"))
    copy = tmp_path / "turtles"
    copy.write_bytes(b"#!/bin/sh\necho some program\n")
    found = content(copy)
    (tmp_path / "games" / "other").write_bytes(copy.read_bytes())
    (tmp_path / "bin" / "alike").write_bytes(copy.read_bytes().replace(b"some", b"same"))
    assert code.twin(found) is None
    (tmp_path / "bin" / "sums").write_bytes(copy.read_bytes())
    assert code.twin(found) == (tmp_path / "bin" / "sums").resolve()
    assert code.twin(content(tmp_path / "bin" / "sums")) is None, "a file is no copy of itself"
