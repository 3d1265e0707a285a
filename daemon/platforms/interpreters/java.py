"""What Java runs, by its command line, files of arguments and environment: pure.

"The java Command" (options, @argfiles, JDK_JAVA_OPTIONS, CLASSPATH, wildcards), JVM TI (JAVA_TOOL_OPTIONS), "JAR File
Specification" (Class-Path).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from urllib.parse import unquote

from daemon.platforms.interpreters.view import AT_ONCE, PAUSE, Paused, View, split, under

_PATHS = frozenset(("-cp", "-classpath", "--class-path", "-p", "--module-path", "--upgrade-module-path"))
_VALUED = frozenset((
    "-d", "--describe-module", "--add-modules", "--limit-modules", "--add-opens", "--add-exports", "--add-reads", "--source",
    "--enable-native-access", "--finalization",
))  # fmt: skip
_GLUED = re.compile(
    r"-Djava\.class\.path=(?P<paths>.*)|-Xbootclasspath(?:/[ap])?:(?P<boot>.*)|"
    r"-Djava\.(?:ext|endorsed)\.dirs=(?P<jars>.*)|"
    r"-(?:javaagent|agentpath):(?P<agent>[^=]*).*|-XX:(?:VMOptionsFile|Flags)=(?P<options>.*)",
    re.DOTALL,
)
_CLASS = re.compile(r"(?:[\w.]+/)?([^\W\d][\w$]*(?:\.[^\W\d][\w$]*)*)")  # with the module that it is in, or without
_AT_ONCE = 256  # words of a file between two pauses
_MOST_FILES = 16  # of arguments: more are nobody's honest start
_MOST_CLASSES = 4  # words that may name the main class
_MOST_MANIFESTS, _MOST_JARS = 16, 256  # that are looked at, and that they name
_URL = re.compile(r"file:(?://(?=/))?(?:/(?=[A-Za-z]:))?")
_FOLDED = re.compile(r"\r?\n |\r ")
_ROOTED = re.compile(r"/|[A-Za-z]:")
_HEADER = re.compile(r"^(Class-Path|Main-Class):(.*)$", re.MULTILINE | re.IGNORECASE)


Words = tuple[str, ...]


def told(words: Words, view: View, between: str) -> Paused[tuple[Iterable[str], Words, Words]]:
    """The files and folders that it may run, one by one, the files of its main class in them, all that it was told, wherever
    it stands.
    """
    every = yield from _expanded(chain(_of_environment(view), words), view)
    folders = dict.fromkeys(view.variable("CLASSPATH").split(between))
    files, classes, left = list[str](), list[str](), AT_ONCE
    remaining = iter(every)
    for word in remaining:
        if (left := left - len(word) - 1) < 0:
            left = AT_ONCE
            yield
        name, equals, value = word.partition("=")
        if name in _PATHS:
            folders |= dict.fromkeys((value if equals else next(remaining, "")).split(between))
            left = 0
        elif name == "--patch-module":  # MODULE=PATH
            folders |= dict.fromkeys((value if equals else next(remaining, "")).partition("=")[2].split(between))
            left = 0
        elif word in _VALUED:
            next(remaining, None)
        elif word.startswith("-") and name != "--module":
            if glued := _GLUED.fullmatch(word):
                folders |= dict.fromkeys((glued["paths"] or glued["boot"] or "").split(between))
                folders |= dict.fromkeys(f"{one}/*" for one in (glued["jars"] or "").split(between) if one)
                files += filter(None, (glued["agent"],))
        else:
            main = value if name == "--module" else word
            files.append(main)
            if len(classes) < _MOST_CLASSES and (match := _CLASS.fullmatch(main)):
                classes.append(match[1].replace(".", "/") + ".class")
    folders.pop("", None)
    found = (one for folder in folders for one in _entry(folder, view))
    first = yield from _first(chain(found, files if "-jar" in every else ()))
    slashed = tuple(jar.replace("\\", "/") for jar in first) if between == ";" else first
    named, mains = yield from _of_manifests(slashed, view)
    classes += (main.replace(".", "/") + ".class" for main in mains)
    rest = (one for one in files if one not in first)
    return chain(first, found, rest, named), tuple(classes), (*every, *mains)


def _first(jars: Iterable[str]) -> Paused[Words]:
    """Those of which the manifests are looked at."""
    first = dict[str, None]()
    for jar in jars:
        yield
        if jar != PAUSE:
            first[jar] = None
        if len(first) == _MOST_MANIFESTS:
            break
    return tuple(first)


def _of_manifests(jars: Words, view: View) -> Paused[tuple[list[str], list[str]]]:
    """What manifests name: other jars, and what those name, relative to where they lie; and the main classes."""
    known, mains = set(jars), list[str]()
    every = list(jars)
    before = len(every)
    for jar in islice(every, _MOST_MANIFESTS):  # also those that come on the way
        manifest = view.manifest(jar)
        yield
        for name, value in _HEADER.findall(_FOLDED.sub("", manifest)):
            yield
            if name.lower() == "main-class":
                mains.append(value.strip())
                continue
            paths = (unquote(_URL.sub("", word, count=1), errors="surrogateescape") for word in value.split()[:_MOST_JARS])
            named = (path if _ROOTED.match(path) else under((jar.rpartition("/")[0],), path)[0] for path in paths)
            every += (new := [one for one in dict.fromkeys(named) if one not in known])
            known.update(new)
    return every[before : before + _MOST_JARS], mains


def _entry(folder: str, view: View) -> Iterator[str]:
    """A jar; of a wildcard, or of a folder of modules, the jars in it."""
    if folder.endswith("*"):
        yield PAUSE
        folder = folder[:-1].rstrip("/\\") or folder[:-1]
        yield from under((folder,), *(name for name in view.names(folder or ".") if name.lower().endswith(".jar")))
    else:
        yield folder


def _of_environment(view: View) -> Iterator[str]:
    for name in ("JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "OPENJ9_JAVA_OPTIONS", "IBM_JAVA_OPTIONS"):
        yield from split(view.variable(name))


def _expanded(words: Iterable[str], view: View) -> Paused[list[str]]:
    """With what stands in files of arguments, which name no others."""
    every, files, left = list[str](), _MOST_FILES, AT_ONCE
    for word in words:
        if (left := left - len(word) - 1) < 0:
            left = AT_ONCE
            yield
        glued = _GLUED.fullmatch(word) if word.startswith("-XX:") else None
        file = glued["options"] if glued else word[1:] if word.startswith("@") and not word.startswith("@@") else ""
        if file and files:
            files -= 1
            text = view.text(file)
            yield
            lines = (line for line in text.splitlines() if not line.lstrip().startswith("#"))
            for number, inside in enumerate(split("\n".join(lines)), 1):
                every.append(inside)
                if not number % _AT_ONCE:
                    yield
        else:
            every.append(word)
    return every
