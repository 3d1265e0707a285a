"""Whether what a file says holds for a folder, by the access lists of both."""

from __future__ import annotations

from daemon.platforms.windows.believing import holds
from host.windows.descriptors import descriptor_of
from host.windows.sharing import open_to_look
from host.windows.sids import Entry, replacers, writers
from host.windows.win32 import READ_CONTROL


def believable(told: str, folder: str) -> bool:
    """Of two paths with slashes. False also where that is not seen. Waits for nobody."""
    try:
        teller, entries = _descriptor(told)
        owner, of_folder = _descriptor(folder)
    except OSError:
        return False
    return holds(writers(entries, teller) | {teller}, replacers(of_folder, owner))


def _descriptor(path: str) -> tuple[str, tuple[Entry, ...] | None]:
    with open_to_look(path.replace("/", "\\"), READ_CONTROL) as handle:
        return descriptor_of(handle.value)
