"""What is known of one process, and when it leaves the play that it was started in. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from daemon.platforms.linux.places import Image
from daemon.platforms.linux.reading.process import ReadProcess
from daemon.platforms.processes import Identity
from rules.games import Catalogue, Fingerprint, Program

_GAMES = re.compile(r"/usr/(?:local/)?(?:lib/|lib/[\w-]+/|share/|libexec/)?games/|.*/steamapps/common/")
"""Where distributions and Steam put what belongs to games: a program there that a game starts belongs to it."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """The gate let process `pid` of user `uid` start the game `file` at `mono`. `tag`: what its play's processes carry.
    `before`: the tag that it carried until then.
    """

    tag: int
    pid: int
    uid: int
    file: Fingerprint
    mono: int
    before: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """A process as it is known since `at` (mono). `program` None: nothing of interest. `image` and `stack` change when it
    executes something. `tag`: 0 where it carries none. `catalogue`: by which it was read.
    `late`: it could not be read in time.
    """

    identity: Identity
    program: Program | None
    image: Image | None
    stack: int
    group: int
    at: int
    tag: int = 0
    catalogue: Catalogue | None = None
    late: bool = False


def program_of(read: ReadProcess, account: str, since: int) -> Program:
    return Program(
        read.pid, read.started, since, account, read.files, read.args, read.parent, read.interpreted,
        foreign=read.foreign, unread=read.unread,
    )  # fmt: skip


def is_game(program: Program, catalogue: Catalogue) -> bool:
    """By itself, whatever it was started by."""
    return catalogue.recognise(replace(program, origin=None)) is not None


def begins(program: Program, origin: Program | None, catalogue: Catalogue) -> bool:
    """Whether it is another game than `origin`, whose play it would belong to otherwise, and no engine that runs that one."""
    if origin is None or not is_game(program, catalogue):
        return origin is None
    here = {match.game for match in catalogue.matches(replace(program, origin=origin))}
    return not here <= {match.game for match in catalogue.matches(origin)}


def is_learning(program: Program, catalogue: Catalogue) -> bool:
    """By one of its files; Catalogue.matches passes learning programs over."""
    return any(catalogue.games[id_].learning for file in program.files for id_ in catalogue.by_file(file))


def runs(read: ReadProcess, file: Fingerprint) -> bool:
    """Whether a process that was read as this executes the script `file`, or is about to, as env does."""
    return file.path in read.args or any(one.path == file.path or one.size == file.size > 0 for one in read.files)


def leaves(program: Program, read: ReadProcess, origin: Program, catalogue: Catalogue) -> bool:
    """Whether this program, which a process of a play executed, is no longer that play (threat model, promise 1): a learning
    program, or one that an administrator installed and that is no interpreter. Of a play that no game began – of unknown code –
    an interpreter leaves, too, if all that it runs is an administrator's.
    """
    if is_learning(program, catalogue):
        return True
    if not catalogue.matches(origin):
        return not read.foreign and not read.unread and (read.plain or len(read.files) > 1)
    return read.plain and _GAMES.match(read.files[0].path) is None


def continued(program: Program, origin: Program) -> Program:
    """As part of the play that `origin` began. What unknown code has an interpreter do is unknown, too."""
    foreign = program.foreign or origin.foreign if program.interpreted else program.foreign
    return replace(program, origin=origin, foreign=foreign)
