"""A pack in plain sentences, for whoever has to live with it: who, when, how much, whose duty, and who may relax it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import singledispatch

from cli.words.both_languages import both_of
from cli.words.days import Both, spoken
from cli.words.rules_in_short import hours
from cli.words.times import length
from i18n.message import Text
from rules.policy import (
    AskFirst,
    Break,
    Budget,
    DayKind,
    NeedsGuardian,
    Notice,
    Pack,
    Rating,
    Rule,
    Save,
    Uncounted,
    Window,
)

Groups = Mapping[str, Text]  # the names that a pack gives to its groups of games

_PLACES: dict[str, Both] = {
    "home": ("ở nhà", "at home"),
    "game-point": ("tại điểm trò chơi điện tử công cộng", "at a public game point"),
    "agent-without-games": ("tại đại lý Internet không có trò chơi", "at an Internet agent without games"),
}
_DUTIES: dict[str, Both] = {
    "enterprise": (
        "Luật đặt nghĩa vụ này lên doanh nghiệp cung cấp trò chơi",
        "The law lays this duty on the enterprise that supplies the game",
    ),
    "point": ("Luật đặt nghĩa vụ này lên chủ điểm", "The law lays this duty on whoever runs the point"),
    "player": ("Luật đặt nghĩa vụ này lên người chơi", "The law lays this duty on the player"),
    "household": ("Luật đặt nghĩa vụ này lên gia đình", "The law lays this duty on the household"),
}
_HOUSE = ("Đây là quy tắc của gia đình, không phải luật", "This is a rule of the house, not of law")
_ROLES: dict[str, Both] = {"guardian": ("người giám hộ", "a guardian"), "staff": ("nhân viên của điểm", "the point's staff")}
_SCOPES: dict[str, Both] = {
    "game": ("tính riêng từng trò", "each game by itself"),
    "publisher": ("tính chung các trò của cùng một nhà phát hành", "all games of one publisher together"),
    "all": ("tính chung mọi trò", "all games together"),
}
_PERIODS: dict[str, Both] = {"day": ("một ngày", "a day"), "week": ("một tuần", "a week"), "month": ("một tháng", "a month")}
_WEEK: tuple[DayKind, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@singledispatch
def says(rule: Rule, groups: Groups) -> Both:
    """What a rule says, as one sentence without its end."""
    return both_of(rule.text).vi, both_of(rule.text).en


@says.register
def _(rule: Budget, groups: Groups) -> Both:
    return _advised(rule, *_budget(rule, _who(rule), _games(rule, groups)))


@says.register
def _(rule: Window, groups: Groups) -> Both:
    return _advised(rule, *_window(rule, _who(rule), _games(rule, groups)))


@says.register
def _(rule: Break, groups: Groups) -> Both:
    who, games, days = _who(rule), _games(rule, groups), _on(rule.days)
    after, rest = length(rule.after_ms), length(rule.rest_ms)
    return _advised(
        rule,
        f"{who[0]} chơi liền {after[0]}{games[0]} thì phải nghỉ {rest[0]}{days[0]}",
        f"{who[1]} has to rest {rest[1]} after playing {after[1]}{games[1]}{days[1]}",
    )


@says.register
def _(rule: Rating, groups: Groups) -> Both:
    who, (vi, en) = _who(rule), _which(rule, groups)
    return (
        f"{who[0]} chỉ chơi trò{vi} có nhãn tuổi không lớn hơn tuổi mình; chưa biết tuổi thì chỉ chơi trò nhãn 00",
        f"{who[1]} plays only games{en} whose age label is not above their age; of unknown age, only label 00",
    )


@says.register
def _(rule: NeedsGuardian, groups: Groups) -> Both:
    who, games = _who(rule), _games(rule, groups)
    return (
        f"{who[0]} chỉ được chơi{games[0]} sau khi cha mẹ hoặc người giám hộ đã đăng ký",
        f"{who[1]} may play{games[1]} only once a parent or guardian is registered",
    )


@says.register
def _(rule: AskFirst, groups: Groups) -> Both:
    who = _who(rule)
    if rule.which == "unrated":
        vi, en = _game(rule, groups, ("trò", "a game"))
        vi, en = f"{vi} chưa có nhãn tuổi", f"{en} without an age label"
    else:
        vi, en = _game(rule, groups, ("bất kỳ trò nào", "any game"))
        if (rule.from_label, rule.to_label) != (None, None):
            vi, en = f"{vi}, hoặc chưa có nhãn,", f"{en}, or without a label,"
    return (
        f"{who[0]} muốn chơi {vi} thì phải được người giám hộ đồng ý trước, một lần cho mỗi trò",
        f"{who[1]} needs a guardian's approval before playing {en.rstrip(',')}, once for each game",
    )


@says.register
def _(rule: Notice, groups: Groups) -> Both:
    every = length(rule.every_ms)
    return (
        f"Cứ chơi thêm {every[0]} trong ngày, màn hình lại hiện dòng chữ: “{both_of(rule.text).vi}”",
        f"After every further {every[1]} of play in a day the screen shows: “{both_of(rule.text).en}”",
    )


@says.register
def _(rule: Uncounted, groups: Groups) -> Both:
    games = _games(rule, groups)
    return (
        f"Ở nhà, thời gian dùng{games[0]} không tính vào giờ chơi và không phải nghỉ giữa giờ",
        f"At home, time with{games[1]} does not count as play and needs no break",
    )


@says.register
def _(rule: Save, groups: Groups) -> Both:
    extra, game = length(rule.ms), _game(rule, groups, ("trò chơi", "a game"))
    return (
        f"Khi hết giờ, {game[0]} có {extra[0]} để lưu lại rồi mới bị đóng",
        f"When time is up, {game[1]} has {extra[1]} to save before it is closed",
    )


def _budget(rule: Budget, who: Both, games: Both) -> Both:
    scope, most, days = _SCOPES[rule.per], length(rule.ms), _on(rule.days)
    if rule.ms == 0:
        vi, en = f"{who[0]} không được chơi{games[0]}{days[0]}", f"{who[1]} may not play{games[1]} at all{days[1]}"
    elif rule.period == "session":
        pause = length(rule.pause_ms)
        vi = f"{who[0]} được chơi liền{games[0]} tối đa {most[0]}{days[0]}, {scope[0]}; nghỉ {pause[0]} mới tính là phiên khác"
        en = f"{who[1]} may play{games[1]} at most {most[1]} in one go{days[1]}, {scope[1]}; {pause[1]} of pause end it"
    else:
        period = _PERIODS[rule.period]
        vi = f"{who[0]} được chơi{games[0]} tối đa {most[0]} {period[0]}{days[0]}, {scope[0]}"
        en = f"{who[1]} may play{games[1]} at most {most[1]} {period[1]}{days[1]}, {scope[1]}"
    return vi, en


def _window(rule: Window, who: Both, games: Both) -> Both:
    groups: dict[tuple[DayKind, ...], list[str]] = {}
    for span in rule.spans:
        groups.setdefault(span.days, []).append(hours(span))
    vi = [f"{', '.join(spans)}{_on(days)[0]}" for days, spans in groups.items()]
    en = [f"{', '.join(spans)}{_on(days)[1]}" for days, spans in groups.items()]
    named = {day for days in groups for day in days or _WEEK}
    left_out = ("", "") if named >= set(_WEEK) else ("; ngày khác không", "; on other days not at all")
    return (
        f"{who[0]} chỉ được chơi{games[0]} trong khung giờ {'; '.join(vi)}{left_out[0]}",
        f"{who[1]} may play{games[1]} only during {'; '.join(en)}{left_out[1]}",
    )


def _advised(rule: Budget | Window | Break, vi: str, en: str) -> Both:
    if not rule.advisory:
        return vi, en
    return f"Khuyến nghị: {vi[0].lower()}{vi[1:]}", f"Advice: {en[0].lower()}{en[1:]}"


def _who(rule: Rule) -> Both:
    first, last = rule.from_age, rule.to_age
    if first is None and last is None:
        vi, en = ("Mọi người", "Everybody") if rule.authority == "law" else ("Người chơi", "The player")
    elif first is None:
        vi, en = f"Người dưới {last} tuổi", f"Whoever is under {last}"
    elif last is None:
        vi, en = f"Người từ {first} tuổi", f"Whoever is {first} or older"
    else:
        vi, en = f"Người từ {first} đến dưới {last} tuổi", f"Whoever is {first} or older and under {last}"
    places = [_PLACES[place] for place in rule.places]
    if places:
        vi = f"{vi} {' hoặc '.join(place[0] for place in places)}"
        en = f"{en} {' or '.join(place[1] for place in places)}"
    return vi, en


def _games(rule: Rule, groups: Groups) -> Both:
    """Which games, where not all, to stand behind "play"."""
    vi, en = _which(rule, groups)
    return (vi, en) if rule.games or not vi else (f" trò{vi}", f" games{en}")


def _game(rule: Rule, groups: Groups, every: Both) -> Both:
    """One of the rule's games, to be the subject or the object of a sentence; `every` where it is any game."""
    vi, en = _which(rule, groups)
    if rule.games:
        return f"trò{vi}", en.strip()
    return (f"trò{vi}", f"a game{en}") if vi else every


def _which(rule: Rule, groups: Groups) -> Both:
    """By the group's name or one by one, and by label."""
    vi, en = "", ""
    if rule.games:
        names = ", ".join(rule.games)
        group = groups.get(rule.group, Text(rule.group, rule.group))
        vi, en = (f" “{group.vi}” ({names})", f" “{group.en}” ({names})") if rule.group else (f" {names}", f" {names}")
    first, last = rule.from_label, rule.to_label
    if last is None:
        return (vi, en) if first is None else (f"{vi} có nhãn {first}+ trở lên", f"{en} labelled {first}+ or higher")
    if first is None:
        return f"{vi} có nhãn dưới {last}+", f"{en} labelled under {last}+"
    return f"{vi} có nhãn từ {first}+ đến dưới {last}+", f"{en} labelled from {first}+ to under {last}+"


def _on(days: tuple[DayKind, ...]) -> Both:
    if not days:
        return "", ""
    vi, en = spoken(days)
    return f" vào {vi}", f" on {en}" if not en.startswith("every") else f" {en}"


def duty(rule: Rule) -> Both:
    """Whose duty, and who may relax it."""
    if isinstance(rule, Budget | Window | Break) and rule.advisory:
        return "Chỉ là lời khuyên, không bị bắt buộc", "This is only advice and is not enforced"
    whose = _DUTIES[rule.addressee] if rule.authority == "law" else _HOUSE
    if not rule.relax:
        return f"{whose[0]}; không ai được nới", f"{whose[1]}; nobody may relax it"
    roles = [_ROLES[role] for role in rule.relax]
    vi, en = " và ".join(role[0] for role in roles), " and ".join(role[1] for role in roles)
    return f"{whose[0]}; {vi} được nới", f"{whose[1]}; {en} may relax it"


def known_to(pack: Pack) -> Both | None:
    """How long its holidays are known; None if it has none."""
    if not pack.holidays and not pack.workdays:
        return None
    if pack.known_to is None:
        return "ngày nghỉ lễ như đã ghi trong gói", "holidays as the pack lists them"
    last = f"{pack.known_to - timedelta(days=1):%d/%m/%Y}"
    return (
        f"ngày nghỉ lễ biết đến hết {last}; sau đó danh sách có thể thiếu hoặc đổi",
        f"holidays are known to the end of {last}; after that some may be missing or moved",
    )


def in_force(pack: Pack) -> Both:
    """On which dates its rules hold."""
    first, last = pack.effective_from, None if pack.effective_to is None else pack.effective_to - timedelta(days=1)
    match first, last:
        case None, None:
            return "không ghi ngày bắt đầu và kết thúc", "no first and no last day given"
        case date(), None:
            return f"từ {first:%d/%m/%Y}", f"from {first:%d/%m/%Y}"
        case None, date():
            return f"đến hết {last:%d/%m/%Y}", f"to the end of {last:%d/%m/%Y}"
        case _:
            return f"từ {first:%d/%m/%Y} đến hết {last:%d/%m/%Y}", f"from {first:%d/%m/%Y} to the end of {last:%d/%m/%Y}"


def ends(pack: Pack) -> Iterator[Both]:
    """What the pack says about ends, where it says something."""
    if pack.warn_ms is not None:
        vi, en = zip(*(length(ms) for ms in pack.warn_ms), strict=True)
        yield f"báo trước khi hết giờ: {', '.join(vi)}", f"warns before time is up: {', '.join(en)}"
    if pack.grace_ms is not None:
        grace = length(pack.grace_ms)
        yield f"từ lúc yêu cầu đóng đến lúc bị đóng: {grace[0]}", f"from the request to close to the end: {grace[1]}"
