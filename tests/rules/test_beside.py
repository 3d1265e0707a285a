"""Where the file beside an engine may be: never in a folder in which nobody puts a game."""

import pytest

from rules.matching.beside import deciding

RENPY, PACKAGED = "/game/script.rpyc", "/lib/app/x.cfg"


@pytest.mark.parametrize(("path", "place", "found"), [
    ("/home/an/x/lib/py3/x", {}, "/home/an/x/game/script.rpyc"),
    ("/opt/x/x", {}, RENPY),  # two folders above it is the root folder
    ("/opt/x", {}, PACKAGED),
    ("/usr/bin/x", {"anywhere": True}, RENPY),  # in a service's own namespace
    ("/lib/py3/x", {"anywhere": True, "roots": False}, RENPY),  # in a world of the player's own
    ("/usr/x", {"anywhere": True}, PACKAGED),  # a mount may cover what is there
    (r"C:\x\x.exe", {}, r"\game\script.rpyc"),  # above the drive
    (r"C:\lib\x\x.exe", {}, r"C:\game\script.rpyc"),
])  # fmt: skip
def test_nothing_is_looked_for_in_the_root_folder_that_only_root_puts_there(path, place, found):
    told = deciding(path, **place)
    looked_for = path.startswith("/home") or place.get("roots") is False or path == "/usr/x" or found.startswith("C:")
    assert (found in told, len(told) > 5) == (looked_for, True)
