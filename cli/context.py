"""What every command gets beside its own arguments."""

from __future__ import annotations

from functools import cached_property

from cli.output import Output
from host.homes import Home, client_home


class Context:
    """`out` takes the answer; `home` says where agent and daemon listen, and is looked for only when somebody asks."""

    def __init__(self, home: str | None, out: Output) -> None:
        self._given = home
        self.out = out

    @cached_property
    def home(self) -> Home:
        """The home to talk to. HomeError if it cannot be one."""
        return client_home(self._given)
