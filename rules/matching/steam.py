"""What tells that Steam started a program."""

from __future__ import annotations

import posixpath
import re

_ID = re.compile(r"AppId=(\d{1,10})")


def steam_folder(path: str) -> str | None:
    """What Steam calls the folder that this file lies in, in lower case. None: it lies in none of Steam's libraries."""
    lower = path.lower()
    if "steamapps" not in lower:
        return None
    library, found, inside = lower.replace("\\", "/").rpartition("steamapps/common/")
    folder, below, _ = inside.partition("/")
    return folder if found and below and (not library or library.endswith("/")) else None


def steam_id(executable: str, args: tuple[str, ...]) -> str | None:
    """The number of the game whose start this is. Steam starts one by `reaper SteamLaunch AppId=NUMBER -- …`, which stays to
    the game's end; with more words before the two dashes it installs something.
    """
    if args[1:2] == ("SteamLaunch",) and args[3:4] == ("--",) and posixpath.basename(executable) == "reaper":
        number = _ID.fullmatch(args[2])
        return number[1] if number else None
    return None
