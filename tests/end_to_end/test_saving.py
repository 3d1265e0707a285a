"""Time to save, as a child has it: a window that asks back, a game without one, and what both may do until it is over."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

import pytest

from rules.save_time import CLOSE_MS
from tests.contracts.programs import copy_with_own_build
from tests.system import until

pytestmark = [pytest.mark.root, pytest.mark.timeout(120)]
GAME = Path(__file__).resolve().parents[1] / "saving_game.py"
LIMIT_S = 3
SAVE_S = 2
PACK = """
id = "soon"
jurisdiction = "test"
zone = "Asia/Ho_Chi_Minh"
source = "test"
status = "unverified"
grace_seconds = SAVE_S
title = { vi = "Sớm", en = "Soon" }

[[notice]]
id = "notice"
cite = "test"
authority = "house"
addressee = "household"
relax = ["guardian"]
every_minutes = 60
text = { vi = "Một giờ", en = "An hour" }
"""


@pytest.fixture
def limited(house, child):
    """`limited(game)`: the child may play it for three seconds, and has `save_s` to save."""

    def start(game: Path, save_s: int = SAVE_S) -> None:
        house.start()
        house("player", "add", "Na", "--born", "2014-05-01", "--account", child.name)
        house("game", "add", "tiny", "--exe", str(game), "--label", "VN00")
        (house.home / "soon.toml").write_text(PACK.replace("SAVE_S", str(save_s)), "utf-8")
        house("policy", "use", "na", str(house.home / "soon.toml"))
        house("limit", "na", str(LIMIT_S / 60), "--game", "tiny")

    return start


def own(child, source: Path | str, name: str) -> Path:
    """A copy that nothing else on the machine is."""
    game = Path(child.entry.pw_dir) / name
    content = Path(source).read_bytes()
    game.write_bytes(content + f"\n# {child.name}\n".encode())
    game.chmod(0o755)
    return game


@pytest.mark.usefixtures("manager")
def test_a_game_saves_and_closes_when_its_window_is_asked(house, child, display, limited):
    """It has two seconds in which nobody asks, and takes a second for it: nothing is cut off."""
    game = own(child, GAME, "game.py")
    limited(game, SAVE_S + CLOSE_MS // 1000)
    file = Path(child.entry.pw_dir) / "file"
    play = child.start(shutil.which("python3", path="/usr/bin"), str(game), str(file), "1", DISPLAY=display)
    until(lambda: (one := house.game("na", "tiny")) and one["running"])
    assert play.wait(30) == 0
    assert file.read_text() == "saved"
    until(lambda: not house.game("na", "tiny")["running"])
    found = house.entries("play.due", "play.ended", "launch.refused")
    assert [one["kind"] for one in found] == ["play.due", "play.ended"], found
    due, ended = found
    assert (due["grace"], ended["how"]) == (SAVE_S * 1000 + CLOSE_MS, "asked")
    assert ended["mono"] - due["mono"] >= SAVE_S * 1000
    report, code = house.verify()
    assert (code, report["ok"]) == (0, True)


def test_a_game_without_a_window_hears_nothing_until_its_time_is_over(house, child, limited):
    """What it starts meanwhile is let through by the gate and counts; then SIGTERM comes, which it may still act upon."""
    home = Path(child.entry.pw_dir)
    game = home / "tiny"
    copy_with_own_build("/bin/dash", game)
    limited(game)
    again = f"while sleep 0.1; do {game} -c 'exit 0' || [ $? != 126 ] || echo refused >> {home}/refused; done"
    script = f"trap 'echo saved > {home}/file; exit 4' TERM; {again}"
    play = child.start(str(game), "-c", script)
    until(lambda: (one := house.game("na", "tiny")) and one["running"])
    assert play.wait(30) == 4
    assert (home / "file").read_text() == "saved\n"
    assert not (home / "refused").exists()
    until(lambda: not house.game("na", "tiny")["running"])
    with pytest.raises(PermissionError):
        child.start(str(game), "-c", "exit")
    until(lambda: house.entries("launch.refused"))  # who asked is answered before we are told
    entries = house.entries("play.due", "play.ended", "launch.refused")
    # On a busy PC one that it started last is read when the game is over already: a play of its own, a moment long.
    first = next(one["play"] for one in entries if one["kind"] == "play.due")
    due, ended = (one for one in entries if one.get("play") == first)
    (refused,) = (one for one in entries if one["kind"] == "launch.refused")
    assert (due["kind"], ended["how"]) == ("play.due", "killed"), entries
    assert refused["how"] in {"gate", "ended"}  # where that was read very late it is a refusal: the day's one line for both
    assert ended["mono"] - due["mono"] >= SAVE_S * 1000
    assert ended["ms"] >= (LIMIT_S + SAVE_S) * 1000 - 500
    report, code = house.verify()
    assert (code, report["ok"]) == (0, True)


@pytest.mark.parametrize("script", [False, True], ids=["a program", "a script"])
def test_a_game_that_nobody_knew_may_save_when_it_is_found(house, child, script):
    """A guardian adds what runs under a name of its own. Once more it does not start; the log says why the first went on."""
    game, run = Path(child.entry.pw_dir) / "homework", "while sleep 0.2; do :; done"
    if script:
        game.write_text(f"#!/bin/dash\n# {child.name}\n{run}\n")
        game.chmod(0o755)
    else:
        copy_with_own_build("/bin/dash", game)
    command = (str(game),) if script else (str(game), "-c", run)
    house.start()
    house("player", "add", "Na", "--born", "2014-05-01", "--account", child.name)
    house("policy", "use", "na", "vn-147")
    play = child.start(*command)
    until(lambda: b"homework" in Path(f"/proc/{play.pid}/cmdline").read_bytes())
    house("game", "add", "tiny", "--exe", str(game), "--label", "VN18")
    until(lambda: house.entries("play.started"))
    with suppress(PermissionError):
        assert child.start(*command).wait(30) < 0
    assert play.poll() is None
    [started] = house.entries("play.started")
    assert (started["ran"], started["game"]) == ("game", "tiny")
    play.kill()
    until(lambda: house.entries("play.ended"))
    report, code = house.verify()
    assert (code, report["ok"]) == (0, True)
