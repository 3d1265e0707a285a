"""The mark that a restored backup leaves in a server's folder: what its databases say is of an earlier day. Joining another
agent leaves it in the daemon's, whose databases are then of another agent.

Whoever starts there says so in the log, or begins a chain of its own, and takes the mark away once that is durable.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from host.files import LIMIT

NAME: Final = "restored"


class Restored(msgspec.Struct, frozen=True):
    """`made`: when the backup was (Unix ms). `keys`: what the agent that came back with it, or was joined, publishes; None: it
    is the same. `seat`: as which seat the PC joined; "": it did not.
    """

    made: int
    keys: str | None = None
    seat: str = ""


def read(folder: Path) -> Restored | None:
    """The mark in the folder, which only its server and an administrator can write. One that says nothing counts all the same.
    OSError.
    """
    try:
        with (folder / NAME).open("rb") as file:
            return msgspec.json.decode(file.read(LIMIT), type=Restored)
    except FileNotFoundError:
        return None
    except msgspec.MsgspecError:
        return Restored(0)


def take_away(folder: Path) -> None:
    """If that fails it is all said again at the next start, which harms nothing."""
    with suppress(OSError):
        (folder / NAME).unlink()
