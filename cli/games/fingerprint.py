"""What a game's file is, taken by the caller's own process: the agent could not read it, and need not."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from cli.errors import CommandError
from cli.games.code import is_shared, own_of, same_content
from host import choose
from host.parts import own
from host.pe import version
from i18n.message import msg, said_by
from rules.games import Fingerprint
from rules.matching.alike import written
from rules.matching.beside import deciding as candidates
from rules.matching.paths import is_windows
from rules.programs import interpreter, is_everybodys


def fingerprint(path: Path, *, emulator: bool = False) -> Fingerprint:
    """The file that the path leads to: absolute path, size, SHA-256, build id; of a program for Windows the names in its
    version resource, and on Windows who signed it. Its build and code only if they are its own: those of an engine, or of what
    carries its content behind itself, many games have.

    CommandError (2) if it cannot be read, or is none that could be a game; with `emulator` one that games run in may be.
    """
    found = content(path)
    _check_kind(path, found, emulator=emulator)
    return found


def content(path: Path) -> Fingerprint:
    """The same of any program. CommandError (2) if it cannot be read or is empty."""
    try:
        real = path.expanduser().resolve(strict=True)
        if not real.is_file():  # before opening: a named pipe would wait for its other end
            raise CommandError(msg("{path} is not a plain file", path=str(path)))
        with real.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size, said = file.tell(), version(file)
            build, code = (None, None) if is_shared(file) else own_of(file, real, size)
            found = Fingerprint(
                path=str(real), size=size, sha256=digest, build_id=build,
                original=said.original_name, product=said.product_name, loaded=code,
            )  # fmt: skip
        if size == 0:
            raise CommandError(msg("{path} is empty", path=str(path)))
        found = replace(found, signer=choose.signatures().signer(found.path))
    except (OSError, RuntimeError) as error:
        why = said_by(error) if isinstance(error, OSError) else msg("links in a circle")
        raise CommandError(msg("{path} cannot be read: {why}", path=str(path), why=why)) from None
    return found


def deciding(path: str) -> Fingerprint | None:
    """The file beside a program that says which of an engine's games it is. None: there is none."""
    for other in candidates(path):
        with suppress(OSError):
            if Path(other).is_file():
                with Path(other).open("rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
                    return Fingerprint(other, size=file.tell(), sha256=digest)
    return None


def parts(path: str, beside: Fingerprint | None) -> tuple[str, ...]:
    """By which a script, an archive, or what an engine runs behind or `beside` itself, is known when it is changed or packed
    anew; nothing of other files.
    """
    return _parts(path) + (_parts(beside.path) if beside else ())


def _parts(path: str) -> tuple[str, ...]:
    with suppress(OSError), Path(path).open("rb") as file:
        return tuple(filter(None, map(written, own(file))))
    return ()


def _check_kind(path: Path, found: Fingerprint, *, emulator: bool) -> None:
    runner = _runner(found)
    if runner and not (emulator and interpreter(runner) == "emulator"):
        raise CommandError(
            msg("{path} is {runner}, and whatever it runs would be this game; name the game's own file, such as its script",
                path=str(path), runner=runner)
        )  # fmt: skip


def _runner(found: Fingerprint) -> str | None:
    """The common program that this file is, by its name, the one that it was built under, or as a copy of an installed one."""
    name = Path(found.path).name
    windows = is_windows(name) or found.original is not None
    for called in filter(None, (name, found.original)):
        if is_everybodys(called, windows=windows):
            return called
    return None if windows else next((path.name for path in _common(found.size) if same_content(path, found)), None)


def _common(size: int) -> Iterator[Path]:
    """The programs of this machine that everybody runs, and that have so many bytes."""
    for folder in dict.fromkeys(map(os.path.realpath, os.get_exec_path())):
        with suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                with suppress(OSError):  # a link to nothing
                    if entry.stat().st_size == size and is_everybodys(entry.name):
                        yield Path(entry)
