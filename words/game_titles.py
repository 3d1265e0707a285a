"""What a game is called where people read and then type."""

from __future__ import annotations

from i18n.message import Arg, msg
from rules.unknown import UNKNOWN, game_title


def game_called(title: str, id_: str | None) -> Arg:
    """As people say it, and the id that is typed where that is not the same but for its case; "" for none."""
    if id_ == UNKNOWN:
        return msg("{name} ({id})", name=game_title(id_, title), id=id_)
    if not title or not id_:
        return id_ or ""
    return title if title.lower() == id_ else msg("{name} ({id})", name=title, id=id_)
