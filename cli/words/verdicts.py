"""What may be played now and what comes next, in words. Never more is promised than the next verdict says."""

from __future__ import annotations

from cli.words.shell import quote
from cli.words.times import length
from rules.decision import Verdict

_THEN: dict[Verdict, tuple[str, str]] = {
    "allow": ("được chơi", "allowed"),
    "ask": ("phải hỏi trước", "ask first"),
    "refuse": ("không được chơi", "may not play"),
}
VERDICTS: dict[Verdict, str] = {verdict: " / ".join(words) for verdict, words in _THEN.items()}


def until(verdict: Verdict, when: str | None, then: Verdict | None, *, game: bool) -> str:
    """Until when a verdict holds and which comes `then`; "" if nothing ends it. Not for a `game`: by the rules over all games,
    after which each may have rules of its own.
    """
    if when is None:
        return ""
    if then is None or then == verdict or (verdict, then) == ("allow", "refuse"):
        return f"đến / until {when}"
    if then == "allow" and verdict == "ask":
        return f"từ {when} không phải hỏi / from {when} without asking"
    if then == "allow":
        return f"lại từ / again from {when}" if game else f"đến / until {when}"
    vi, en = _THEN[then]
    return f"đến {when}, rồi {vi} / until {when}, then {en}"


def allowing(player: str, name: str, game: str) -> str:
    """The command that lets a game through which has to be asked for. A name that a shell would not take as it is gives way to
    the player's id.
    """
    return f"giochoi game allow {name if quote(name) == name else player} {game}"


def granted(ms: float | None) -> tuple[str, str]:
    """What was added to a budget, to stand behind it; "" if nothing was."""
    if not ms:
        return "", ""
    vi, en = length(ms)
    return f" + {vi} gia hạn", f" + {en} granted"
