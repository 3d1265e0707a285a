"""A pause: for a while a guardian lets somebody play nothing. It is a fact, no rule of a pack, so no grant relaxes it."""

from __future__ import annotations

from typing import Final

from i18n.message import Message, Moment, msg
from rules.decision import Reason
from rules.facts import Pause

PAUSE: Final = "pause"
"""Stands where a reason, or an entry of the log, names a rule."""


def paused_text(pause: Pause) -> Message:
    if pause.at:
        return msg("plays at {seat} now: on one PC at a time", seat=pause.at)
    if pause.until is None:
        return msg("paused by a guardian")
    return msg("paused by a guardian until {until}", until=Moment(pause.until, pause.zone))


def reason(pause: Pause) -> Reason:
    return Reason(PAUSE, "", paused_text(pause), "pause", "", {})
