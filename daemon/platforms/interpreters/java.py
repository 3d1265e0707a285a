"""What Java runs, by its command line, files of arguments and environment: pure.

"The java Command" (options, @argfiles, JDK_JAVA_OPTIONS, CLASSPATH, wildcards), JVM TI (JAVA_TOOL_OPTIONS), "JAR File
Specification" (Class-Path).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from urllib.parse import unquote

from daemon.platforms.interpreters.view import View, split, under

_PATHS = frozenset(("-cp", "-classpath", "--class-path", "-p", "--module-path", "--upgrade-module-path"))
_VALUED = frozenset((
    "-d", "--describe-module", "--add-modules", "--limit-modules", "--add-opens", "--add-exports", "--add-reads", "--source",
    "--patch-module", "--enable-native-access", "--finalization",
))  # fmt: skip
_GLUED = re.compile(
    r"-Djava\.class\.path=(?P<paths>.*)|-Xbootclasspath(?:/[ap])?:(?P<boot>.*)|"
    r"-(?:javaagent|agentpath):(?P<agent>[^=]*).*|-XX:(?:VMOptionsFile|Flags)=(?P<options>.*)",
    re.DOTALL,
)
_CLASS = re.compile(r"(?:[\w.]+/)?([^\W\d][\w$]*(?:\.[^\W\d][\w$]*)*)")  # with the module that it is in, or without
_MOST_FILES = 16  # of arguments: more are nobody's honest start
_MOST_CLASSES = 4  # words that may name the main class
_MOST_MANIFESTS, _MOST_JARS = 16, 256  # that are looked at, and that they name
_URL = re.compile(r"file:(?://(?=/))?(?:/(?=[A-Za-z]:))?")
_FOLDED = re.compile(r"\r?\n |\r ")
_ROOTED = re.compile(r"/|[A-Za-z]:")
_HEADER = re.compile(r"^(Class-Path|Main-Class):(.*)$", re.MULTILINE | re.IGNORECASE)


Words = tuple[str, ...]


def told(words: Words, view: View, between: str) -> tuple[Words, Words, Words]:
    """The files and folders that it may run, the files of its main class in them, all that it was told, wherever it stands."""
    every = list(_expanded((*_of_environment(view), *words), view))
    folders, files, classes = view.variable("CLASSPATH").split(between), list[str](), list[str]()
    remaining = iter(every)
    for word in remaining:
        name, equals, value = word.partition("=")
        if name in _PATHS:
            folders += (value if equals else next(remaining, "")).split(between)
        elif word in _VALUED:
            next(remaining, None)
        elif word.startswith("-"):
            if glued := _GLUED.fullmatch(word):
                folders += (glued["paths"] or glued["boot"] or "").split(between)
                files += filter(None, (glued["agent"],))
        else:
            files.append(word)
            if len(classes) < _MOST_CLASSES and (match := _CLASS.fullmatch(word)):
                classes.append(match[1].replace(".", "/") + ".class")
    folders = list(dict.fromkeys(filter(None, folders)))
    found = [one for folder in folders for one in _entry(folder, view)]
    jars = (*found, *(files if "-jar" in every else ()))
    named, mains = _of_manifests(tuple(jar.replace("\\", "/") for jar in jars) if between == ";" else jars, view)
    classes += (main.replace(".", "/") + ".class" for main in mains)
    return (*found, *files, *named), tuple(classes), (*every, *mains)


def _of_manifests(jars: Words, view: View) -> tuple[list[str], list[str]]:
    """What manifests name: other jars, and what those name, relative to where they lie; and the main classes."""
    known, mains = set(jars), list[str]()
    every = list(dict.fromkeys(jars))
    before = len(every)
    for jar in islice(every, _MOST_MANIFESTS):  # also those that come on the way
        for name, value in _HEADER.findall(_FOLDED.sub("", view.manifest(jar))):
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
        folder = folder[:-1].rstrip("/\\") or folder[:-1]
        yield from under((folder,), *(name for name in view.names(folder or ".") if name.lower().endswith(".jar")))
    else:
        yield folder


def _of_environment(view: View) -> Iterator[str]:
    for name in ("JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS"):
        yield from split(view.variable(name))


def _expanded(words: Iterable[str], view: View) -> Iterator[str]:
    """With what stands in files of arguments, which name no others."""
    left = _MOST_FILES
    for word in words:
        glued = _GLUED.fullmatch(word) if word.startswith("-XX:") else None
        file = glued["options"] if glued else word[1:] if word.startswith("@") and not word.startswith("@@") else ""
        if file and left:
            left -= 1
            yield from split("\n".join(line for line in view.text(file).splitlines() if not line.lstrip().startswith("#")))
        else:
            yield word
