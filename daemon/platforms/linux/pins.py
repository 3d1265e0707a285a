"""Whether a PIN is a guardian's, where the daemon may start no program: asked of a child of the errands (ending/errands.py)."""

from __future__ import annotations

import asyncio
from importlib.util import find_spec
from pathlib import Path

from daemon.platforms.linux.ending import pin_checking
from daemon.platforms.linux.ending.asker import Asker
from daemon.platforms.pins import UncheckedError

_POLL_S = 0.01
_PACKAGES = ("argon2", "_argon2_cffi_bindings", "_cffi_backend")


class ForkedPins:
    """platforms.pins.Pins."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker

    async def matches(self, hashed: str, pin: str) -> bool:
        number = self._asker.check([hashed, pin, _places()])
        if number is None:
            raise UncheckedError("nobody to ask")
        said = None
        for _ in range(int(pin_checking.LIMIT_MS / 1000 / _POLL_S)):
            if (said := self._asker.checked(number)) is not None:
                break
            if not self._asker.runs:
                raise UncheckedError("nobody there")
            await asyncio.sleep(_POLL_S)
        if said not in {pin_checking.RIGHT, pin_checking.WRONG}:
            raise UncheckedError("no answer")
        return said == pin_checking.RIGHT


def _places() -> list[str]:
    """The folders of the packages that it takes, which the daemon itself does not load."""
    found = (find_spec(name) for name in _PACKAGES)
    origins = [(Path(spec.origin), spec.submodule_search_locations) for spec in found if spec and spec.origin]
    return sorted({str(path.parents[1] if package else path.parent) for path, package in origins})
