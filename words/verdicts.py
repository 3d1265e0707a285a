"""What may be played now and what comes next, in words. Never more is promised than the next verdict says."""

from __future__ import annotations

from typing import Final

from i18n.message import Arg, Length, Message, Moment, msg
from rules.verdict import Verdict
from words.shell import typed_as, whole

VERDICTS: Final[dict[Verdict, Message]] = {"allow": msg("allowed"), "ask": msg("ask first"), "refuse": msg("may not play")}
UNKNOWN_VALUES: Final[dict[str, Message]] = {"listed": msg("listed"), "counts": msg("count"), "refused": msg("refused")}
UNKNOWN_SHORT: Final[dict[str, Message]] = {
    "counts": msg("unknown programs count as a game"), "refused": msg("unknown programs are refused"),
}  # fmt: skip
"""What `listed`, with which nothing is limited, has nothing to add to."""
UNKNOWN_SAID: Final[dict[str, Message]] = {
    "listed": msg("programs that nobody named or installed may run, and are listed"),
    "counts": msg("programs that nobody named or installed count as one game, but those that a guardian let through"),
    "refused": msg("runs only installed programs, and what a guardian let through"),
}  # fmt: skip
"""What is done with unknown programs, by the setting."""


def until(verdict: Verdict, when: Moment | None, then: Verdict | None, *, game: bool) -> Arg:
    """Until when a verdict holds and which comes `then`; "" if nothing ends it. Not for a `game`: by the rules over all games,
    after which each may have rules of its own.
    """
    if when is None:
        return ""
    if then is None or then == verdict or (verdict, then) == ("allow", "refuse"):
        return msg("until {when}", when=when)
    if then == "allow" and verdict == "ask":
        return msg("from {when} without asking", when=when)
    if then == "allow":
        return msg("again from {when}", when=when) if game else msg("from {when} at the earliest", when=when)
    return msg("until {when}, then {verdict}", when=when, verdict=VERDICTS[then])


def asking(player: str, name: str, game: str) -> Message:
    """The verdict on a game that has to be asked for, with the command that lets it through."""
    return msg("ask first; a guardian lets it through with: {command}", command=letting(player, name, game))


def letting(player: str, name: str, game: str) -> str:
    """The command that lets a game through, in one piece. A name that a shell would not take gives way to the player's id."""
    return whole(f"giochoi game allow {typed_as(name, player)} {game}")


def because(text: Arg, granted_ms: float | None, cite: str, extended: Moment | None = None) -> Message:
    """The rule that made it so, and what was added to its budget, or until when it is put off. A pause cites nothing."""
    if not cite:
        return msg("because: {rule}", rule=text)
    if extended is not None:
        return msg("because: {rule}, extended until {when} [{cite}]", rule=text, when=extended, cite=cite)
    if not granted_ms:
        return msg("because: {rule} [{cite}]", rule=text, cite=cite)
    return msg("because: {rule} + {more} given [{cite}]", rule=text, more=Length(int(granted_ms)), cite=cite)
