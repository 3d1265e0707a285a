"""The result of reading an interpreter's command line."""

from __future__ import annotations

from dataclasses import dataclass


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
