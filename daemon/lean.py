"""What libraries would load for us and we never use is not there while they are loaded: less memory, and less to attack.

Each asks for it when it is loaded, and does without. To be imported before asyncio.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import cast


def _without(missed: dict[str, ModuleType | None], whose: str) -> None:
    """Loads `whose`, unless that or what it is to do without is loaded already, as in a process that tests us. None: whoever
    imports it hears that it is not there.
    """
    if whose in sys.modules or missed.keys() & sys.modules.keys():
        return
    modules = cast("dict[str, object]", sys.modules)
    modules.update(missed)
    try:
        importlib.import_module(whose)
    finally:
        for name in missed:
            del modules[name]


def _unknown(name: str) -> str:
    raise LookupError(name)


# Of plug-ins we name none; whoever asks which there are loads 3 MiB of e-mail's formats.
_NO_PACKAGES = ModuleType("importlib.metadata")
vars(_NO_PACKAGES).update(PackageNotFoundError=LookupError, version=_unknown, entry_points=lambda **_: ())

# Of its executors we use the loop's own; those in other processes load 1 MiB.
_NO_POOL = ModuleType("concurrent.futures.process")
vars(_NO_POOL).update(BrokenProcessPool=RuntimeError)

_without({"ssl": None}, "asyncio")  # 3 MiB; we speak on local sockets only
_without({
    "importlib.metadata": _NO_PACKAGES, _NO_POOL.__name__: _NO_POOL, "multiprocessing": ModuleType("multiprocessing"),
}, "apscheduler.schedulers.asyncio")  # fmt: skip
