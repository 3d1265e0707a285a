"""A PC of a whole place: it can be off, asleep, out of reach, without power in the middle of a write, or its disk full."""

from __future__ import annotations

import sqlite3

from tests.daemon.world import World

WRITES = ("INSERT", "UPDATE", "DELETE", "COMMIT", "ALTER", "CREATE")


class PowerCut(BaseException):
    """No handler of errors gets in its way."""


class Disk:
    """Stands between a store and SQLite. `left`: how many writes there are before the power is gone; `full` for so long."""

    def __init__(self, database):
        self.database, self.left, self.full = database, None, 0

    def __getattr__(self, name):
        return getattr(self.database, name)

    def execute(self, sql, *arguments):
        if self.left is not None and sql.startswith(WRITES):
            self.left -= 1
            if self.left < 0:
                raise PowerCut
        if self.full > 0 and sql == "COMMIT":
            raise sqlite3.OperationalError("database or disk is full")
        return self.database.execute(sql, *arguments)


class Pc:
    """`off`: for how long it has been, if it is; `up`: its daemon runs; `joined`: as which seat, "" for the agent's own."""

    def __init__(self, folder, clock):
        self.clock, self.world = clock, World(folder, clock)
        self.up = self.asleep = False
        self.off, self.pid, self.reached, self.joined = 0, 100, True, ""

    @property
    def live(self):
        return self.up and not self.asleep

    def start(self):
        if self.off:
            self.clock.reboot(self.off)
            self.off = 0
        self.world.start()
        self.disk = self.world.daemon.store.db = Disk(self.world.daemon.store.db)
        self.up = True
        self.world.beat()

    def end(self, how, *, power):
        """`how` its daemon ends: World.kill or World.stop."""
        how(self.world)
        self.up = False
        if power:
            self.off = 1_000
            self.world.platform.programs.clear()

    def wake(self):
        if self.asleep:
            self.asleep = False
            if self.up:
                self.world.seat.look_again()
                self.world.beat()

    def pass_time(self, ms):
        if self.off:
            self.off += ms
        elif self.asleep:
            self.clock.sleep(ms)
        elif not self.up:
            self.clock.run(ms)
        else:
            self.disk.full -= ms
            with self.powered():
                self.world.pass_time(ms)

    def powered(self):
        return _Powered(self)


class _Powered:
    def __init__(self, pc):
        self.pc = pc

    def __enter__(self):
        return self

    def __exit__(self, kind, error, _):
        cut = kind is not None and issubclass(kind, PowerCut | BaseExceptionGroup)
        if cut and self.pc.up:
            self.pc.end(World.kill, power=True)
        return cut
