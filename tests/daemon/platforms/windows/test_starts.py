"""Recognition of real starts: whatever the game is called, wherever it lies, whoever starts it, the watcher tells which."""

from __future__ import annotations

import _winapi
import asyncio
import base64
import ctypes
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from daemon.platforms.api import ProgramStarted
from daemon.platforms.windows.watching import processes
from daemon.platforms.windows.watching.images import Images
from daemon.platforms.windows.watching.programs import ProgramFiles
from daemon.platforms.windows.watching.snapshot import Snapshots
from rules.games import Catalogue, Game
from tests.daemon.platforms.windows.stand import (
    PROLONGED,
    SHORT,
    Lookout,
    command,
    known,
    look,
    open_as_a_click,
    own,
    read,
    run,
    shortcut,
    write,
)
from tests.system import PATIENCE
from tests.windows_programs import program

BY_CONTENT = ("content", "build-id")
ORIGINAL = "trochoi.exe".encode("utf-16-le")
NAMED = Game(id="named", title="named", label=0, names=("trochoi.exe",))
MADE = Game(id="made", title="made", label=0, products=("Trò Chơi Thử",))


def image_of(process: subprocess.Popen[bytes]) -> str:
    with processes.opened(process.pid) as handle:
        return processes.image(handle)


# --- what it is -------------------------------------------------------------------------------------------------------------


def test_a_copy_under_another_name_in_a_folder_with_vietnamese_letters(here):
    """Content and build id go with it, and a long name with letters outside of any code page is no hindrance."""
    game = own(here / "Bài tập Toán – đừng mở 🎮.exe")
    found = look(here, game, lambda: run(here / "Bài tập Toán – đừng mở 🎮.exe", *SHORT))
    assert found.clues == BY_CONTENT
    assert found.program.files[0].path == str(here / "Bài tập Toán – đừng mở 🎮.exe")


@pytest.mark.parametrize("name", ["ten.scr", "ten.com", "ten.pif", "ten.txt", "ten", "ten.dll"])
def test_an_ending_means_nothing(here, name):
    """CreateProcess runs what has an executable's content."""
    game = own(here / name)
    found = look(here, game, lambda: run("ten", *SHORT, executable=str(here / name)))
    assert found.clues == BY_CONTENT


def test_renamed_after_it_was_seen_once(here):
    """Yesterday under its own name, today under another one: nothing is remembered by name."""
    old, new = here / "cu.exe", here / "moi.exe"
    game = own(old)

    def start():
        run(old, *SHORT, wait=True).kill()
        old.rename(new)
        write(old, read(program("khac.exe")))
        run(new, *SHORT)

    assert look(here, game, start, "moi.exe").clues == BY_CONTENT


def test_something_else_under_the_games_old_name(here):
    """The file was put in place of the game, with its size and its stamps: what was known of the game is not believed of it."""
    place = here / "cho.exe"
    game = own(place)
    stamps = place.stat()
    other = read(program("khac.exe")).ljust(stamps.st_size, b"\0")
    assert len(other) == stamps.st_size

    async def main():
        async with Lookout(here, (game,)) as lookout:
            first = await asyncio.to_thread(run, place, *SHORT, wait=True)
            assert (await lookout.game()).clues == BY_CONTENT
            first.kill()
            await lookout.ended(first.pid)
            await asyncio.to_thread(write, place, other)
            os.utime(place, ns=(stamps.st_atime_ns, stamps.st_mtime_ns))
            second = await asyncio.to_thread(run, place, *SHORT)
            told = await lookout.until(lambda one: isinstance(one, ProgramStarted) and one.program.pid == second.pid)
            assert lookout.catalogue.recognise(told.program) is None

    asyncio.run(main())


@pytest.mark.parametrize("more", [b"\0", b"x" * 4096, b"y" * (1 << 21)], ids=["a byte", "a block", "two MiB"])
def test_appended_bytes(here, more):
    """Another file by its hash, the same game by its build id."""
    game = own(here / "goc.exe")
    write(here / "them.exe", read(here / "goc.exe") + more)
    assert look(here, game, lambda: run(here / "them.exe", *SHORT)).clues == ("build-id",)


def test_what_its_maker_gave_no_build_id_is_known_by_its_headers(here):
    """Appending changes the file and not what it says of its code; an innocent program has other headers."""
    game = own(here / "tran.exe", "tran.exe")
    assert look(here, game, lambda: run(here / "tran.exe", *SHORT)).clues == BY_CONTENT
    write(here / "them.exe", read(here / "tran.exe") + b"\0")
    assert look(here, game, lambda: run(here / "them.exe", *SHORT)).clues == ("build-id",)
    write(here / "khac.exe", read(program("khac.exe")))
    assert look(here, game, lambda: run(here / "khac.exe", *SHORT), "khac.exe").match is None


def test_a_large_file_is_told_again_once_it_is_hashed(here):
    """Nobody waits for the hash: it comes after the start, and then it is the game."""
    content = read(program("tran.exe")) + bytes(range(256)) * (1 << 14)
    write(here / "lon.exe", content)
    game = replace(known(content), build_ids=())
    found = look(here, game, lambda: run(here / "lon.exe", *SHORT))
    assert (found.clues, found.program.files[0].size) == (("content",), len(content))


def test_a_changed_version_resource_with_the_same_build_id(here):
    """Taking the name out of the version resource leaves the build id."""
    game = replace(own(here / "goc.exe"), names=("trochoi.exe",))
    write(here / "sua.exe", read(here / "goc.exe").replace(ORIGINAL, "khongco.exe".encode("utf-16-le")))
    found = look(here, game, lambda: run(here / "sua.exe", *SHORT))
    assert (found.clues, found.program.files[0].original) == (("build-id",), "khongco.exe")


def test_a_new_build_says_its_name_in_the_version_resource(here):
    """Nobody knows this build: whatever the file is called, it says which program and which product it is."""
    own(here / "la.exe")
    assert look(here, NAMED, lambda: run(here / "la.exe", *SHORT)).clues == ("name",)
    assert look(here, MADE, lambda: run(here / "la.exe", *SHORT)).clues == ("name",)


def test_another_program_of_the_same_maker_is_no_game(here):
    """khac.exe, also where it has the game's folder. Started by the game, it belongs to its play."""
    game = replace(own(here / "choi.exe"), names=("trochoi.exe",), products=("Trò Chơi Thử",))
    write(here / "khac.exe", read(program("khac.exe")))
    found = look(here, game, lambda: run(here / "khac.exe", *SHORT), "khac.exe")
    assert (found.match, found.program.files[0].original) == (None, "khac.exe")
    found = look(here, game, lambda: run(here / "choi.exe", "/run", here / "khac.exe", *SHORT), "khac.exe")
    assert (found.match.game, found.program.origin.files[0].path) == ("game", str(here / "choi.exe"))
    assert look(here, game, lambda: run(here / "khac.exe", "/run", here / "choi.exe", *SHORT)).clues == (*BY_CONTENT, "name")


# --- who starts it ----------------------------------------------------------------------------------------------------------


def by_cmd(game: Path) -> None:
    command(f'"{game}" /seconds 20')


def by_start(game: Path) -> None:
    command(f'start "" "{game}" /seconds 20')


def by_start_in_its_folder(game: Path) -> None:
    command(f'cd /d "{game.parent}" & start /b "" "{game.name}" /seconds 20')


def by_a_batch_file(game: Path) -> None:
    batch = game.parent / "chay.bat"
    batch.write_bytes(b'@echo off\r\ncd /d "%~dp0"\r\ntrochoi-la.exe /seconds 20\r\n')
    game.rename(game.with_name("trochoi-la.exe"))
    command(f'"{batch}"')


def by_a_click(game: Path) -> None:
    assert open_as_a_click(game, "/seconds 20") > 32


def by_a_shortcut(game: Path) -> None:
    link = game.parent / "Lối tắt.lnk"
    shortcut(link, game, "/seconds 20")
    if open_as_a_click(link) <= 32:  # a shell whose shortcuts lead to letters of its own code page only
        assert open_as_a_click(plain_shortcut(game)) > 32


def by_a_shortcut_in_cmd(game: Path) -> None:
    command(f'start "" "{plain_shortcut(game)}"')


def plain_shortcut(game: Path) -> Path:
    """To the game, which moves to where any shell can find it."""
    plain = game.rename(game.parent.parent / "Tro choi.exe")
    shortcut(game.parent / "Lối tắt.lnk", plain, "/seconds 20")
    return game.parent / "Lối tắt.lnk"


def by_a_launcher_that_has_left(game: Path) -> None:
    launcher = game.parent / "mở.exe"
    write(launcher, read(program("khac.exe")))
    assert run(launcher, "/leave", "/run", game, *SHORT).wait(5) == 0


def by_itself_before_it_left(game: Path) -> None:
    assert run(game, "/child", "/leave", *SHORT).wait(5) == 0


def by_python(game: Path) -> None:
    code = "import subprocess, sys; subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)"
    run(sys.executable, "-c", code, game, *SHORT)


@pytest.mark.parametrize("way", [
    by_cmd, by_start, by_start_in_its_folder, by_a_batch_file, by_a_click, by_a_shortcut, by_a_shortcut_in_cmd,
    by_a_launcher_that_has_left, by_itself_before_it_left, by_python,
])  # fmt: skip
def test_whoever_starts_it(here, way):
    """The game is told as what it is, with its own path and the account of whoever started it."""
    game = own(here / "Game của tôi.exe")
    found = look(here, game, lambda: way(here / "Game của tôi.exe"))
    assert found.clues == BY_CONTENT
    assert here.parent in Path(found.program.files[0].path).parents
    assert found.program.account


def test_a_scheduled_task(here):
    """The task's own program is told like any other."""
    game = own(here / "hẹn giờ.exe")
    plan = here / "task.xml"
    plan.write_text(
        '<?xml version="1.0" encoding="UTF-16"?><Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">'
        f"<Actions><Exec><Command>{here / 'hẹn giờ.exe'}</Command><Arguments>/seconds 20</Arguments></Exec></Actions></Task>",
        encoding="utf-16",
    )
    name = f"GioChoi-Tests-{here.parent.name}"

    def tasks(*words: str) -> int:
        line = ["schtasks.exe", *words, "/tn", name]
        return subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode

    made = tasks("/create", "/f", "/xml", str(plan))
    try:
        found = look(here, game, lambda: tasks("/run"), patience=3)
    except TimeoutError:
        assert not any(one.name == "hẹn giờ.exe" for one in Snapshots().take().values())
        pytest.skip(f"schtasks /create /xml gave {made}, and /run started nothing: no scheduler here runs tasks")
    finally:
        tasks("/delete", "/f")
    assert found.clues == BY_CONTENT


# --- interpreters -----------------------------------------------------------------------------------------------------------

SCRIPT = b"import time\ntime.sleep(20)\n"


def test_a_folder_is_run_by_what_lies_in_it(here):
    """As Python does with `__main__.py`."""
    (here / "bai").mkdir()
    content = f"import time; time.sleep({PATIENCE})  # a game\n".encode()
    write(here / "bai/__main__.py", content)
    found = look(here, known(content), lambda: run(sys.executable, here / "bai"))
    assert found.clues == ("content",)


def test_what_lies_beside_an_engine_decides(here):
    """The engine is many games': known by what lies beside it, under any name."""
    own(here / "vo.exe")
    content = b"the pack of a game"
    write(here / "vo.pck", content)
    found = look(here, known(content), lambda: run(here / "vo.exe", *SHORT))
    assert found.clues == ("content",)


@pytest.mark.parametrize("interpreter", ["python.exe", "pythonw.exe"])
def test_a_script_that_is_told_by_its_path(here, interpreter):
    """By its content, whatever it is called."""
    python = Path(sys.executable).with_name(interpreter)
    script = here / "bài tập.txt"
    content = b"# " + here.parent.name.encode() + b"\n" + SCRIPT
    write(script, content)
    found = look(here, known(content), lambda: run(python, "-X", "utf8", script))
    assert (found.clues, found.program.interpreted) == (("content",), True)
    assert found.program.files[1].path == str(script)


def test_an_interpreter_under_another_name(here):
    """It says that it is javaw.exe: then its arguments count, the main class and what lies on its class path."""
    write(here / "may tinh.exe", read(program("thongdich.exe")))
    jar = b"PK\3\4" + here.parent.name.encode()
    write(here / "game.jar", jar)
    words = ("-cp", f"{here / 'khac.jar'};{here / 'game.jar'}", "net.minecraft.client.main.Main")
    game = replace(known(jar), words=("net.minecraft.client.main.Main",))
    found = look(here, game, lambda: run(here / "may tinh.exe", *words))
    assert (found.clues, found.program.interpreted) == (("content", "command"), True)


def test_the_same_words_said_to_another_program_mean_nothing(here):
    """An editor that opens the game's jar, or is asked for its main class, plays nothing."""
    write(here / "khac.exe", read(program("khac.exe")))
    write(here / "game.jar", b"PK\3\4 khac")
    game = replace(known(b"PK\3\4 khac"), words=("net.minecraft.client.main.Main",))
    words = ("-cp", here / "game.jar", "net.minecraft.client.main.Main")
    assert look(here, game, lambda: run(here / "khac.exe", *words), "khac.exe").match is None


def test_a_batch_file_that_is_a_game_itself(here):
    """cmd runs it: found in its command line, by its content."""
    content = b"@rem " + here.parent.name.encode() + b"\r\n@cho.exe /seconds 20\r\n@rem the end\r\n"
    write(here / "tro choi chu.bat", content)
    write(here / "cho.exe", read(program("trochoi-console.exe")))
    found = look(here, known(content), lambda: command(f'"{here / "tro choi chu.bat"}"', cwd=here))
    assert found.clues == ("content",)


# --- where it lies ----------------------------------------------------------------------------------------------------------


def test_a_short_name(here):
    """What was started as GAMECU~1.EXE is known by its long name."""
    path = here / "Tên dài của trò chơi.exe"
    game = replace(own(path), names=(path.name,))
    short = ctypes.create_unicode_buffer(1024)
    ctypes.WinDLL("kernel32").GetShortPathNameW(str(path), short, len(short))
    if short.value in ("", str(path)):
        pytest.skip("this drive keeps no short names")
    assert look(here, game, lambda: run(short.value, *SHORT)).clues == (*BY_CONTENT, "name")


def test_a_short_name_that_the_system_goes_on_telling(here, monkeypatch):
    """Windows tells the path as it was started by: folders of games are known by their whole names."""
    path = here / "Tên dài của trò chơi.exe"
    game, whole = replace(own(path), paths=(str(path),)), ctypes.create_unicode_buffer(1024)
    ctypes.WinDLL("kernel32").GetShortPathNameW(str(path), whole, len(whole))
    if whole.value in ("", str(path)):
        pytest.skip("this drive keeps no short names")
    asked = processes.image
    monkeypatch.setattr(processes, "image", lambda one: whole.value if asked(one) == str(path) else asked(one))
    found = look(here, game, lambda: run(path, *SHORT))
    assert (found.clues, found.program.files[0].path) == ((*BY_CONTENT, "name"), str(path))


def test_a_path_that_is_written_in_another_way(here):
    r"""As \\?\C:\…, with dots and slashes, in capitals: one file, one name."""
    path = here / "viet.exe"
    game = replace(own(path), paths=(str(path),))
    around = f"{here}\\..\\{here.name}\\viet.exe"
    for written in (PROLONGED + str(path), around, str(path).replace("\\", "/"), str(path).upper()):
        found = look(here, game, lambda written=written: run("x", *SHORT, executable=written))
        assert found.clues == (*BY_CONTENT, "name"), written


@pytest.mark.parametrize("name", ["mat.exe.", "mat.exe ", "nul.exe", "con"])
def test_a_name_that_only_a_prolonged_path_reaches(here, name):
    """`game.exe.` beside an innocent `game.exe`: plain paths lead from the one to the other, so plain paths are not used."""
    game = own(f"{PROLONGED}{here}\\{name}")
    write(here / "mat.exe", read(program("khac.exe")))
    assert image_at(game, f"{here}\\{name}") == (game.sha256[0], f"{here}\\{name}")
    process = run("x", *SHORT, executable=f"{PROLONGED}{here}\\{name}")
    told = image_of(process)
    process.kill()
    if told != f"{here}\\{name}":
        pytest.skip(f"this Windows tells of {name!r} that it is {Path(told).name!r}; the file itself was read rightly")
    found = look(here, game, lambda: run("x", *SHORT, executable=f"{PROLONGED}{here}\\{name}"))
    assert found.clues == BY_CONTENT


def image_at(game: Game, path: str) -> tuple[str | None, str]:
    """What would be known of an executable that the system says is at this path: its hash, and the path."""
    found = ProgramFiles(Images(), Catalogue((game,)), path, lambda _: ()).image
    return found.sha256, found.path


def test_a_path_longer_than_260(here):
    """Programs may lie deeper than old programs can look."""
    folder = PROLONGED + str(here)
    for number in range(5):
        folder += f"\\{number} thư mục rất rất rất rất dài để giấu trò chơi"
        Path(folder).mkdir()
    path = f"{folder}\\sâu.exe"
    game = own(path)
    assert len(path) > 260
    assert image_at(game, path.removeprefix(PROLONGED))[0] == game.sha256[0]
    try:
        run("x", *SHORT, executable=path).kill()
    except FileNotFoundError as error:
        pytest.skip(f"this Windows starts nothing from there: {error.strerror}; such a file was read rightly")
    assert look(here, game, lambda: run("x", *SHORT, executable=path)).clues == BY_CONTENT


@pytest.mark.parametrize("stream", ["ghi chú.txt:game.exe", "ghi chú.txt:x"])
def test_a_stream_beside_a_files_own_content(here, stream):
    """`notes.txt:game.exe`: a place where nobody looks, and from which programs start. Wine makes a plain file of that name."""
    write(here / "ghi chú.txt", b"sua")
    game = own(f"{here}\\{stream}")
    found = look(here, game, lambda: run("x", *SHORT, executable=f"{here}\\{stream}"))
    assert found.clues == BY_CONTENT


def test_a_hard_link(here):
    """Two names, one file."""
    game = own(here / "mot.exe")
    (here / "hai.exe").hardlink_to(here / "mot.exe")
    assert look(here, game, lambda: run(here / "hai.exe", *SHORT)).clues == BY_CONTENT


def test_renamed_while_it_runs(here):
    """A player renames the game as soon as it runs, and puts something else in its place."""
    path, new = here / "choi.exe", here / "cất.exe"
    game = own(path)
    process = run(path, *SHORT, wait=True)
    path.rename(new)
    told = image_of(process)
    process.kill()
    if told != str(new):
        pytest.skip(f"this Windows goes on calling it by the name that it was started under ({Path(told).name})")

    def start():
        run(new, *SHORT, wait=True)
        new.rename(path)
        write(new, read(program("khac.exe")))

    assert look(here, game, start).clues == BY_CONTENT


@contextmanager
def drive_of(folder: Path):
    """A drive letter for the folder, as `subst` gives it."""
    define = ctypes.WinDLL("kernel32").DefineDosDeviceW
    letter = next(f"{one}:" for one in "QRSTUVW" if not Path(f"{one}:\\").exists())
    assert define(0, letter, str(folder))
    try:
        yield letter
    finally:
        define(2, letter, None)


def test_a_substituted_drive(here):
    """`subst Q: FOLDER`: the drive is another way to the same file."""
    game = own(here / "choi.exe")
    with drive_of(here) as letter:
        if not Path(f"{letter}\\choi.exe").exists():
            pytest.skip("this Windows defines the drive and does not follow it")
        assert look(here, game, lambda: run(f"{letter}\\choi.exe", *SHORT)).clues == BY_CONTENT


def test_a_junction(here):
    """A folder that is another one."""
    (here / "that").mkdir()
    game = own(here / "that" / "choi.exe")
    try:
        _winapi.CreateJunction(str(here / "that"), str(here / "gia"))
    except OSError as error:
        pytest.skip(f"no junctions here: {error.strerror}")
    assert look(here, game, lambda: run(here / "gia" / "choi.exe", *SHORT)).clues == BY_CONTENT


def test_powershell(here):
    """What it starts by -EncodedCommand is a process like any other."""
    shell = shutil.which("powershell.exe")
    if shell is None or subprocess.run([shell, "-Command", "exit 7"], stdin=subprocess.DEVNULL, check=False).returncode != 7:
        pytest.skip("there is no PowerShell here that runs anything")
    game = own(here / "choi.exe")
    code = base64.b64encode(f"& '{here / 'choi.exe'}' /seconds 20".encode("utf-16-le")).decode()
    found = look(here, game, lambda: run(shell, "-NoProfile", "-EncodedCommand", code), patience=20)
    assert found.clues == BY_CONTENT
