"""What an answer says of time that was given, and what may be given as a reason."""

from __future__ import annotations

import unicodedata

from msgspec import structs

from agent.api.asked import RequestEvent
from agent.api.roster import GrantEvent
from daemon.api import messages as m
from daemon.deciding.effects import counts_from_now, longer
from daemon.deciding.outlook import Outlooks, held, outlook
from daemon.sessions import RuledPlayer
from host.wire import ApiError
from i18n.message import msg
from rules.calendar import DAY_MS
from rules.decision import Decision
from rules.games import Game

MAX_REASON = 500


def told(
    zone: str, id_: str | None, player: RuledPlayer, game: Game | None, before: Decision, after: Decision,
    given: GrantEvent | None = None,
) -> m.GrantAnswer:
    """What the rules said before and say after."""
    return m.GrantAnswer(
        id=id_,
        player=player.id,
        name=player.registered.name,
        game=None if game is None else game.id,
        zone=zone,
        before=outlook(before),
        after=outlook(after),
        still=id_ is not None and held(before, after, given),
        title="" if game is None else game.title,
    )


def of_grant(
    looks: Outlooks, player: RuledPlayer, only: Game | None, given: GrantEvent, before: Decision, after: Decision
) -> m.GrantAnswer:
    """The same of minutes that were just `given`, for one game `only` or (None) for all."""
    game = looks.about(player, only)
    from_now, beyond = counts_from_now(looks, player, game, only, before, after, given.ms)
    return structs.replace(
        told(looks.people.zone, given.id, player, game, before, after, given),
        ms=given.ms, longer=longer(looks, player, only, given), from_now=from_now, beyond=beyond, only=only is not None,
    )  # fmt: skip


def check_length(ms: int) -> None:
    """ApiError, unless so much time may be given at once."""
    if not 0 < ms <= DAY_MS:
        raise ApiError("bad-input", msg("minutes must be more than 0 and at most 1440"))


def reason_of(text: str) -> str:
    """What may stand in a log and on a guardian's screen: one line without what steers a terminal. ApiError."""
    if len(text) > MAX_REASON:
        raise ApiError("bad-input", msg("the reason is longer than {most} characters", most=MAX_REASON))
    plain = "".join(one if one.isprintable() else " " for one in unicodedata.normalize("NFC", text))
    return " ".join(plain.split())


def all_the_same(event: RequestEvent) -> str:
    """The command of a guardian who said no, and now thinks otherwise: the first answer stands."""
    if event.program is not None:
        return f"giochoi player set {event.player} --allow-program …"
    if not event.ms:
        return f"giochoi game allow {event.player} {event.game}"
    minutes = f"{event.ms / 60_000:g}"
    return f"giochoi grant {event.player} {minutes}{f' --game {event.game}' if event.game else ''}"
