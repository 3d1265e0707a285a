"""The one line that says how things stand: what the icon's tooltip and the menu begin with."""

from __future__ import annotations

from daemon.api.status import Status
from i18n.message import Message, comma, moment, msg
from tray.seen import Seen
from words.players import standing


def headline(seen: Seen, mono: int, *, unenforced: bool) -> Message:
    """`mono` is the same clock as `seen.at`; `unenforced`: not all that is promised is enforced now."""
    status = seen.status
    if status is None and seen.problem is None:
        return msg("One moment…")
    if status is None:
        return msg("not connected: the background service (giochoi-daemon) does not answer")
    if status.daemon.off is not None:
        return msg("nothing is enforced until {until}", until=moment(status.daemon.off.until))
    if unenforced:
        return msg("not everything is enforced")
    return _stand(status, mono - seen.at)


def _stand(status: Status, since: int) -> Message:
    if status.ask_counter and not any(game.running for player in status.players for game in player.games):
        return msg("ask the counter to check you in; until then the strictest limits apply")
    if not status.players:
        return msg("no limits here")
    return Message("{players}", {"players": comma(standing(player, since) for player in status.players)})
