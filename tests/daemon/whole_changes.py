"""What becomes a game at a whole place while it runs, and which account another player's: dice of its own, as seeds are known
for what was found by others.
"""

from __future__ import annotations

from agent.api.players import PlayerSet
from agent.api.rulebook import GameAdd, GameRemove, PackUse, PolicyUse
from rules.games import Game
from tests.daemon.world import MINUTE

HIDDEN = ("hidden", "secret")
WEIGHTS = {"hide": 25, "know": 12, "unknow": 8, "move": 14, "strict": 6}


class Changes:
    """Of a WholePlace, whose `pc` it happens at."""

    def hide(self):
        """A game under a name that nobody knows, or that somebody may know by now."""
        if self.pc.live:
            self.pc.pid += 1
            self.log_on(who := self.pick("an", "an", "binh", "friend"))
            self.pc.world.platform.run(self.pc.pid, self.pick(*HIDDEN), who)
            self.advance(self.pick(500, 20_000, 10 * MINUTE))

    def know(self):
        """Under one of two ids, also both; for adults."""
        game = Game(id=self.pick("cave", "hole"), title="", label=18, label_source="VN18, x", names=(self.pick(*HIDDEN),))
        self.ask(GameAdd(game=game))
        self.advance(self.pick(0, 500, 20_000, 3 * MINUTE))

    def unknow(self):
        self.ask(GameRemove(game=self.pick("cave", "hole")))

    def move(self):
        """In two steps, as an account is one player's only."""
        for who in self.pick(("an",), ("binh",), ("an", "binh"), ("binh", "an")):
            self.ask(PlayerSet(player=who, account=None))
        self.advance(self.pick(0, 500, 20_000))
        one, other = self.pick(("an", "binh"), ("binh", "an"))
        self.ask(PlayerSet(player="an", account=one))
        self.ask(PlayerSet(player="binh", account=other))
        self.advance(self.pick(500, 20_000, 3 * MINUTE))

    def strict(self):
        """By the law's labels nobody of these plays a game for adults."""
        for target in ("an", "binh", "guest"):
            self.ask(PolicyUse(target=target, packs=(PackUse(id="vn-147"),)))
