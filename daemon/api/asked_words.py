"""What was asked for, and the answer, in words: for signals, lists and menus."""

from __future__ import annotations

from daemon.api.asking import Answer, RequestPart
from i18n.message import Arg, Length, Message, msg


def wish(part: RequestPart) -> Message:
    """Who asks for what."""
    told: dict[str, Arg] = {"player": part.name, "what": part.title or "", "more": Length(part.ms)}
    if part.program is not None:
        return msg("{player} asks to run {what}", **told)
    if part.lets:
        return msg("{player} asks to play {what}", **told)
    if part.game is not None:
        return msg("{player} asks for {more} more of {what}", **told)
    return msg("{player} asks for {more} more", **told)


def withdrawn(part: RequestPart) -> Message:
    """What a guardian need not answer any more."""
    return msg("Taken back: {said}", said=wish(part))


def answered(part: RequestPart, answer: Answer) -> Message:
    """What the answer was, to whoever asked."""
    told: dict[str, Arg] = {"what": part.title or "", "more": Length(answer.ms or 0), "reason": answer.reason}
    if answer.withdrawn:
        return msg("Taken back")
    if not answer.approved:
        return msg("No: {reason}", **told) if answer.reason else msg("No", **told)
    if answer.ms is None:
        return msg("Yes: {what} is let through", **told)
    return msg("Yes: {more} more of {what}", **told) if part.title else msg("Yes: {more} more", **told)
