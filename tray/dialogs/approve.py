"""A guardian answers what a child asked for, with other minutes if they like and a word of their own."""

from __future__ import annotations

from typing import Final

from daemon.api.asking import RequestApprove, RequestDeny, RequestPart, RequestsGet
from i18n.message import Arg, Length, Message, Moment, msg
from tray.dialogs.model import CANCEL, MINUTES, Button, Choice, Dialog, Field, Next, Show, Stay, Values, told
from tray.dialogs.page import REFUSED, Start, UsageError, options
from tray.dialogs.values import MINUTE_MS, minutes
from words.answers import called, follows

TITLE: Final = msg("A request")
_DENY: Final = Button("deny", msg("No, not now"))


class Page:
    """Word: the id of the request."""

    def __init__(self, start: Start) -> None:
        self._ask, self._token = start.ask, start.token
        words, _ = options(start.words, 1)
        if not words:
            raise UsageError(msg("approve: which request?"))
        self._id = words[0]

    def open(self) -> Next:
        answer = self._ask(RequestsGet())
        found = next((one for one in answer.requests if one.id == self._id), None)
        if found is None or found.answer is not None:
            return Show(told(TITLE, msg("That request is not open any more.")), REFUSED)
        return Show(dialog(found, answer.zone))

    def press(self, button: str, values: Values) -> Next:
        reason = values.get("reason", "").strip()
        if button == _DENY.name:
            self._ask(RequestDeny(id=self._id, reason=reason, token=self._token))
            return Show(told(TITLE, msg("Answered: not now.")))
        ms = minutes(values["ms"]) if "ms" in values else None
        if isinstance(ms, Message):
            return Stay(ms)
        answer = self._ask(RequestApprove(id=self._id, ms=ms, reason=reason, token=self._token))
        return Show(told(TITLE, *follows(answer)))


def dialog(asked: RequestPart, zone: str) -> Dialog:
    what: Arg = asked.title or asked.game or msg("a program")
    who: dict[str, Arg] = {"player": called(asked.name, asked.player), "what": what, "time": Length(asked.ms)}
    if asked.program is not None:
        said = msg("{player} would like {what} to be let run.", **who)
    elif asked.lets:
        said = msg("{player} asks to play {what}", **who)
    elif asked.game is not None:
        said = msg("{player} asks for {what}: {time}", **who)
    else:
        said = msg("{player} asks for {time} more, for all games", **who)
    says: list[Arg] = [said]
    if asked.reason:
        says.append(msg("“{reason}”", reason=asked.reason))
    says.append(msg("Asked at {when}.", when=Moment(asked.asked, zone)))
    fields: tuple[Field, ...] = (Field("reason", msg("A word with your answer, if you like"), "long"),)
    if asked.program is None and not asked.lets:  # what is let through is so for good
        fields = (_minutes(asked.ms), *fields)
    yes = Button("approve", msg("Yes"))
    return Dialog(TITLE, tuple(says), fields, buttons=(yes, _DENY, CANCEL), first=fields[0].name)


def _minutes(ms: int) -> Field:
    """What was asked for is chosen, and among the choices."""
    wanted = f"{ms / MINUTE_MS:g}"
    choices = MINUTES
    if wanted not in {one.value for one in MINUTES} and ms % MINUTE_MS == 0:
        extra = Choice(wanted, msg("{n} minutes", n=ms // MINUTE_MS))
        choices = tuple(sorted((*MINUTES, extra), key=lambda one: int(one.value)))
    return Field("ms", msg("How long"), "minutes", wanted, choices, most=4)
