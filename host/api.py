"""What each half of host, one for each operating system, has to offer: protocols, errors, plain data."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, Literal, Protocol, Self, TypeAlias

from i18n.message import Arg, Message, MessageError, msg

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter

    from host.folders import Folders

UserId = int | str
"""Who somebody is to the operating system: a uid, or on Windows a SID as text."""

SYSTEM_USERS: Final[frozenset[UserId]] = frozenset({0, "S-1-5-18"})  # root; LocalSystem

Kind = Literal["system", "private", "given"]
Name = Literal["daemon", "agent", "uplink"]
Told = Literal["stop", "session", "resume", "time"]


class UnsupportedError(MessageError):
    """Raised where the operating system is not one we run on."""

    def __init__(self, platform: str) -> None:
        super().__init__(msg("Giờ Chơi does not run on {platform}", platform=platform))


class ManagerError(MessageError):
    """A service could not be managed. `code` is the exit code of the contract."""

    def __init__(self, message: Message, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


class HiddenError(MessageError):
    """The system keeps from us what we cannot do without."""


class UntrustedError(MessageError, PermissionError):
    """What lies there cannot be trusted: it is another account's, it is a link, or others may write to it."""


class TakenError(Exception):
    """Another process has it; `pid` is 0 where it is not known."""

    def __init__(self, pid: int) -> None:
        super().__init__(pid)
        self.pid = pid


class Clocks(Protocol):
    """What the system knows of time beside its wall clock. Read by host.clock only."""

    def mono(self) -> int:
        """Milliseconds that never step and do not pass while the machine sleeps: what play is counted on."""

    def elapsed(self) -> int:
        """Milliseconds since boot that do pass while the machine sleeps: carries trusted wall time forward."""

    def boot(self) -> str:
        """An id of this boot of the machine, from which the two above count."""

    def hardware(self) -> int | None:
        """What the clock says that runs while the PC is off, in Unix milliseconds; None where nobody can tell."""

    def zone(self) -> str:
        """What the system calls its time zone now, to notice a change; days are computed in the rules' zones."""


class Files(Protocol):
    """Folders, files and locks of one owner. Failures are OSError; broken trust is UntrustedError."""

    def privileged(self) -> bool:
        """Whether we run as the system (root)."""

    def serves_system(self) -> bool:
        """Whether a server that we start works in the system's home: `privileged`, or the account that its agent has there."""

    def owner(self) -> UserId:
        """Whose the files that we make are."""

    def publishers(self, kind: Kind) -> frozenset[UserId]:
        """Whose files in HOME/public are believed: the system's, our own, the agent's where it has an account of its own."""

    def system_root(self) -> Path:
        """Where the system's installation keeps its state."""

    def private_root(self) -> Path:
        """Where one user's installation keeps state and sockets."""

    def prepare(self, folder: Path, mode: int) -> None:
        """Create the folder, or check that it is ours or root's, no link, and that nobody else may write to it."""

    def vet(self, folder: Path) -> None:
        """UntrustedError names what in this folder, or which link in it, is neither ours nor the system's."""

    def lock(self, file: Path) -> int:
        """Lock the file for this process until the descriptor is closed. TakenError if another has it."""

    def read_owned(self, path: Path, owners: frozenset[UserId], limit: int) -> bytes:
        """The content of a plain file owned by one of `owners`, with no link followed at its end."""

    def open_owned(self, path: Path, owners: frozenset[UserId]) -> BinaryIO:
        """The same of any size, open."""

    def write_atomic(self, path: Path, data: bytes, mode: int) -> None:
        """Replace the file in one step, durably, with exactly this mode."""

    def acting_for(self, folder: Path) -> AbstractContextManager[None]:
        """Meanwhile files are opened and made as whose the folder is, where we may act for others; else as ourselves."""

    def sealed_by(self) -> str:
        """What keeps it from others: "file", its mode; "dpapi"."""

    def seal(self, secret: bytes, *, machine: bool) -> bytes:
        """What a file of ours holds for this secret: lines of text, where the system can do that bound to our account, or to
        this `machine` and whoever may read the file.
        """

    def is_sealed(self, kept: bytes, /, *, machine: bool) -> bool:
        """Whether `seal` would have written it so."""

    def unseal(self, kept: bytes) -> bytes:
        """The secret again. ValueError: the text is damaged. OSError: not to be opened by this account on this machine."""


class Connection(Protocol):
    """A client's end of a channel. Failures are OSError."""

    def sendall(self, data: bytes) -> None:
        """Send all of it. TimeoutError: no progress for as long as `dial` was told to wait."""

    def lines(self) -> BinaryIO:
        """What comes back, to be read by lines; to be closed by whoever asked for it."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


class Closable(Protocol):
    def close(self) -> None: ...


Accepted: TypeAlias = "Callable[[UserId, int, StreamReader, StreamWriter], Awaitable[None]]"
"""Called in a task for each connection with the user and pid at its other end, as the operating system says."""


class Channels(Protocol):
    """Local stream connections and who is at the other end: a Unix socket, or a named pipe. Failures are OSError."""

    def address(self, root: Path, kind: Kind, name: Name) -> str:
        """Where the server of this name listens, in the home of this kind at `root`."""

    def folder(self, address: str) -> Path | None:
        """The folder that has to be there before somebody can listen; None: none has to."""

    def exists(self, address: str) -> bool:
        """Whether something seems to listen there; nobody is disturbed by the question."""

    def dial(self, address: str, timeout: float | None) -> Connection:
        """A connection that gives up after `timeout` seconds without progress (None: never)."""

    async def open(self, address: str, limit: int) -> tuple[StreamReader, StreamWriter]:
        """A connection whose lines may be `limit` bytes long. BlockingIOError: the server is busy, try again."""

    def server_pid(self, address: str) -> int | None:
        """The process that listens there; None if none does, or it is too busy to say."""


class Listener(Protocol):
    """The server's end of Channels, which clients do not load."""

    async def serve(self, address: str, mode: int, accepted: Accepted) -> Closable:
        """Listen, until `close`: then the address is gone, connections live on. TakenError: a living server has it."""


@dataclass(frozen=True, slots=True)
class Person:
    """An account that somebody logs in with. `full`: their name, as far as the system knows it."""

    account: str
    full: str = ""
    administrator: bool = False


class Users(Protocol):
    """The accounts of this machine."""

    def people(self) -> tuple[Person, ...]:
        """Those that people log in with, by name; not root, and none of services. As far as the system lists them."""

    def account(self, uid: UserId) -> str:
        """The account's name, in the one way that this system writes it; the number or SID as text where it has none."""

    def administrator(self, uid: UserId) -> bool:
        """Root, or in a group that may become root."""

    def administers(self, account: str) -> bool:
        """Whether the account of this name is such an `administrator`; False if there is no such account."""

    def canonical(self, account: str) -> str | None:
        """The name of an account as `account` would write it, however it was typed; None if there is no such account."""

    def make(self, account: str, full: str, password: str) -> None:
        """A new account for a person, with no rights of an administrator. An administrator's. OSError."""


class Service(Protocol):
    """The service manager that started us, if one did."""

    def notify(self, state: str) -> None:
        """Say how we are: READY=1, WATCHDOG=1, STOPPING=1."""

    def watchdog_interval(self) -> float | None:
        """Seconds between the signs of life that it wants; None if it wants none."""

    def credential(self, name: str) -> bytes | None:
        """What the manager hands this service under that name, and nobody else can read. None: nothing. OSError."""

    def kept(self, name: str) -> bytes | None:
        """The same, for an administrator. None: it keeps nothing under that name, or it does not open."""

    def let_go(self, name: str) -> None:
        """From now on it keeps nothing under that name. An administrator's. OSError."""

    def to_start(self, server: str) -> str:
        """The command that starts this server in the system's home."""

    def listen(self, tell: Callable[[Told], None]) -> None:
        """From now on `tell` is called, in any thread, with what the manager says: stop; somebody logged on or off; the PC woke
        up; its clock was set. Whoever is told only takes note. Less comes where a manager speaks by signals.
        """


@dataclass(frozen=True, slots=True)
class Standing:
    """How a service is. `code`: what it last ended with, where it ended; `pid`: 0 where it has no process."""

    state: Literal["absent", "stopped", "starting", "running", "stopping"]
    pid: int = 0
    code: int = 0


class Manager(Protocol):
    """The system's list of services and ours in it. Failures are ManagerError."""

    def attach(self, name: Name) -> None:
        """Answer the manager, which started this process as the service of that name. ManagerError: it did not."""

    def detach(self, code: int) -> None:
        """The last thing that the service says: it ended, with this exit code."""

    def report(self, name: Name, text: str) -> None:
        """One line into the system's own log, from a service that cannot open a file of its own."""

    def check(self, name: Name) -> None:
        """ManagerError: we may not install the service, or not from here. Nothing is made."""

    def install(self, name: Name, home: Folders, words: Callable[[Arg], str]) -> None:
        """Enter the service with this home, described in these words, and prepare the folders in which it works; or update what
        was entered before.
        """

    def home(self, name: Name) -> Path | None:
        """The home that it was entered with; None: it is not in the list."""

    def standing(self, name: Name) -> Standing:
        """How it is now."""

    def start(self, name: Name) -> None:
        """Ask for its start; nothing happens where it runs."""

    def stop(self, name: Name) -> None:
        """Ask for its end; nothing happens where it has none coming."""

    def remove(self, name: Name) -> None:
        """Take it from the list."""


class Units(Protocol):
    """Our servers as the system's own tools start them. An administrator's; failures are OSError."""

    def handing_over(self, former: Name, to: Name) -> AbstractContextManager[None]:
        """Within it neither server runs; after it `to` does, now and with each start of the PC, in place of `former`, and the
        daemon starts anew. If it was left by an error, they are as they were.
        """

    def reachable(self, server: Name, *, on: bool) -> bool:
        """Has the server, from now on, in the network or out of it; whether it was otherwise and so was started anew."""


class Signatures(Protocol):
    """Who vouches for programs."""

    def signer(self, path: str) -> str | None:
        """The name of whoever signed the program, if the signature holds now and this machine trusts it; else None."""
