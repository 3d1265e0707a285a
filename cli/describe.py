"""Rules in words and rows, for `policy show`, `policy check` and `policy packs`."""

from __future__ import annotations

from collections.abc import Iterator

from cli.times import length
from rules.policy import AskFirst, Budget, Notice, Pack, Rating, Rule, Window

COLUMNS = (
    "Quy tắc / Rule",
    "Nội dung / What",
    "Cho ai / For",
    "Căn cứ / Citation",
    "Nghĩa vụ của / Duty of",
    "Đã kiểm / Checked",
)

_PER = {"game": "mỗi trò / each game", "publisher": "mỗi nhà phát hành / each publisher", "all": "mọi trò / all games"}
_DUTY = {
    "enterprise": "doanh nghiệp / enterprise",
    "point": "điểm / point",
    "player": "người chơi / player",
    "household": "gia đình / household",
}
STATUS = {"verified": "đã đối chiếu / verified", "unverified": "chưa đối chiếu / unverified"}


def rules_of(pack: Pack) -> Iterator[Rule]:
    """All rules of a pack, whatever they limit."""
    yield from pack.budgets
    yield from pack.windows
    yield from pack.ratings
    yield from pack.asks
    yield from pack.notices


def row(rule: Rule) -> tuple[str, ...]:
    """A rule as a row under COLUMNS."""
    return (
        rule.id,
        f"{rule.text.vi} / {rule.text.en} ({what(rule)})",
        ages(rule),
        rule.cite,
        _DUTY[rule.addressee],
        STATUS[rule.status],
    )


def document(rule: Rule) -> dict[str, object]:
    """A rule as JSON: what every kind says about itself, and in `what` what it limits."""
    return {
        "rule": rule.id, "cite": rule.cite, "status": rule.status, "text": rule.text.vi, "text_en": rule.text.en,
        "what": what(rule), "authority": rule.authority, "addressee": rule.addressee, "relax": rule.relax,
        "from_age": rule.from_age, "to_age": rule.to_age, "places": rule.places, "games": rule.games,
    }  # fmt: skip


def what(rule: Rule) -> str:
    """What a rule limits, with its numbers."""
    match rule:
        case Budget():
            return f"{' / '.join(length(rule.ms))} · {_PER[rule.per]}{_days(rule.days)}"
        case Window():
            return ", ".join(f"{clock(one.start)}–{clock(one.end)}{_days(one.days)}" for one in rule.spans)
        case Rating():
            return "nhãn tuổi / age label"
        case AskFirst():
            return (
                "hỏi trước, mọi trò / ask first, every game"
                if rule.which == "all"
                else "hỏi trước, trò chưa có nhãn / ask first, unrated games"
            )
        case Notice():
            return f"nhắc mỗi / shown every {' / '.join(length(rule.every_ms))}"
        case _:
            return ""


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
    """When a pack is in force."""
    if pack.effective_from is None and pack.effective_to is None:
        return "–"
    return " – ".join(f"{day:%d/%m/%Y}" if day else "…" for day in (pack.effective_from, pack.effective_to))


def _days(days: tuple[str, ...]) -> str:
    return f" ({', '.join(days)})" if days else ""
