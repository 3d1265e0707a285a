"""What all cases share: the servers, the accounts, and two file systems of their own that the gate guards, and no others.

The daemon knows the games of these tests only, so nobody else's programs are refused or ended while they run.
"""

from __future__ import annotations

import json
import os
import pwd
import warnings
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import psutil

from tests import slices
from tests.accounts import account, end_all
from tests.disks import disk
from tests.end_to_end.conftest import House
from tests.system import zone_with_noon

CONFIG = '[gate]\nmounts = ["{shop}", "{desk}"]\n'
OWN_GAMES = "[catalogue]\nshipped = false\n"
# A play that has to end is killed a second after it was asked: what a player does with the time to save is no case here.
HASTE = """
id = "haste"
jurisdiction = "house"
zone = "Asia/Ho_Chi_Minh"
source = "tests"
status = "verified"
grace_seconds = 1
title = { vi = "Nhanh", en = "Haste" }
[[notice]]
id = "none"
cite = "tests"
authority = "house"
addressee = "household"
every_minutes = 1440
text = { vi = "Nhanh", en = "Haste" }
"""


class Ring:
    """`shop`: where root puts games. `desk`: the children's own disk. Nobody else's files are on either. `strict` is the
    account of Bi, who runs only what an administrator installed; `wild` that of Lu, who starts games by the hundred:
    for a minute no more of that account's begin a play.
    """

    def __init__(self, folder: Path, kind: str) -> None:
        folder.chmod(0o755)
        self.folder, self.shop, self.desk = folder, folder / "shop", folder / "desk"
        self.house, self.kind = House(folder / "home"), kind
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            for place in (self.shop, self.desk, self.house.home):
                place.mkdir()
                place.chmod(0o755)
            stack.enter_context(disk(self.kind, self.shop))
            stack.enter_context(disk(self.kind, self.desk))
            self.child, self.friend, self.strict, self.wild = self.accounts = tuple(
                stack.enter_context(account(self.desk / name)) for name in ("child", "friend", "strict", "wild")
            )
            for one in self.accounts:
                Path(one.pw_dir).chmod(0o755)
            stack.callback(self.house.close)
            self.house.configure("daemon", CONFIG.format(shop=self.shop, desk=self.desk))
            self.house.configure("agent", OWN_GAMES)
            self.house.start()
            self._furnish()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
        for one in self.accounts:
            slices.remove(one.pw_uid)

    def _furnish(self) -> None:
        self.house("place", "set", "home", "--zone", zone_with_noon())
        pack = self.folder / "haste.toml"
        pack.write_text(HASTE, "utf-8")
        self.house("player", "add", "Na", "--born", "2014-05-01", "--account", self.child.pw_name)
        self.house("policy", "use", "Na", str(pack))
        self.house("player", "add", "Lu", "--born", "2014-05-01", "--account", self.wild.pw_name)
        self.house("policy", "use", "Lu", str(pack))
        self.house("player", "add", "Bi", "--born", "2014-05-01", "--account", self.strict.pw_name)
        self.house("player", "set", "Bi", "--unknown", "refused")
        assert self.house.json("status")["daemon"]["watch"] == "gate"

    def processes(self) -> list[int]:
        """Pids of both servers, and of what they started."""
        servers = [psutil.Process(server.pid) for server in self.house.servers.values()]
        return [one.pid for server in servers for one in (server, *server.children(recursive=True))]

    def as_(self, who: pwd.struct_passwd, work: Callable[[], Any]) -> Any:
        """What `work()` says in a child process of this account's; as JSON has it."""
        ours, theirs = os.pipe()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # we fork beside the thread of pytest-timeout
            child = os.fork()
        if not child:
            try:
                os.setgroups([])
                os.setgid(who.pw_gid)
                os.setuid(who.pw_uid)
                os.write(theirs, json.dumps(work()).encode())
            finally:
                os._exit(0)
        os.close(theirs)
        with os.fdopen(ours, encoding="utf-8") as said:
            answer = said.read()
        os.waitpid(child, 0)
        return json.loads(answer)

    def clear(self) -> None:
        """End whatever these accounts still run."""
        end_all(*(one.pw_uid for one in self.accounts))
