"""Which refused programs get a line: each content once an hour, of one player only so many: a thousand files flood no log."""

from __future__ import annotations

from rules.games import Fingerprint

AGAIN_MS = 3_600_000
MOST = 100  # of one player within an hour; then
THEN_MS = 60_000

_Content = tuple[int, str | None, str | None, str]


class ProgramLines:
    def __init__(self) -> None:
        self._players: dict[str, dict[_Content, int]] = {}  # when which content got a line, oldest first

    def worth_one(self, player: str, file: Fingerprint, mono: int) -> bool:
        """Whether this one is to be written down. By its name too, where nothing of its content is known."""
        lines = self._players.setdefault(player, {})
        for old in [one for one, at in lines.items() if mono - at >= AGAIN_MS]:
            del lines[old]
        this = (file.size, file.sha256, file.build_id, "" if file.sha256 or file.build_id else file.path)
        newest = next(reversed(lines.values()), -THEN_MS)
        if this in lines or (len(lines) >= MOST and mono - newest < THEN_MS):
            return False
        lines[this] = mono
        return True
