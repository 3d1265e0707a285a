"""Play that somebody wrote down, in the shapes of `giochoi policy ask`: what a simulation reads beside the log."""

from __future__ import annotations

from datetime import datetime

import msgspec

from cli.simulate.recorded import HOME_ZONE, Asked, Recorded, born_before, in_order, zone_known
from i18n.message import msg
from rules.ask import YEARS, FactsError, Id, Length, Moment, decoded, label_of, whole_ms, wrong_year
from rules.calendar import DAY_MS, unix_ms
from rules.facts import Grant, Played
from rules.identity import IdentityError
from rules.policy import Place, Role
from rules.replay import Given, Setting

_LONGEST_MS = 31 * DAY_MS


class _Struct(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class _Play(_Struct, frozen=True, rename={"start": "from"}):
    game: Id
    start: Moment
    seconds: Length
    publisher: str | None = None
    label: str | None = None
    sure: bool = True


class _Grant(_Struct, frozen=True):
    by: Role
    minutes: Length
    given: Moment
    game: Id | None = None


class _File(_Struct, frozen=True):
    played: tuple[_Play, ...]
    player: str | None = None
    born: str | None = None
    place: Place = "home"
    zone: str = HOME_ZONE
    guardian: bool = True
    grants: tuple[_Grant, ...] = ()
    approved: tuple[str, ...] = ()


def from_json(text: str, name: str, asked: Asked) -> Recorded:
    """Play given as JSON in the file `name`. FactsError names the first field that is wrong."""
    file = decoded(text, _File)
    if file.player is not None and file.player.casefold() != asked.player.casefold():
        raise FactsError("player", msg("this is the play of {there}, not of {asked}", there=file.player, asked=asked.player))
    zone = zone_known(asked.zone or file.zone)
    plays = [_played(one, f"played[{number}]") for number, one in enumerate(file.played)]
    grants = tuple(
        Given(Grant(one.by, whole_ms(one.minutes, 60_000), one.game, _moment(one.given, f"grants[{number}].given")))
        for number, one in enumerate(file.grants)
    )
    try:
        born = born_before(asked.born or file.born, plays, zone)
    except IdentityError as error:
        raise FactsError("born", error.message) from None
    setting = Setting(
        places=((0, asked.place or file.place),), born=born, guardian=file.guardian, grants=grants,
        approved=tuple((0, game) for game in file.approved),
    )  # fmt: skip
    return Recorded(asked.player, in_order(plays), setting, zone, {"kind": "json", "file": name})


def _played(play: _Play, path: str) -> Played:
    start, ms = _moment(play.start, f"{path}.from"), whole_ms(play.seconds, 1_000)
    if ms > _LONGEST_MS:
        raise FactsError(f"{path}.seconds", msg("it lasts longer than 31 days"))
    return Played(play.game, play.publisher, start, ms, label_of(play.label, f"{path}.label"), play.sure)


def _moment(moment: datetime, path: str) -> int:
    if moment.year not in YEARS:
        raise FactsError(path, wrong_year())
    return unix_ms(moment)
