"""How a page calls what the verifier has ids for: kinds of findings, of gaps, of overrides, duties, places. Pure data."""

from __future__ import annotations

from typing import Final

from i18n.message import Arg, msg

PLACES: Final[dict[str, Arg]] = {
    "home": msg("a home"), "game-point": msg("a public game point"),
    "agent-without-games": msg("an Internet agent without games"),
}  # fmt: skip

DUTIES: Final[dict[str | None, Arg]] = {
    "enterprise": msg("the enterprise that offers the game"), "point": msg("the owner of a game point"),
    "player": msg("the player"), "household": msg("the household"),
}  # fmt: skip

ROLES: Final[dict[str, Arg]] = {"guardian": msg("a guardian"), "staff": msg("staff"), "player": msg("the player")}

FINDINGS: Final[dict[str, Arg]] = {
    "after-hours": msg("play outside the hours"), "over-cap": msg("play over the cap"),
    "label-above-age": msg("a game labelled for older ones"), "no-guardian": msg("play without a registered guardian"),
    "not-asked": msg("play that nobody had let through"), "no-break": msg("play without the break that was due"),
    "paused": msg("play while it was paused"), "unended": msg("play that was over and not ended"),
    "not-decidable": msg("plays that cannot be decided again"), "age": msg("different ages of one player"),
    "presence": msg("presence that does not fit the entries"), "heard": msg("seats heard later than they wrote"),
    "agent-silent": msg("silence of the agent"), "place-changed": msg("the place was changed"),
    "policy-changed": msg("the rules were changed"), "pack-text": msg("older texts of rules"),
    "own-pack": msg("rules of the place's own"), "pack": msg("texts of rules"), "clock-back": msg("clocks that went back"),
    "clock-jump": msg("clocks that jumped"), "zone": msg("a PC's time zone"), "issue": msg("trouble"),
    "late-play": msg("plays whose end nobody saw"), "overrun": msg("play that went on after its time was over"),
    "due-again": msg("plays that were due twice"), "silent": msg("silent seats"), "late": msg("entries that came late"),
    "guessing": msg("guessed PINs and codes"), "unchecked": msg("sums that cannot be added up again"),
    "guardians": msg("guardians"), "game": msg("games of the house"), "label": msg("lowered labels"),
    "programs": msg("refused programs"), "request": msg("answers without a request"), "pause": msg("pauses"),
    "enforcement-off": msg("times without any limit"), "usage-day": msg("days without a summary"),
    "clock-order": msg("entries out of order by the clock"), "clock-dip": msg("clocks that went back and ahead again"),
    "clock-play": msg("plays that the clock contradicts"), "clock-ahead": msg("seats ahead of the agent's clock"),
    "grant": msg("extra time that no entry tells of"), "approval": msg("games let through that no entry tells of"),
    "rules-behind": msg("decisions by rules that were changed before"), "old-cosignatures": msg("cosignatures that are old"),
    "ahead": msg("entries ahead of a witness"),
}  # fmt: skip

GAPS: Final[dict[str, Arg]] = {
    "stopped": msg("ended without a word, and nothing was watched"), "agent-silent": msg("the agent was silent"),
    "withheld": msg("heard, but its entries are missing"), "ran-on": msg("not enforced while the PC ran on"),
    "presence": msg("no sign of life"),
}  # fmt: skip

OVERRIDES: Final[dict[str, Arg]] = {
    "grant": msg("extra time"), "taken-back": msg("extra time taken back"), "allowed": msg("a game let through"),
    "label": msg("a game's label or kind set by the house"), "pause": msg("play paused"), "off": msg("no limit enforced"),
    "code": msg("a code by telephone"),
}  # fmt: skip
