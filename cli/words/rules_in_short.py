"""Rules in a few words, for `policy show`, `policy check` and `policy packs`. In sentences: cli.words.rules_in_sentences."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import singledispatch

from cli.words.both_languages import both_of
from cli.words.days import short
from cli.words.times import both, length
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
    Span,
    Uncounted,
    Window,
)

_PER = {"game": "mỗi trò / each game", "publisher": "mỗi nhà phát hành / each publisher", "all": "mọi trò / all games"}
_PERIOD = {"day": "một ngày / a day", "week": "một tuần / a week", "month": "một tháng / a month"}
_DUTY = {
    "enterprise": "doanh nghiệp / enterprise",
    "point": "chủ điểm / point",
    "player": "người chơi / player",
    "household": "gia đình / household",
}
_PLACES = {
    "home": "ở nhà / at home",
    "game-point": "điểm trò chơi / game point",
    "agent-without-games": "đại lý không trò chơi / agent without games",
}
STATUS = {"verified": "đã đối chiếu / verified", "unverified": "chưa đối chiếu / unverified"}
_WHAT: dict[type[Rule], str] = {
    Rating: "không dưới nhãn tuổi / not under the age label",
    NeedsGuardian: "phải có người giám hộ đăng ký / a guardian has to be registered",
    Uncounted: "không tính giờ / not counted",
}
_KINDS: dict[type[Rule], str] = {
    Budget: "budget", Window: "window", Break: "break", Rating: "rating", NeedsGuardian: "guardian", AskFirst: "ask",
    Notice: "notice", Uncounted: "uncounted", Save: "save",
}  # fmt: skip


def block(rule: Rule) -> Iterator[str]:
    """A rule in a few lines: what its pack says, what it limits, whom and whose duty it is, where it is from."""
    yield both_of(rule.text).vi
    yield both_of(rule.text).en
    yield what(rule)
    yield " · ".join((*whom(rule), _DUTY[rule.addressee]))
    yield f"{rule.cite} · {STATUS[rule.status]}" if rule.authority == "law" else rule.cite


def document(rule: Rule) -> dict[str, object]:
    """A rule as JSON: what every kind says about itself, and in `what` what it limits."""
    return {
        "rule": rule.id, "kind": _KINDS[type(rule)], "cite": rule.cite, "status": rule.status, "text": both_of(rule.text).vi,
        "text_en": both_of(rule.text).en, "what": what(rule), "authority": rule.authority, "addressee": rule.addressee,
        "relax": rule.relax, "from_age": rule.from_age, "to_age": rule.to_age, "places": rule.places, "games": rule.games,
        "group": rule.group or None, "from_label": rule.from_label, "to_label": rule.to_label, **_numbers(rule),
    }  # fmt: skip


@singledispatch
def _numbers(rule: Rule) -> dict[str, object]:
    """The fields of its own kind; lengths in seconds, times of day as HH:MM."""
    return {}


@_numbers.register
def _(rule: Budget) -> dict[str, object]:
    pause = rule.pause_ms / 1000 if rule.period == "session" else None
    return {"seconds": rule.ms / 1000, "per": rule.per, "period": rule.period, "pause_s": pause, **_usual(rule)}


@_numbers.register
def _(rule: Window) -> dict[str, object]:
    spans = [{"from": clock(one.start), "to": clock(one.end), "days": one.days} for one in rule.spans]
    return {"spans": spans, "advisory": rule.advisory}


@_numbers.register
def _(rule: Break) -> dict[str, object]:
    return {"after_s": rule.after_ms / 1000, "rest_s": rule.rest_ms / 1000, **_usual(rule)}


@_numbers.register
def _(rule: AskFirst) -> dict[str, object]:
    return {"which": rule.which}


@_numbers.register
def _(rule: Notice) -> dict[str, object]:
    return {"every_s": rule.every_ms / 1000}


@_numbers.register
def _(rule: Save) -> dict[str, object]:
    return {"seconds": rule.ms / 1000}


def _usual(rule: Budget | Break) -> dict[str, object]:
    return {"days": rule.days, "advisory": rule.advisory}


@singledispatch
def what(rule: Rule) -> str:
    """What a rule limits, with its numbers."""
    return _WHAT[type(rule)]


@what.register
def _(rule: Budget) -> str:
    period = _PERIOD.get(rule.period) or f"một phiên, nghỉ {' / a session, pause '.join(length(rule.pause_ms))}"
    return _advice(rule) + f"{both(rule.ms)} · {_PER[rule.per]} · {period}{_days(rule.days)}"


@what.register
def _(rule: Window) -> str:
    return _advice(rule) + "; ".join(f"{hours(one)}{_days(one.days)}" for one in rule.spans)


@what.register
def _(rule: Break) -> str:
    return _advice(rule) + f"chơi / play {both(rule.after_ms)} → nghỉ / rest {both(rule.rest_ms)}{_days(rule.days)}"


@what.register
def _(rule: AskFirst) -> str:
    return {"all": "hỏi trước / ask first", "unrated": "hỏi trước, trò chưa có nhãn / ask first, unrated games"}[rule.which]


@what.register
def _(rule: Notice) -> str:
    return f"nhắc mỗi / shown every {both(rule.every_ms)}"


@what.register
def _(rule: Save) -> str:
    return f"để lưu lại / to save: {both(rule.ms)}"


def whom(rule: Rule) -> Iterator[str]:
    """Whom a rule binds, where, and which games it is about."""
    yield ages(rule)
    yield from (_PLACES[place] for place in rule.places)
    if rule.games:
        group = f"{rule.group}: " if rule.group else ""
        yield f"trò / games {group}{', '.join(rule.games)}"
    if (rule.from_label, rule.to_label) != (None, None):
        yield f"nhãn / labels {rule.from_label or 0}{'+' if rule.to_label is None else f'–{rule.to_label - 1}'}"


def hours(span: Span) -> str:
    return f"{clock(span.start)}–{clock(span.end)}"


def clock(ms: int) -> str:
    """A time of day, 24:00 for the end of the day."""
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}"


def ages(rule: Rule) -> str:
    match rule.from_age, rule.to_age:
        case None, None:
            return "mọi người / everybody"
        case None, to:
            return f"dưới / under {to}"
        case start, None:
            return f"từ / from {start}"
        case start, to:
            return f"{start}–{(to or 0) - 1}"


def effective(pack: Pack) -> str:
    """The first and the last day on which a pack is in force."""
    if pack.effective_from is None and pack.effective_to is None:
        return "–"
    last = None if pack.effective_to is None else pack.effective_to - timedelta(days=1)
    return " – ".join(f"{day:%d/%m/%Y}" if day else "…" for day in (pack.effective_from, last))


def _advice(rule: Budget | Window | Break) -> str:
    return "khuyến nghị / advice: " if rule.advisory else ""


def _days(days: tuple[DayKind, ...]) -> str:
    return f" ({' / '.join(short(days))})" if days else ""
