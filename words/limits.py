"""Own limits in words."""

from __future__ import annotations

from agent.api.answers import LimitRow
from i18n.message import Arg, Length, Message, msg
from rules.policy import WEEK
from rules.unknown import game_title
from words.days import spoken
from words.layout import row


def limits(rows: tuple[LimitRow, ...]) -> Message:
    """The limits of a player, days of equal length together: "1 hr" or "luanti 30 min (Saturday and Sunday)"."""
    groups: dict[tuple[str | None, int], set[str]] = {}
    for one in rows:
        groups.setdefault((one.game, one.ms), set()).add(one.day)
    parts: list[Arg] = []
    for (game, ms), days in groups.items():
        when = "" if len(days) == len(WEEK) else row(("(", spoken(days), ")"), "")
        parts.append(row((game_title(game or "", game or ""), Length(ms, exact=True) if ms else msg("no play"), when), " "))
    return row(parts)
