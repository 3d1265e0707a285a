"""The rules in force for a player, in words."""

from __future__ import annotations

from typing import Final

from daemon.api.messages import RulesGet, RulesInForce
from i18n.message import msg
from tray.dialogs.model import CLOSE, Dialog, End, Line, Next, Show, Values
from tray.dialogs.page import Start, options, own
from words.answers import called, cited
from words.layout import row

TITLE: Final = msg("The rules")


class Page:
    """Word: the player's id; without one, who plays under this account."""

    def __init__(self, start: Start) -> None:
        self._ask = start.ask
        self._words, _ = options(start.words, 1)

    def open(self) -> Next:
        return Show(dialog(self._ask(RulesGet(player=self._words[0] if self._words else own(self._ask)))))

    def press(self, button: str, values: Values) -> Next:
        return End()


def dialog(answer: RulesInForce) -> Dialog:
    body: list[Line] = []
    for pack in answer.packs:
        body.append(Line(pack.title, head=True))
        for rule in pack.rules:
            advice = msg("(only advice)") if rule.advisory else ""
            body.append(Line(row(("•", rule.text, advice, cited(rule.rule, rule.cite)), " ")))
    said = msg("These rules hold for {player}. A guardian can change them.", player=called(answer.name, answer.player))
    if not body:
        said = msg("No rule limits {player} yet.", player=called(answer.name, answer.player))
    return Dialog(TITLE, (said,), body=tuple(body), buttons=(CLOSE,))
