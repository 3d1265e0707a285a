"""Finds installed games: a program of its own, `python -m daemon.scan [--user ACCOUNT]`, one JSON document on stdout.

It runs with the rights of the account that it looks for: started by root for somebody else, it becomes them before it reads
anything. What it reads belongs to that account and may be made to mislead, to hang or to swell; so each file costs at most
itself, and when time is up what was found until then is told. Exit code 0; 1 and one line on stderr if that account cannot be
scanned for.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace

import msgspec

from agent.api.slug import slug
from daemon.api.scan import FoundGame, Refused, Scanned, recognised
from daemon.platforms import choose
from daemon.scanning.files import Files, Problems
from daemon.scanning.hits import Hit, RefusedError, SearchPaths, Source, merged
from daemon.scanning.labels import labelled
from host.api import UnsupportedError
from i18n.message import Length, as_message, msg
from i18n.printable import printable
from i18n.streams import speak_utf8
from rules.games import Catalogue, Fingerprint
from rules.packs.shipped import shipped_catalogue

SECONDS = 40.0
MAX_HITS = 30_000
MAX_GAMES = 3_000
_LONGEST_PATH = 4_096


class Collector:
    """Asks the sources. `run` may be on a thread that hangs: `result` is then what came until now."""

    def __init__(self, files: Files, search: SearchPaths, sources: Sequence[Source], catalogue: Catalogue) -> None:
        self._files = files
        self._search = search
        self._sources = sources
        self._catalogue = catalogue
        self._hits: list[Hit] = []

    def run(self) -> None:
        for source in self._sources:
            with self._files.problems.guard(f"{source.__module__}.{getattr(source, '__name__', '')}"):
                for hit in source(self._files, self._search):
                    if len(self._hits) == MAX_HITS:
                        self._files.problems.add("scan", msg("over {most} finds; the rest is left out", most=MAX_HITS))
                        return
                    if hit.sure or self._knows(hit):
                        self._hits.append(self._own(hit))
        with self._files.problems.guard("AppStream"):
            self._hits = labelled(self._files, self._search, self._hits)

    def result(self) -> Scanned:
        learning = {id_ for id_, game in self._catalogue.games.items() if game.learning}
        found = [game_of(hit, sources) for hit, sources in merged(tuple(self._hits)) if hit.kind != "learning"]
        if len(found) > MAX_GAMES:
            self._files.problems.add("scan", msg("over {most} games; the rest is left out", most=MAX_GAMES))
        games = tuple(game for game in recognised(found[:MAX_GAMES], self._catalogue) if game.id not in learning)
        return Scanned(
            user=self._search.account,
            games=tuple(game for game in games if game.kind == "game"),
            emulators=tuple(game for game in games if game.kind == "emulator"),
            problems=tuple(self._files.problems.found()),
        )

    def _knows(self, hit: Hit) -> bool:
        return any(map(self._known, hit.executables))

    def _known(self, path: str) -> bool:
        return bool(self._catalogue.by_file(Fingerprint(path, 0)))

    def _own(self, hit: Hit) -> Hit:
        """What an account says makes no game of what is another one's: otherwise a child could name what its parents work with.
        What is the system's is told, and `game scan --add` leaves it.
        """
        if hit.origin == "system" or self._search.uid is None:
            return hit
        tellers = {None, 0, self._search.uid, self._files.owner(hit.told) if hit.told else None}
        others = [path for path in hit.executables if self._is_anothers(path, tellers)]
        for path in others:
            self._files.problems.add(path, msg("it is another account's, and {source} may be this one's", source=hit.source))
        return replace(hit, executables=tuple(path for path in hit.executables if path not in others)) if others else hit

    def _is_anothers(self, path: str, tellers: set[int | None]) -> bool:
        folder = self._files.real(path).rpartition("/")[0]
        return self._files.owner(path) not in tellers and not self._known(path) and not self._files.may_change(folder or "/")


def game_of(hit: Hit, sources: Sequence[str]) -> FoundGame:
    """A find as it is told: printable, encodable, no longer than need be."""
    return FoundGame(
        id=slug(hit.name, "") or slug(hit.title, "game"),
        title=printable(hit.title.strip(), 200) or printable(hit.name, 200),
        kind="emulator" if hit.kind == "emulator" else "game",
        origin=hit.origin,
        label=hit.label,
        label_source=None if hit.label_source is None else printable(hit.label_source, 300),
        developer=None if hit.developer is None else printable(hit.developer, 200),
        # A name that is no text, or cannot be shown, could not be given to `game add` either.
        executables=tuple(path for path in hit.executables if len(path) <= _LONGEST_PATH and path.isprintable()),
        sources=tuple(printable(source, 500) for source in sources[:20]),
        steam_id=hit.steam_id,
        words=tuple(printable(word, 200) for word in hit.words[:50]),
    )


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m daemon.scan", description="Finds installed games.", allow_abbrev=False)
    parser.add_argument("--user", metavar="ACCOUNT", help="whose games; without it those of whoever runs this")
    parser.add_argument("--root", metavar="DIR", default="/", help="where the / of the machine that is scanned lies")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="after this long, what was found until then is told")
    args = parser.parse_args(argv)
    speak_utf8()
    catalogue = Catalogue(shipped_catalogue())  # while the files of this program can be read
    try:
        scanner = choose.scanner()
        search = scanner.become(args.user)
    except (RefusedError, UnsupportedError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - a program of its own
        sys.stdout.buffer.write(msgspec.json.encode(Refused(as_message(error))) + b"\n")
        return 1
    problems = Problems()
    collector = Collector(Files(problems, args.root), search, scanner.sources, catalogue)
    # On a thread: a file system of the user's own may never answer, and no signal would get through.
    work = threading.Thread(target=collector.run, daemon=True)
    work.start()
    work.join(args.seconds)
    if work.is_alive():
        problems.add("scan", msg("stopped after {length}, not finished", length=Length(int(args.seconds * 1000))))
    sys.stdout.buffer.write(msgspec.json.encode(collector.result()) + b"\n")
    sys.stdout.flush()
    if work.is_alive():
        os._exit(0)  # without waiting for a thread that may never end
    return 0


if __name__ == "__main__":
    sys.exit(main())
