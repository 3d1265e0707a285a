"""How a page calls what the verifier has ids for: kinds of findings, of gaps, of overrides, duties, places. Pure data."""

from __future__ import annotations

from typing import Final

from compliance.format.chain import AGENT
from i18n.message import Arg, msg

PLACES: Final[dict[str, Arg]] = {
    "home": msg("a home"), "game-point": msg("a public game point"),
    "agent-without-games": msg("an Internet agent without games"),
}  # fmt: skip

CARD: Final[dict[str, Arg]] = {"name": msg("Name"), "address": msg("Address"), "owner": msg("Owner")}

DUTIES: Final[dict[str | None, Arg]] = {
    "enterprise": msg("the enterprise that offers the game"), "point": msg("the owner of a game point"),
    "player": msg("the player"), "household": msg("the household"),
}  # fmt: skip

ROLES: Final[dict[str, Arg]] = {
    "guardian": msg("a guardian"), "staff": msg("whoever manages the place"), "player": msg("the player"),
}  # fmt: skip

# In the order in which a page tells them: what bears on play first, what is only operation last.
FINDINGS: Final[dict[str, Arg]] = {
    "unended": msg("play that was due, and no entry says that it ended"),
    "overrun": msg("play that went on after its time was over"),
    "paused": msg("play while it was paused"), "not-asked": msg("play that nobody had let through"),
    "label-above-age": msg("a game labelled for an older age"), "no-guardian": msg("play without a registered guardian"),
    "no-break": msg("play without the break that was due"), "after-hours": msg("play outside the hours"),
    "over-cap": msg("play over the cap"), "looser": msg("rules of a game point that ask less than before"),
    "no-law": msg("a public place without the law's rules for it"),
    "logged-on": msg("somebody logged on outside the opening hours"),
    "untold": msg("plays of which nobody says who was logged on"),
    "age-raised": msg("minors whose registered age was raised"),
    "learning-on": msg("games that were marked as not counting"),
    "erased-lately": msg("people who were erased right after they had played"),
    "gate-off": msg("PCs where a file switched off that games are refused before they run"),
    "age": msg("different ages of one player"), "age-set-right": msg("ages that were set right"),
    "heard": msg("seats that were heard after their last entry"),
    "presence": msg("presence that does not fit the entries"),
    "clock-play": msg("plays that the clock contradicts"), "usage-day": msg("days without a summary"),
    "clock-ahead": msg("seats ahead of the agent's clock"), "clock-dip": msg("clocks that went back and ahead again"),
    "clock-order": msg("entries out of order by the clock"), "clock-back": msg("clocks that went back"),
    "clock-jump": msg("clocks that jumped"), "ahead": msg("entries ahead of a witness"),
    "retired": msg("seats whose PC is said to be gone"), "retired-running": msg("seats that were retired while they ran"),
    "late": msg("entries that came late"),
    "own-pack": msg("rules of the place's own"), "pack-text": msg("older texts of rules"), "pack": msg("texts of rules"),
    "brought": msg("texts of rules that are missing from the file"), "place-changed": msg("the place was changed"),
    "place-zone": msg("the place's time zone was changed"), "no-zone": msg("time zones that this verifier does not know"),
    "policy-changed": msg("the rules were changed"),
    "label": msg("lowered labels"), "game": msg("games of the house"),
    "grant": msg("extra time that no entry tells of"), "approval": msg("games let through that no entry tells of"),
    "request": msg("answers without a request"), "enforcement-off": msg("times without any limit"),
    "pause": msg("pauses"), "late-play": msg("plays whose end nobody saw"),
    "due-again": msg("plays that were due twice"), "not-decidable": msg("plays that cannot be decided again"),
    "kept-undecided": msg("plays that cannot be decided again, for a reason that no ordinary place has"),
    "unchecked": msg("sums that cannot be added up again"), "old-cosignatures": msg("cosignatures that are old"),
    "early-cosignatures": msg("cosignatures of the future"),
    "silent": msg("silent seats"), "issue": msg("trouble"),
    "guessing": msg("guessed PINs and codes"),
    "zone": msg("a PC's time zone"), "player-key": msg("pseudonyms of more than one day"),
    "erased": msg("names beside the log whose deletion does not go with the entries"),
    "erasure": msg("names beside the log that were deleted"), "restored": msg("backups that were put back"),
    "warned": msg("warnings that do not go with their plays"), "paired": msg("entries that lack what belongs to them"),
    "learning": msg("play that does not count, and no entry says why"),
}  # fmt: skip

# Against no article, but nothing that an honest place has without a reason; `heard` is also a gap, and counted as that.
ODD: Final = frozenset({
    "unended", "overrun", "paused", "not-asked", "label-above-age", "no-guardian",
    "no-break", "after-hours", "over-cap", "looser", "age", "logged-on",
    "presence", "clock-play", "usage-day", "clock-ahead", "ahead", "pack-text", "player-key",
    "warned", "paired", "learning", "pack", "retired-running", "erased",
    "no-zone", "kept-undecided",
})  # fmt: skip

# At home these are the family's; elsewhere whoever must keep the rules made them laxer, or has less to show than there
# was, or other times.
ODD_OF_OTHERS: Final = frozenset({
    "label", "own-pack", "restored", "enforcement-off", "clock-back", "place-zone", "no-law",
    "age-raised", "learning-on", "erased-lately", "gate-off",
})  # fmt: skip

GAPS: Final[dict[str, Arg]] = {
    "lost": msg("ended without a word, and nothing was watched"), "agent-silent": msg("the agent was silent"),
    "withheld": msg("heard, but its entries are missing"), "ran-on": msg("not enforced while the PC ran on"),
    "restored": msg("what came after the backup that was put back is missing"),
    "retired": msg("said to be gone, but its PC went on"),
}  # fmt: skip


def recorder(name: str) -> Arg:
    """Who writes entries: a seat by its name, or the agent."""
    return msg("the agent") if name == AGENT else name


OVERRIDES: Final[dict[str, Arg]] = {
    "grant": msg("extra time"), "taken-back": msg("extra time taken back"), "allowed": msg("a game let through"),
    "label": msg("a game's label or kind set by the house"), "pause": msg("play paused"), "off": msg("no limit enforced"),
    "code": msg("a code by telephone"),
}  # fmt: skip
