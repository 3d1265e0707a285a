"""Whether the taskbar shows our icon: asked at first, then told by the icon each time it was added, or could not be."""

from __future__ import annotations

from collections.abc import Callable

from tray.windows import calls

_followers: list[Callable[[bool], object]] = []
_last: list[bool] = []


def follow(told: Callable[[bool], object]) -> None:
    _followers.append(told)
    told(_last[-1] if _last else bool(calls.find_window("Shell_TrayWnd", None)))


def tell(there: bool) -> None:  # noqa: FBT001 - it is all that there is to tell
    if _last[-1:] != [there]:
        _last[:] = [there]
        for told in _followers:
            told(there)
