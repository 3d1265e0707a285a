"""Which game a program is. Recognition is a union of clues: any one may make a program a game, none may clear it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any, Final, Literal

from rules.matching.alike import Alike
from rules.matching.clues import CLUES, OWN, SURE, Clue, Match
from rules.matching.loaded import Index, Wanted
from rules.matching.lookup import index
from rules.matching.paths import WINDOWS, has_drive, is_windows, name_key, path_key
from rules.matching.steam import steam_folder, steam_id
from rules.programs import is_wine
from rules.systems import System, system_of
from rules.unknown import UNKNOWN

Kind = Literal["game", "emulator"]
_UNRATED = 1_000


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a file is, whatever it is called. `sha256` and `build_id` are hex; None where unknown or where there is none.

    `original`, `product`: its own and the product's name in its version resource, which anybody writes. `signer`: the subject
    of a valid Authenticode signature. `loaded`: blocks of its code (rules.matching.loaded), of what runs only those that some
    game has. `parts`: those of a game's that it has too (rules.matching.alike). `at`: path, device, number of what was opened.
    """

    path: str
    size: int
    sha256: str | None = None
    build_id: str | None = None
    original: str | None = None
    product: str | None = None
    signer: str | None = None
    loaded: str | None = None
    parts: frozenset[int] = frozenset()
    at: tuple[str, int, int] = field(default=("", 0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Program:
    """One running process as observed.

    The identity is (`pid`, `started`): `started` is whatever number the platform uses to tell two users of one pid apart.
    `since` is its start in milliseconds of the clock that play is counted on. `files` are the executable, what decides beside
    it, and for an interpreter or loader what it was told to run. `interpreted`: the executable is an interpreter, so that what
    its arguments say counts; other programs may have a game's command line among theirs and be none. `account` is the OS
    account name.
    `trees`: ids of the games in whose install trees it lies, each with whether only an administrator can have said so and put
    files there. `mapped`: other files of which it has loaded code, those of games. `foreign`: those of its files that somebody
    else than an administrator can have put there; asked only where rules.installed decides. `unread`: not all of it could be
    read in time, so that it may be a game all the same. `origin`: the game's program that this one was started or replaced by;
    it belongs to the same play (threat model, promise 1).
    """

    pid: int
    started: int
    since: int
    account: str
    files: tuple[Fingerprint, ...]
    args: tuple[str, ...] = ()
    parent: int = 0
    interpreted: bool = False
    trees: tuple[tuple[str, bool], ...] = ()
    mapped: tuple[Fingerprint, ...] = ()
    foreign: tuple[Fingerprint, ...] = ()
    unread: bool = False
    origin: Program | None = None

    @property
    def identity(self) -> tuple[int, int]:
        return (self.pid, self.started)


@dataclass(frozen=True, slots=True, kw_only=True)
class Game:
    """A catalogued thing to play and how to recognise it.

    `label` is the minimum age (None: unrated) and `label_source` where it comes from, beginning with the label itself.
    `kind` "emulator": an emulator or engine, in which games run. `learning`: a learning program, which no limit binds.

    `names` are file names of executables, under which they run or were built, `paths` absolute paths: those of Windows (a
    name in .exe, a path with a drive) in any case, others exactly. `loaded` has the code of its programs, each by itself,
    `alike` parts of its scripts and archives, as rules.matching.alike writes them. `products` are names of the product in
    a version resource, `signers` who signs its programs, and perhaps others: both in any case. `words` are whole
    arguments of an interpreter's command line, as the name of Java's main class, `commands` parts of one argument of it.
    `steam_ids` are the numbers by which Steam starts it, `folders` what Steam calls the folder that it lies in: whatever
    runs from there is the game.
    """

    id: str
    title: str
    label: int | None = None
    label_source: str | None = None
    publisher: str | None = None
    names: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    sizes: tuple[int, ...] = ()
    sha256: tuple[str, ...] = ()
    build_ids: tuple[str, ...] = ()
    loaded: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    steam_ids: tuple[int, ...] = ()
    folders: tuple[str, ...] = ()
    signers: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    kind: Kind = "game"
    learning: bool = False

    @property
    def system(self) -> System | None:
        """Whose label it has; None without one, or where its source does not say."""
        return None if self.label is None else system_of(self.label_source)


UNKNOWN_GAME: Final = Game(id=UNKNOWN, title="Other programs")
"""All unknown programs of a player whose setting is `counts`. Nothing is recognised as it by a clue."""
CLUED = tuple(one.name for one in fields(Game) if one.default == ())
"""The fields by which it is recognised."""


class Catalogue:
    """All known games, indexed by every clue: the gate waits for a look-up, so it is a few dictionary accesses.

    Two entries with one id become one game with the clues of both. The later one's label, publisher and title win where it has
    them, so a household's entry completes a shipped one and cannot clear it. `kind` and `learning` are those of the first.
    """

    def __init__(self, games: Iterable[Game]) -> None:
        merged: dict[str, Game] = {}
        for game in games:
            merged[game.id] = _merged(merged[game.id], game) if game.id in merged else game
        every = tuple(merged.values())
        self.games: Mapping[str, Game] = MappingProxyType(merged)
        self._sha256 = index((digest.lower(), game.id) for game in every for digest in game.sha256)
        self._build_ids = index((build.lower(), game.id) for game in every for build in game.build_ids)
        self._loaded = Index((game.id, text) for game in every for text in game.loaded)
        self._paths = index((path_key(path), game.id) for game in every for path in game.paths)
        self._names = index((name_key(name), game.id) for game in every for name in game.names)
        self._any_case = index((name.casefold(), game.id) for game in every for name in game.names)
        self._products = index((name.casefold(), game.id) for game in every for name in game.products if name)
        self._signers = index((name.casefold(), game.id) for game in every for name in game.signers if name)
        self._words = index((word, game.id) for game in every for word in game.words if word)
        self._commands = tuple((part, game.id) for game in every for part in game.commands if part)
        self._steam_ids = index((str(number), game.id) for game in every for number in game.steam_ids)
        self._folders = index((folder.lower(), game.id) for game in every for folder in game.folders if folder)
        self._alike = Alike((text, game.id) for game in every for text in game.alike)
        self._sizes = frozenset(size for game in every for size in game.sizes)

    def recognise(self, program: Program) -> Match | None:
        """Which game the program is, and by which clues."""
        return next(iter(self.matches(program)), None)

    def matches(self, program: Program) -> tuple[Match, ...]:
        """Of several games first the strictest, then the one that is harder to pretend: else who calls a game like another one
        would play it for that. An emulator or engine is none beside the game that it runs. A learning program is no game.
        """
        clues: dict[str, set[Clue]] = {}
        for clue, id_ in self._of_program(program):
            if not self.games[id_].learning:
                clues.setdefault(id_, set()).add(clue)
        for id_ in self._engines(program, clues):
            del clues[id_]
        games = sorted(clues, key=lambda id_: self._strictest_first(id_, clues[id_])) if clues else ()
        return tuple(Match(game, tuple(clue for clue in CLUES if clue in clues[game])) for game in games)

    def by_file(self, file: Fingerprint) -> frozenset[str]:
        """The ids of all games that this one file is, by content, build id, signer, Steam's folder, path or name."""
        return frozenset(id_ for _, id_ in self._of_file(file))

    def by_content(self, file: Fingerprint) -> frozenset[str]:
        """The ids of all games that this file is by its content alone."""
        return frozenset(() if file.sha256 is None else self._sha256.get(file.sha256.lower(), ()))

    def said_in(self, args: tuple[str, ...]) -> tuple[str, ...]:
        """What arguments of any number say of games, in a few."""
        line = "\0".join(args)
        parts = (part for part, _ in self._commands if part in line)
        windows = {id_: arg for arg in filter(is_windows, args) for _, id_ in self._of_file(Fingerprint(arg, 0))}
        return (*sorted(self._words.keys() & set(args)), *parts, *sorted(windows.values()))

    def wants_sha256(self, size: int) -> bool:
        """Whether some game's file has this size, so that hashing a file of this size may tell something."""
        return size in self._sizes

    @property
    def sizes(self) -> frozenset[int]:
        """Those sizes."""
        return self._sizes

    @property
    def wanted_blocks(self) -> Wanted:
        """Which blocks of a program's code may tell something."""
        return self._loaded.wanted

    @property
    def parts(self) -> frozenset[int]:
        """Those of scripts and archives by which games are known."""
        return self._alike.parts

    def wants_signer(self, file: Fingerprint) -> bool:
        """Whether this may be the file of a game of which it is known who signs it, so that looking may tell something."""
        return bool(self._signers) and any(self.games[id_].signers for id_ in (*self._by_name(file), *self._as_built(file)))

    def _of_program(self, program: Program) -> Iterator[tuple[Clue, str]]:
        for file in program.files:
            yield from self._of_file(file)
        for file in program.mapped:
            yield from self.of_content(file)
        if program.interpreted:
            yield from self._of_command(program.args)
        if any(is_wine(file.path) for file in program.files):
            for arg in filter(is_windows, program.args):
                yield from self._of_file(Fingerprint(arg, 0))
        for id_ in self._steam_ids.get(steam_id(program.files[0].path if program.files else "", program.args) or "", ()):
            yield "store", id_
        for id_, trusted in program.trees:
            if id_ in self.games:
                yield "store" if trusted else "name", id_
        if program.origin is not None:
            yield from self._of_program(program.origin)

    def _engines(self, program: Program, found: Iterable[str]) -> tuple[str, ...]:
        """The emulators and engines among these that only run the others. Not where the command line names another file beside
        a game's: that file may be any game.
        """
        engines = tuple(id_ for id_ in found if self.games[id_].kind == "emulator")
        others = {id_ for id_ in found if self.games[id_].kind == "game"}
        if not engines or not others:
            return ()
        started = () if program.origin is None else (id_ for _, id_ in self._of_program(program.origin))
        return engines if not others.isdisjoint(started) or all(map(self._is_known, program.args[1:])) else ()

    def _is_known(self, arg: str) -> bool:
        """Whether an argument is an option, no path, or what some game or engine is known by."""
        path = not arg.startswith("-") and ("/" in arg or "." in arg)
        known = arg in self._words or any(part in arg for part, _ in self._commands) or any(self._by_name(Fingerprint(arg, 0)))
        return not path or known

    def _of_command(self, args: tuple[str, ...]) -> Iterator[tuple[Clue, str]]:
        for arg in args:
            for id_ in self._words.get(arg, ()):
                yield "command", id_
        line = "\0".join(args)
        for part, id_ in self._commands:
            if part in line:
                yield "command", id_

    def of_content(self, file: Fingerprint) -> Iterator[tuple[Clue, str]]:
        """By what is in the file."""
        if file.sha256 is not None:
            for id_ in self._sha256.get(file.sha256.lower(), ()):
                yield "content", id_
        if file.build_id is not None:
            for id_ in self._build_ids.get(file.build_id.lower(), ()):
                yield "build-id", id_
        if file.loaded:
            for id_ in self._loaded.games(file.loaded):
                yield "loaded", id_

    def _of_file(self, file: Fingerprint) -> Iterator[tuple[Clue, str]]:
        yield from self.of_content(file)
        if (folder := steam_folder(file.path)) is not None:
            for id_ in self._folders.get(folder, ()):
                yield "store", id_
        for id_ in self._alike.games(file.parts):
            yield "alike", id_
        for id_ in self._by_name(file):
            yield "name", id_
        if file.original is not None or file.product is not None or file.signer is not None:
            yield from self._of_windows(file)

    def _of_windows(self, file: Fingerprint) -> Iterator[tuple[Clue, str]]:
        """A signer signs many programs, so a signature counts only together with a name: the one inside the file, which is
        signed, or the file's own.
        """
        inside = tuple(self._as_built(file))
        for id_ in inside:
            yield "name", id_
        if file.signer is not None:
            outside = tuple(self._by_name(file))
            for id_ in self._signers.get(file.signer.casefold(), ()):
                if id_ in inside or id_ in outside:
                    yield "signer", id_

    def _by_name(self, file: Fingerprint) -> Iterator[str]:
        if has_drive(file.path):
            where = path_key(file.path)
            yield from self._paths.get(where, ())
            yield from self._any_case.get(where.rpartition("/")[2], ())
        else:
            yield from self._paths.get(file.path, ())
            yield from self._names.get(name_key(file.path), ())

    def _as_built(self, file: Fingerprint) -> Iterator[str]:
        """The games that the file's own version resource names."""
        if file.original is not None:
            name = name_key(file.original).casefold()
            yield from self._any_case.get(name, ())
            if not is_windows(name):  # some leave it out
                yield from self._any_case.get(name + WINDOWS, ())
        if file.product is not None:
            yield from self._products.get(file.product.casefold(), ())

    def _strictest_first(self, id_: str, clues: set[Clue]) -> tuple[int, bool, bool, str]:
        """Unrated before any label, higher labels before lower, what it is by its code or content before what it says of
        itself, a build id before a name, then by id.
        """
        game = self.games[id_]
        label = -_UNRATED if game.label is None else -game.label
        return (label, OWN.isdisjoint(clues), SURE.isdisjoint(clues), id_)


def _merged(old: Game, new: Game) -> Game:
    both: dict[str, Any] = {name: tuple(dict.fromkeys((*getattr(old, name), *getattr(new, name)))) for name in CLUED}
    label = old if new.label is None else new
    return replace(
        old, title=new.title or old.title, label=label.label, label_source=label.label_source,
        publisher=old.publisher if new.publisher is None else new.publisher, **both,
    )  # fmt: skip
