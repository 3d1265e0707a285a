"""Which starts are to be refused by the files themselves, and until when: pure decisions, kept apart from what they do.

A denial is one ACE, for one account, on one executable. It outlives the daemon, so each has an expiry, and none is made where
it could hurt more than a game: never for anybody but an ordinary account, never on a program that other things need.
"""

from __future__ import annotations

import ntpath
import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import msgspec

from daemon.platforms.windows.aces import EXECUTE

LONGEST_MS = 23 * 3_600_000
"""With the task that lifts what has expired once an hour, no denial outlives a dead daemon by more than a day."""

_EARLIER_MS, _LATER_MS = 1_000, 600_000  # how far an expiry may be off before it is written anew
_ACCOUNT = re.compile(r"S-1-5-21(?:-\d{1,10}){3}-(\d{1,10})|S-1-12-1(?:-\d{1,10}){4}", re.ASCII)  # of a PC or domain; of Entra
_FIRST_RID = 1_000  # below it are Administrator, Guest and the groups that every domain has
_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
_DRIVE = re.compile(r"[A-Za-z]:\\")

# Names, in lower case and without ".exe", of programs that run or start other programs than one game.
_NEEDED = frozenset(
    {
        # interpreters and shells
        "bash", "cmd", "conhost", "cscript", "dosbox", "java", "javaw", "love", "mono", "mshta", "msiexec", "node", "nw",
        "perl", "php", "powershell", "powershell_ise", "pwsh", "py", "pyw", "python", "pythonw", "regsvr32", "ruby",
        "rundll32", "scummvm", "wine", "wscript", "wt",
        # the session itself, and what would lock a person out
        "consent", "dllhost", "dwm", "explorer", "logonui", "sihost", "svchost", "taskhostw", "userinit", "winlogon",
        # shops and launchers, which also update games
        "agent", "battle.net", "battle.net launcher", "blizzard", "eadesktop", "ealauncher", "epicgameslauncher", "garena",
        "galaxyclient", "gxxcore", "gxxsvc", "heroic", "itch", "minecraftlauncher", "origin", "playnite.desktopapp",
        "riotclientservices", "riotclientux", "riotclientuxrender", "rockstarservice", "steam", "steamservice",
        "steamwebhelper", "ubisoftconnect", "upc", "wargamingerrormonitor", "wgc", "xboxpcapp",
        # anti-cheat programs: a game that misses one may take that for an attack
        "beservice", "beservice_x64", "easyanticheat", "easyanticheat_eos", "easyanticheat_eos_setup", "easyanticheat_setup",
        "faceitclient", "faceitservice", "vgc", "vgtray", "xigncode",
        # browsers, in which not only games run
        "brave", "chrome", "chromium", "coccoc", "firefox", "iexplore", "msedge", "msedgewebview2", "opera",
    }
)  # fmt: skip
_HELPS = re.compile(  # what lies beside games, and interpreters by any version
    r"pythonw?\d[\d.]*|un(?:ins|wise).*|install(?:er)?.*|setup.*|vc_?redist.*|dxsetup|.*launcher.*|.*updater?|.*patcher.*"
    r"|.*crash(?:handler|pad|report).*",
    re.ASCII,
)


class Denial(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of the ledger. `volume` and `file` (hex) are the file's identity; `expires` and `set_at` Unix milliseconds."""

    path: str
    volume: int
    file: str
    sid: str
    mask: int
    expires: int
    set_at: int
    boot: str

    @property
    def key(self) -> tuple[str, str]:
        return key(self.path, self.sid)

    @property
    def whole(self) -> bool:
        """Whether it can be one of ours: nothing else is ever lifted by it."""
        right = self.mask == EXECUTE and ordinary(self.sid) and _DRIVE.match(self.path) and "\0" not in self.path
        return bool(right and _ID.fullmatch(self.file) and 0 <= self.volume < 1 << 64)


@dataclass(frozen=True, slots=True)
class Wish:
    """A denial that is to be: on what stands at `path`, until `expires` (Unix milliseconds)."""

    path: str
    sid: str
    expires: int


@dataclass(frozen=True, slots=True)
class Plan:
    """`keep`: held on as they are, or with a new expiry. `lift`: to be undone. `add`: to be made."""

    add: tuple[Wish, ...]
    keep: tuple[Denial, ...]
    lift: tuple[Denial, ...]


def key(path: str, sid: str) -> tuple[str, str]:
    """What there is at most one denial for."""
    return ntpath.normcase(path), sid


def ordinary(sid: str) -> bool:
    """Whether the SID can be a person's account: neither a built-in account or group nor the system."""
    found = _ACCOUNT.fullmatch(sid)
    return found is not None and (found[1] is None or int(found[1]) >= _FIRST_RID)


def executable(path: str, spared: Iterable[str] = ()) -> bool:
    """Whether a program at `path` may be denied at all. `spared`: folders in which nothing is: the system's and our own."""
    drive, rest = ntpath.splitdrive(path)
    stem, suffix = ntpath.splitext(ntpath.basename(path).casefold())
    # A colon would name a stream in a file; half a surrogate pair, which NTFS allows, cannot be written into the ledger.
    if not _DRIVE.match(path) or ntpath.normpath(path) != path or re.search("[\0:\ud800-\udfff]", rest):
        return False
    folded = ntpath.normcase(path)
    below = (ntpath.normcase(one).rstrip("\\") + "\\" for one in (f"{drive}\\Windows", *spared))
    if suffix != ".exe" or any(folded.startswith(one) for one in below):
        return False
    return stem not in _NEEDED and not _HELPS.fullmatch(stem)


def stale(held: Denial, now: int, boot: str) -> bool:
    """Whether it is to be lifted whoever is alive: over, of an earlier start of the PC, or of a clock that was wrong."""
    return held.boot != boot or not held.set_at <= now < held.expires or held.expires > now + LONGEST_MS


def plan(
    wanted: Mapping[tuple[str, str], int],
    held: Iterable[Denial],
    now: int,
    *,
    boot: str,
    standard: AbstractSet[str],
    spared: Iterable[str] = (),
) -> Plan:
    """What to do so that exactly `wanted` is denied: (path, SID) -> when the decision changes, Unix milliseconds.

    `standard`: SIDs known to be those of single persons who are no administrators; nobody else is ever denied anything.
    """
    spared = tuple(spared)
    wishes: dict[tuple[str, str], Wish] = {}
    for (path, sid), until in wanted.items():
        if until > now and sid in standard and ordinary(sid) and executable(path, spared):
            wish = Wish(path, sid, min(until, now + LONGEST_MS))
            known = wishes.get(key(path, sid))
            if known is None or wish.expires < known.expires:
                wishes[key(path, sid)] = wish
    keep: dict[tuple[str, str], Denial] = {}
    lift = []
    for one in held:
        wish_ = wishes.get(one.key)
        if wish_ is None or stale(one, now, boot) or one.key in keep:
            lift.append(one)
        else:
            keep[one.key] = _renewed(one, wish_, now)
    return Plan(tuple(wish for at, wish in wishes.items() if at not in keep), tuple(keep.values()), tuple(lift))


def _renewed(held: Denial, wish: Wish, now: int) -> Denial:
    """With the new expiry, unless that is nearly the old one: writing it costs more than it tells."""
    if held.expires - _EARLIER_MS <= wish.expires <= held.expires + _LATER_MS:
        return held
    return msgspec.structs.replace(held, expires=wish.expires, set_at=now)
