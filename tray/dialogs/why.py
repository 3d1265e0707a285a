"""Why play is allowed or not: the decision, then rule by rule with its citation."""

from __future__ import annotations

from typing import Final

from daemon.api.messages import Why, WhyGet
from i18n.message import msg
from tray.dialogs.model import CLOSE, Dialog, End, Line, Next, Show, Values
from tray.dialogs.page import Start, options, own
from words.answers import decided, rule_by_rule
from words.layout import row

TITLE: Final = msg("Why?")


class Page:
    """Words: the player's id – without one, who plays under this account – and the game's."""

    def __init__(self, start: Start) -> None:
        self._ask = start.ask
        self._words, _ = options(start.words, 2)

    def open(self) -> Next:
        player = self._words[0] if self._words else own(self._ask)
        game = self._words[1] if len(self._words) > 1 else None
        return Show(dialog(self._ask(WhyGet(player=player, game=game))))

    def press(self, button: str, values: Values) -> Next:
        return End()


def dialog(answer: Why) -> Dialog:
    body = []
    for rule, says in rule_by_rule(answer):
        body += [Line(rule, head=True), Line(row(says))]
    if not body:
        body = [Line(msg("No rule is in force for that."))]
    return Dialog(TITLE, decided(answer), body=tuple(body), buttons=(CLOSE,))
