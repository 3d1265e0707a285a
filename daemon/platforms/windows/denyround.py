"""One round over the files: what a plan says is done, in an order in which a crash leaves nothing that nobody knows of."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from daemon.platforms.windows.aces import EXECUTE
from daemon.platforms.windows.denial import Denial, Plan, Wish
from daemon.platforms.windows.denyfile import Disk, RefusedError, Undone, inspect, put, take

STUCK = "chưa gỡ được / could not be lifted"

LeftOut = dict[str, str]
"""Path -> why nothing is denied there, or why something still is."""


def one_line(error: BaseException) -> str:
    """What went wrong, for people."""
    text = error.strerror if isinstance(error, OSError) else None
    return " ".join((text or str(error) or type(error).__name__).split())


def undo_each(
    disk: Disk, denials: Iterable[Denial]
) -> tuple[tuple[tuple[Denial, Undone], ...], tuple[tuple[Denial, str], ...]]:
    """What was undone, and what could not be, with the reason."""
    done, stuck = [], []
    for one in denials:
        try:
            done.append((one, take(disk, one)))
        except OSError as error:
            stuck.append((one, one_line(error)))
    return tuple(done), tuple(stuck)


def settle(disk: Disk, planned: Plan, moment: tuple[int, str], write: Callable[[tuple[Denial, ...]], None]) -> LeftOut:
    """Does what the plan says. `write` makes the ledger hold exactly these denials, durably; `moment`: Unix ms, and the boot.

    What is to be denied is written down before, what was denied is struck out after. OSError of `write` alone: then what
    the ledger holds is still at least what is denied.
    """
    left_out: LeftOut = {}
    held = [*planned.keep, *_undone(disk, planned.lift, left_out)]
    held += _new(disk, planned.add, moment, left_out)
    write(tuple(held))
    lifted = {id(one) for one in planned.lift}
    broken = [one for one in held if id(one) not in lifted and not _put(disk, one, left_out)]
    if broken:
        known = {id(one) for one in broken}
        stuck = _undone(disk, broken, left_out)
        write((*(one for one in held if id(one) not in known), *stuck))
    return left_out


def _undone(disk: Disk, denials: Iterable[Denial], left_out: LeftOut) -> list[Denial]:
    """Those that may still be there."""
    _, stuck = undo_each(disk, denials)
    for one, why in stuck:
        left_out[one.path] = f"{STUCK}: {why}"
    return [one for one, _ in stuck]


def _new(disk: Disk, wishes: Iterable[Wish], moment: tuple[int, str], left_out: LeftOut) -> list[Denial]:
    """What can be denied of what is wished. A file has one path here, so that none is denied twice: see inspect."""
    now, boot = moment
    found = []
    for wish in wishes:
        try:
            volume, file = inspect(disk, wish.path, wish.sid)
        except FileNotFoundError:
            continue
        except (RefusedError, OSError) as error:
            left_out.setdefault(wish.path, one_line(error))  # one that could not be lifted is told as such
            continue
        found.append(Denial(wish.path, volume, file, wish.sid, EXECUTE, wish.expires, now, boot))
    return found


def _put(disk: Disk, denial: Denial, left_out: LeftOut) -> bool:
    """Whether it is denied now. Another file in its place is looked at in the next round."""
    try:
        put(disk, denial)
    except FileNotFoundError:
        return False
    except (RefusedError, OSError) as error:
        left_out[denial.path] = one_line(error)
        return False
    return True
