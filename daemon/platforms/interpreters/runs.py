"""What reading an interpreter's command line needs, and its result: the process it belongs to, and the files it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

MOST_FOLDERS = 64
_LONGEST_PATH = 4_096


@dataclass(frozen=True, slots=True)
class Runs:
    """The files that an interpreter may run. All paths are as written: relative ones start in its working directory.

    `files`: candidates in order. The first one that is a plain file is run, with `every` each of them may be.
    `inside`: names to try inside a candidate that is a folder.
    `also`: further candidates, none of which is a folder.
    `stdin`: if no candidate exists, the program is read from the standard input.
    `command`: the command line of the program that a loader starts. It may be an interpreter in turn.
    `words`: what the command line says after its files of arguments were read, and main classes that manifests name.
    `speaks`: whether the words of its command line describe this program. A Windows shell's describe what it starts.
    """

    files: tuple[str, ...] = ()
    every: bool = False
    inside: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    speaks: bool = True
    stdin: bool = False
    also: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """`variable`: a variable of its environment, empty if it is not set or not known.
    `text`: the beginning of a plain file, empty if there is none.
    `names`: the names in a folder, some of them if there are too many.
    `manifest`: the manifest of a jar, empty if there is none.
    """

    variable: Callable[[str], str] = lambda _: ""
    text: Callable[[str], str] = lambda _: ""
    names: Callable[[str], tuple[str, ...]] = lambda _: ()
    manifest: Callable[[str], str] = lambda _: ""


NOTHING = View()


def under(folders: tuple[str, ...], *names: str) -> tuple[str, ...]:
    """Each name in each folder. The empty folder is the working directory. Leaves out what no system opens."""
    possible = [name for name in names if 0 < len(name) <= _LONGEST_PATH and "\0" not in name]
    return tuple(
        f"{folder.rstrip('/')}/{name}" if folder else name
        for folder in folders if len(folder) <= _LONGEST_PATH for name in possible
    )  # fmt: skip


def search_path(variable: str, view: View, between: str) -> tuple[str, ...]:
    """The folders that a variable such as PATH lists."""
    return tuple(islice(dict.fromkeys(filter(None, view.variable(variable).split(between))), MOST_FOLDERS))
