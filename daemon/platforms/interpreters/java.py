"""What Java runs: class path, module path, main class, files of arguments, manifests.

Sources: "The java Command" (options, @argfiles, wildcards), "JAR File Specification" (Class-Path, Main-Class).
"""

from __future__ import annotations

import re
from itertools import islice

from daemon.platforms.interpreters.runs import Runs, View, search_path, under

_CLASS_PATH = frozenset(("-cp", "-classpath", "--class-path"))
_MODULE_PATH = frozenset(("-p", "--module-path"))
_VALUED = frozenset((
    "-d", "--describe-module", "--add-modules", "--limit-modules", "--add-opens", "--add-exports", "--add-reads", "--source",
    "--enable-native-access", "--upgrade-module-path", "--patch-module", "--finalization",
))  # fmt: skip
_CLASS = re.compile(r"(?:[\w.]+/)?([^\W\d][\w$]*(?:\.[^\W\d][\w$]*)*)")  # with or without its module
_MOST_ARGFILES = _MOST_MANIFESTS = _MOST_WILDCARDS = 16
_MOST_CLASSES = 4
_MOST_JARS = 256  # that manifests name
_FOLDED = re.compile(r"\r?\n |\r ")
_ABSOLUTE = re.compile(r"/|[A-Za-z]:")
_HEADER = re.compile(r"^(Class-Path|Main-Class):(.*)$", re.MULTILINE | re.IGNORECASE)
# A word in a file of arguments: quotes of either kind, and a backslash before a character that stands for itself.
_WORD = re.compile(r"""(?:"(?:\\.|[^"\\])*+(?:"|$)|'(?:\\.|[^'\\])*+(?:'|$)|\\.|[^\s"'\\])++""", re.DOTALL)
_PIECE = re.compile(r""""((?:\\.|[^"\\])*+)"?|'((?:\\.|[^'\\])*+)'?|((?:\\.|[^"'\\])++)""", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def java_runs(words: tuple[str, ...], view: View, between: str) -> Runs:
    """`words`: its command line without its own name. `between`: the sign between two entries of a class path."""
    every = _with_argfiles(words, view)
    entries, named = list(search_path("CLASSPATH", view, between)), list[str]()
    remaining = iter(every)
    for word in remaining:
        option, equals, value = word.partition("=")
        if option in _CLASS_PATH:
            entries += (value if equals else next(remaining, "")).split(between)
        elif option in _MODULE_PATH:  # a folder of jars, or a jar
            folders = (value if equals else next(remaining, "")).split(between)
            entries += (one for folder in folders if folder for one in (folder, f"{folder}/*"))
        elif option in {"-m", "--module"}:
            named.append(value if equals else next(remaining, ""))
        elif word in _VALUED:
            next(remaining, None)
        elif not word.startswith("-"):
            named.append(word)
    found = _expanded(entries, view)
    first = (*found, *named) if "-jar" in every else found
    jars, mains = _of_manifests([one.replace("\\", "/") if between == ";" else one for one in first[:_MOST_MANIFESTS]], view)
    classes = islice(filter(None, map(_CLASS.fullmatch, named)), _MOST_CLASSES)
    files = tuple(f"{one.replace('.', '/')}.class" for one in (*(match[1] for match in classes), *mains))
    return Runs((*found, *named, *jars), every=True, inside=files, also=files, words=(*every, *mains))


def _expanded(entries: list[str], view: View) -> tuple[str, ...]:
    """The entries of a class path, of a wildcard the jars in its folder."""
    found, wildcards = list[str](), 0
    for entry in dict.fromkeys(entries):
        if not entry.endswith("*"):
            found.append(entry)
        elif wildcards < _MOST_WILDCARDS:
            wildcards += 1
            folder = entry[:-1].rstrip("/\\") or entry[:-1]
            found += under((folder,), *(name for name in view.names(folder or ".") if name.lower().endswith(".jar")))
    return tuple(filter(None, found))


def _of_manifests(jars: list[str], view: View) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The jars that manifests name, also by those jars' own manifests, and the main classes."""
    every, mains = list(dict.fromkeys(jars)), list[str]()
    before = len(every)
    for jar in islice(every, _MOST_MANIFESTS):  # which grows meanwhile
        headers = _HEADER.findall(_FOLDED.sub("", view.manifest(jar)))
        mains += [value.strip() for name, value in headers if name.lower() == "main-class"][:1]
        paths = " ".join(value for name, value in headers if name.lower() == "class-path").split()[:_MOST_JARS]
        folder = jar.rpartition("/")[0]
        named = (one for path in paths for one in under(("" if _ABSOLUTE.match(path) else folder,), path))
        known = set(every)
        every += [one for one in dict.fromkeys(named) if one not in known]
    return tuple(every[before : before + _MOST_JARS]), tuple(mains)


def _with_argfiles(words: tuple[str, ...], view: View) -> tuple[str, ...]:
    """The words, and in place of each @file those in the file. These name no further files."""
    every, files = list[str](), 0
    for word in words:
        if word.startswith("@") and not word.startswith("@@") and files < _MOST_ARGFILES:
            files += 1
            lines = view.text(word[1:]).replace("\0", " ").splitlines()
            every += split_words("\n".join(line for line in lines if not line.lstrip().startswith("#")))
        else:
            every.append(word)
    return tuple(every)


def split_words(text: str) -> list[str]:
    return [_ESCAPED.sub(r"\1", "".join(map("".join, _PIECE.findall(word)))) for word in _WORD.findall(text)]
