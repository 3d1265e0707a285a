"""Play that somebody wrote down, as JSON or CSV: what a simulation reads beside the log.

    {"born": "2014-05-01",
     "played": [{"game": "luanti", "label": "VN00", "from": "2026-11-24T19:00:00+07:00", "seconds": 5400}]}

    from,minutes,game,label
    2026-11-24 19:00,90,luanti,VN00

JSON has the shapes of `giochoi policy ask`. A moment without an offset, in CSV only, is a time of day at the place.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, get_args

import msgspec

from cli.errors import CommandError
from cli.simulate_recorded import HOME_ZONE, Asked, Recorded, born_before, in_order, zone_known
from rules.calendar import DAY_MS, calendar
from rules.facts import Grant, Played
from rules.policy import Place, Role
from rules.ratings import LabelError, label_age
from rules.replay import Given, Setting

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_YEARS = range(1971, 9000)
_LONGEST_MS = 31 * DAY_MS
_AT = re.compile(r"^(?P<why>.*?)(?: - at `\$\.?(?P<path>.*)`)?$", re.DOTALL)
_CHOICES = {"place": get_args(Place), "by": get_args(Role)}
_UNITS = {"seconds": 1_000, "minutes": 60_000}
_NUMBER = re.compile(r"[0-9]{1,9}([.,][0-9]{1,6})?", re.ASCII)
_COLUMNS = ("from", "to", "seconds", "minutes", "game", "publisher", "label")

_Moment = Annotated[datetime, msgspec.Meta(tz=True)]
_Id = Annotated[str, msgspec.Meta(min_length=1)]
_Length = Annotated[float, msgspec.Meta(ge=0)]


class _Struct(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class _Play(_Struct, frozen=True, rename={"start": "from"}):
    game: _Id
    start: _Moment
    seconds: _Length | None = None
    to: _Moment | None = None
    publisher: str | None = None
    label: str | None = None
    sure: bool = True


class _Grant(_Struct, frozen=True):
    by: Role
    minutes: _Length
    given: _Moment
    game: _Id | None = None


class _File(_Struct, frozen=True):
    played: tuple[_Play, ...]
    player: str | None = None
    born: str | None = None
    place: Place = "home"
    zone: str = HOME_ZONE
    guardian: bool = True
    grants: tuple[_Grant, ...] = ()
    approved: tuple[str, ...] = ()


class _Mistake(ValueError):
    """A field that cannot be used: its path, and why."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path}: {why}" if path else why)


def from_json(text: str, name: str, asked: Asked) -> Recorded:
    """Play given as JSON. CommandError names the first field that is wrong."""
    try:
        return _recorded(_decoded(text), name, asked)
    except _Mistake as error:
        raise CommandError(f"{name}: {error}") from None


def from_csv(text: str, name: str, asked: Asked) -> Recorded:
    """Play given as CSV, separated by commas, semicolons or tabs, with a first line of names. CommandError names the line."""
    zone = zone_known(asked.zone or HOME_ZONE)
    try:
        plays = list(_rows(text, zone))
        born = _born(asked.born, plays, zone)
    except _Mistake as error:
        raise CommandError(f"{name}: {error}") from None
    setting = Setting(places=((0, asked.place or "home"),), born=born, guardian=True)
    return Recorded(asked.player, in_order(plays), setting, zone, {"kind": "csv", "file": name})


def _born(text: str | None, plays: list[Played], zone: str) -> date | None:
    try:
        return born_before(text, plays, zone)
    except ValueError as error:
        raise _Mistake("born", str(error)) from None


# --- JSON ----------------------------------------------------------------------------------------------------------------


def _decoded(text: str) -> _File:
    if text.lstrip().startswith("["):
        raise _Mistake("", 'là một danh sách / is a list: write {"played": […]} around it')
    try:
        return msgspec.json.decode(text, type=_File)
    except msgspec.ValidationError as error:
        found = _AT.match(str(error))
        why, path = (str(error), "") if found is None else (found["why"], found["path"] or "")
        choices = _CHOICES.get(path.rpartition(".")[2])
        wish = f"write one of {', '.join(choices)}" if choices else f"{why[:1].lower()}{why[1:]}"
        raise _Mistake(path, f"không hợp lệ / is not valid: {wish}") from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise _Mistake("", f"không phải JSON / is no JSON: {error}") from None


def _recorded(file: _File, name: str, asked: Asked) -> Recorded:
    if file.player is not None and file.player.casefold() != asked.player.casefold():
        raise _Mistake("player", f"đây là của {file.player!r}, không phải {asked.player!r}"
                                 f" / it is {file.player!r}'s, not {asked.player!r}'s")  # fmt: skip
    zone = zone_known(asked.zone or file.zone)
    plays = [_played(one, f"played[{number}]") for number, one in enumerate(file.played)]
    grants = tuple(
        Given(Grant(one.by, _ms(one.minutes, 60_000), one.game, _unix(one.given, f"grants[{number}].given")))
        for number, one in enumerate(file.grants)
    )
    born = _born(asked.born or file.born, plays, zone)
    setting = Setting(
        places=((0, asked.place or file.place),), born=born, guardian=file.guardian, grants=grants,
        approved=tuple((0, game) for game in file.approved),
    )  # fmt: skip
    return Recorded(asked.player, in_order(plays), setting, zone, {"kind": "json", "file": name})


def _played(play: _Play, path: str) -> Played:
    start = _unix(play.start, f"{path}.from")
    if (play.seconds is None) == (play.to is None):
        raise _Mistake(path, "cần một trong hai / write one of the two: seconds, to")
    ms = _ms(play.seconds, 1_000) if play.seconds is not None else _unix(play.to or play.start, f"{path}.to") - start
    return _checked(Played(play.game, play.publisher, start, ms, _label(play.label, f"{path}.label"), play.sure), path)


# --- CSV ------------------------------------------------------------------------------------------------------------------


def _rows(text: str, zone: str) -> Iterator[Played]:
    separator = max(",;\t", key=text.partition("\n")[0].count)
    lines = _lines(text, separator)
    columns = [cell.strip().casefold() for cell in next(lines, ("", []))[1]]
    length = _length_column(columns)
    for path, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(columns):
            raise _Mistake(path, f"có {len(cells)} ô, cần {len(columns)} / has {len(cells)} cells, not {len(columns)}")
        row = {column: cell.strip() for column, cell in zip(columns, cells, strict=True)}
        if not row["game"]:
            raise _Mistake(f"{path}, game", "thiếu trò chơi / the game is missing")
        start = _local(row["from"], zone, f"{path}, from")
        where = f"{path}, {length}"
        ms = _local(row["to"], zone, where) - start if length == "to" else _number(row[length], _UNITS[length], where)
        label = _label(row.get("label") or None, f"{path}, label")
        yield _checked(Played(row["game"], row.get("publisher") or None, start, ms, label), path)


def _lines(text: str, separator: str) -> Iterator[tuple[str, list[str]]]:
    """The cells of each line, and how a mistake calls the line. _Mistake where the quotes are not those of CSV."""
    lines = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
    begun = 1
    try:
        for cells in lines:
            yield f"dòng {lines.line_num} / line {lines.line_num}", cells
            begun = lines.line_num + 1
    except csv.Error as error:
        why = f'không đọc được: ô quá dài hoặc thiếu dấu " đóng / cannot be read: close its " and shorten its cells ({error})'
        raise _Mistake(f"dòng {begun} / line {begun}", why) from None


def _length_column(columns: list[str]) -> str:
    """The one that says how long; _Mistake if these are not the columns of a file of plays."""
    lengths = [column for column in columns if column in {"to", "seconds", "minutes"}]
    fits = {"from", "game"} <= set(columns) <= set(_COLUMNS) and len(set(columns)) == len(columns)
    if len(lengths) != 1 or not fits:
        wanted = "cần tên cột / needs names of columns: from, game, to|seconds|minutes, (publisher), (label)"
        raise _Mistake("dòng 1 / line 1", wanted)
    return lengths[0]


def _number(cell: str, unit: int, path: str) -> int:
    """A length in whole milliseconds."""
    if not _NUMBER.fullmatch(cell):
        raise _Mistake(path, f"{cell!r} không phải số / is no number")
    return int(Decimal(cell.replace(",", ".")) * unit)


def _local(text: str, zone: str, path: str) -> int:
    """A moment as RFC 3339, or as a date and a time of day at the place."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        why = f"{text!r} không phải thời điểm, ví dụ / is no moment, such as 2026-11-24 19:00"
        raise _Mistake(path, why) from None
    at = _unix(moment.replace(tzinfo=moment.tzinfo or UTC), path)
    return at if moment.tzinfo is not None else calendar(zone).moment(moment.toordinal(), at % DAY_MS)


# --- both -----------------------------------------------------------------------------------------------------------------


def _checked(play: Played, path: str) -> Played:
    if not 0 <= play.ms <= _LONGEST_MS:
        raise _Mistake(path, "kết thúc trước lúc bắt đầu, hoặc dài hơn 31 ngày / ends before it begins, or lasts over 31 days")
    return play


def _unix(moment: datetime, path: str) -> int:
    if moment.year not in _YEARS:
        raise _Mistake(path, f"năm ngoài khoảng / the year is outside {_YEARS[0]} to {_YEARS[-1]}")
    return (moment - _EPOCH) // _MILLISECOND


def _ms(value: float, unit: int) -> int:
    """Whole milliseconds, never rounded up."""
    return int(Decimal(repr(value)) * unit)


def _label(label: str | None, path: str) -> int | None:
    try:
        return None if label is None else label_age(label)
    except LabelError as error:
        raise _Mistake(path, str(error)) from None
