"""What an answer says of time that was given, and what may be given as a reason."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from msgspec import structs

from agent.api.asked import RequestEvent
from agent.api.roster import GrantEvent
from daemon.api import messages as m
from daemon.deciding.outlook import Outlooks, Standing, held, outlook
from daemon.sessions import RuledPlayer
from host.wire import ApiError
from i18n.message import Words, msg
from rules.calendar import DAY_MS, day_bounds
from rules.decide import explain
from rules.decision import Decision
from rules.facts import Grant
from rules.games import Game

MAX_REASON = 500


def told(
    looks: Outlooks, id_: str | None, player: RuledPlayer, only: Game | None, standing: Standing,
    given: GrantEvent | None = None,
) -> m.GrantAnswer:
    """What the rules said before (`standing`) and say after, of the game whose end is told now."""
    game = looks.about(player, only)
    before, after = standing.get(game) or standing[None], looks.decision(player, game)
    return m.GrantAnswer(
        id=id_,
        player=player.id,
        name=player.registered.name,
        game=None if game is None else game.id,
        zone=looks.people.zone,
        before=outlook(before),
        after=outlook(after),
        still=id_ is not None and held(before, after, given),
        title="" if game is None else game.title,
        at=looks.people.elsewhere.get(player.id, ""),
    )


def of_grant(looks: Outlooks, player: RuledPlayer, only: Game | None, given: GrantEvent, standing: Standing) -> m.GrantAnswer:
    """The same of minutes that were just `given`, for one game `only` or (None) for all."""
    answer, game = told(looks, given.id, player, only, standing, given), looks.about(player, only)
    before, after = standing.get(game) or standing[None], looks.decision(player, game)
    from_now, beyond = counts_from_now(looks, player, game, only, before, after, given.ms)
    more = Grant(given.by, given.ms, given.game, given.given)
    return structs.replace(
        answer, ms=given.ms, longer=longer(looks, player, only, more), from_now=from_now, beyond=beyond, only=only is not None,
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


_MINUTE_MS = 60_000


def longer(looks: Outlooks, player: RuledPlayer, only: Game | None, given: Grant) -> bool:
    """Whether some budget that binds today, of whichever game, got longer by what was `given` for `only` (None: all games)."""
    known = looks.people.catalogue.games
    named = {id_ for pack in player.packs for rule in pack.budgets for id_ in rule.games}
    games = (None, *(known.get(id_, Game(id=id_, title=id_)) for id_ in named)) if only is None else (only,)
    return any(
        finding.reason.kind == "budget" and finding.reason.granted_ms and not finding.advisory
        for game in games
        for finding in explain(player.policy, replace(looks.ruling(player, game).facts, grants=(given,)))
    )


def gives_way(looks: Outlooks, player: RuledPlayer, game: Game | None, until: int) -> tuple[Words, ...]:
    """The limits that would end play before `until`, each with its id: what an extension up to then is stronger than."""
    ruling = looks.ruling(player, game)
    return tuple(
        msg("{text} ({rule})", text=one.reason.text, rule=one.reason.rule)
        for one in explain(ruling.policy, ruling.facts)
        if not one.advisory and (one.verdict != "allow" or (one.until is not None and one.until < until))
    )


def counts_from_now(
    looks: Outlooks, player: RuledPlayer, game: Game | None, only: Game | None, before: Decision, after: Decision, ms: int
) -> tuple[bool, int | None]:
    """Whether hours or a break let the end move by less than the `ms` that were given, as these put them off from now on only;
    and the minute of today, if there is one, up to which extending would give as much as that.
    """
    reason = after.reason
    if reason is None or reason.kind not in {"window", "break"} or before.verdict != "allow" or before.until is None:
        return False, None
    if after.until is None or after.until >= before.until + ms:
        return False, None
    midnight = day_bounds(looks.people.zone, looks.now.wall)[1]
    until = min(midnight, -(-(before.until + ms) // _MINUTE_MS) * _MINUTE_MS)
    if until > after.until and looks.needed(player, game, only, until) is not None:
        return True, until
    return reason.extended is not None, None
