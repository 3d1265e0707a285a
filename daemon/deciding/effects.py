"""What a grant did beside moving an end: which limits it made longer, which gave way to it, and what it takes to go further."""

from __future__ import annotations

from dataclasses import replace

from agent.api.roster import GrantEvent
from daemon.deciding.outlook import Outlooks
from daemon.sessions import RuledPlayer
from i18n.message import Words, msg
from rules.calendar import day_bounds
from rules.decide import explain
from rules.decision import Decision
from rules.facts import Grant
from rules.games import Game

_MINUTE_MS = 60_000


def longer(looks: Outlooks, player: RuledPlayer, only: Game | None, given: GrantEvent) -> bool:
    """Whether some budget that binds today, of whichever game, got longer by what was `given` for `only` (None: all games)."""
    known = looks.people.catalogue.games
    named = {id_ for pack in player.packs for rule in pack.budgets for id_ in rule.games}
    games = (None, *(known.get(id_, Game(id=id_, title=id_)) for id_ in named)) if only is None else (only,)
    alone = (Grant(given.by, given.ms, given.game, given.given),)
    return any(
        finding.reason.kind == "budget" and finding.reason.granted_ms and not finding.advisory
        for game in games
        for finding in explain(player.policy, replace(looks.ruling(player, game).facts, grants=alone))
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
