"""Which programs the seat itself saw refused, by content: those a player may ask for. Bounded, and forgotten with the run."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from dataclasses import dataclass, field

from rules.games import Fingerprint
from rules.installed import LetProgram

MOST = 64  # of one player; whoever tries more loses the oldest of their own
_BEGINNING = re.compile(r"[0-9a-f]{8,64}", re.ASCII)


@dataclass(slots=True, eq=False)
class RefusedPrograms:
    _seen: dict[str, dict[str, LetProgram]] = field(default_factory=dict, init=False)

    def saw(self, player: str, file: Fingerprint) -> None:
        """What is not known by its content cannot be let through by it."""
        if file.sha256 is None:
            return
        mine = self._seen.setdefault(player, {})
        mine.pop(file.sha256, None)
        # An interpreter too is let through as this one file: what it runs stays refused.
        name = posixpath.basename(file.path).encode("utf-8", "replace").decode()
        mine[file.sha256] = LetProgram(
            name=unicodedata.normalize("NFC", name), sha256=file.sha256, size=file.size, build_id=file.build_id
        )
        if len(mine) > MOST:
            del mine[next(iter(mine))]

    def meant(self, player: str, asked: str) -> LetProgram | None:
        """The one of this SHA-256, or the beginning of it, or the last one of this file name; None: none or several."""
        mine = tuple(self._seen.get(player, {}).values())
        if _BEGINNING.fullmatch(asked):
            found = [one for one in mine if one.sha256.startswith(asked)]
            if found:
                return found[0] if len(found) == 1 else None
        return next((one for one in reversed(mine) if one.name == unicodedata.normalize("NFC", asked)), None)
