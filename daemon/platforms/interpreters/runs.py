"""What an interpreter runs, as its command line says it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Runs:
    """`files`: words that may name what is run, in order: the first one that is a plain file does; with `every` any may.
    `inside`: what is run of one that is a folder. `stdin`: where none is found, it is what the program reads from. `also`: what
    it loads besides. `beyond`: the same, by names of which only the loader knows where they lead.

    `named`: as long as it runs, it runs the first of `files` that there was when it started.

    `command`: the command line of what a loader runs, which may be an interpreter again. `words`: what it was told, also
    elsewhere. Not `speaks`: no other word says what runs in it, as in a shell of Windows, which only starts others.

    `files` and `also` come one by one, once, and between them PAUSE (view.py): they may be too many to hold.
    """

    files: Iterable[str] = ()
    every: bool = False
    inside: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    speaks: bool = True
    stdin: bool = False
    also: Iterable[str] = ()
    words: tuple[str, ...] = ()
    named: bool = False
    beyond: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WhatRuns(Runs):
    """All of it at once."""

    files: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
