"""What Node.js runs, by its command line and environment: pure. "Node.js, Command-line API", "Modules", "Packages"."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from urllib.parse import unquote

from daemon.platforms.interpreters.runs import Runs
from daemon.platforms.interpreters.view import AT_ONCE, PAUSE, Paused, View, each_under, folders, split, under

_CODE = frozenset(("-e", "-p", "-pe", "--eval", "--print"))
_INSIDE = ("index.js", "main.js", "app.asar", "resources/app.asar")
_LONGEST = 1 << 15  # characters: no system opens a longer path
_PACKAGES = 4  # words, besides values of options, of which it is looked whether they are folders with a package.json
_URL = re.compile(r"file:(?://[^/]*(?=/))?(?:/(?=[A-Za-z]:))?", re.IGNORECASE)
_BEFORE, _OTHERWISE = re.compile(r"[^?#]*"), re.compile(r"[?#%]|\Afile:", re.IGNORECASE)
_ABOVE = tuple("../" * number + "node_modules" for number in range(1, 9))  # of folders above where Node works
_NODES = re.compile(
    r"-r|--(?:require|import|preload|loader|experimental-loader|entry-url|test-reporter|test-global-setup|snapshot-blob)"
)
_ENV_FILE = re.compile(r"""^[ \t]*(?:export[ \t]+)?NODE_OPTIONS[ \t]*=[ \t]*("[^"]*"|'[^']*'|`[^`]*`|[^\n]*)""", re.MULTILINE)


def told(words: tuple[str, ...], view: View, between: str) -> Paused[Runs]:
    """Options may stand anywhere, and are too many to know which have values."""
    named, loads, env_files, packages = list[str](), dict[str, None](), dict[str, None](), dict[str, None]()
    inline, after, others, left = False, "", 0, AT_ONCE
    remaining = iter(words)
    for word in remaining:
        if (left := left - len(word) - 1) < 0:
            left = AT_ONCE
            yield
        if word in _CODE:
            inline = True
        elif word.startswith("-"):
            name, _, value = word.partition("=")
            if _loads(name):
                loads[value or next(remaining, "")] = None
            elif _is_env_file(name):
                env_files[value or next(remaining, "")] = None
        elif not inline:  # else it is code, or its data
            named.append(word)
            others += not after.startswith("-")  # what follows an option may be its value
            if others <= _PACKAGES or word[:5].lower() == "file:":
                packages[word] = None
        after = word
    first = _required(loads, view, between) if loads else ()
    also = chain(first, _mains(packages, view), _env_files(env_files, view, between) if env_files else ())
    return Runs(named, every=True, inside=_INSIDE, stdin=not inline and (not named or "-" in words), also=also)


def _mains(words: Iterable[str], view: View) -> Iterator[str]:
    for word in words:
        yield f"{word}.js"
        yield from chain(files(word) if _OTHERWISE.search(word) else (), _package(word, view))


def _package(folder: str, view: View) -> Iterator[str]:
    """What is run of a folder with a package.json, by its `main` or whatever it says it exports."""
    yield PAUSE
    text = view.text(f"{folder}/package.json")
    try:
        found = json.loads(text) if text else ()
    except (ValueError, RecursionError):
        return
    for name in _strings([found.get("exports"), found.get("main")] if isinstance(found, dict) else []):
        yield from files(*under((folder,), name)) if name else (PAUSE,)


def _strings(inside: list[object]) -> Iterator[str]:
    """In whatever conditions these are (Node.js, "Packages"), the last ones first."""
    while inside:
        one = inside.pop()
        inside += one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
        yield one if isinstance(one, str) else PAUSE


def files(path: str) -> Iterator[str]:
    """The files that this may stand for, which may be said as a URL, or relative to one."""
    yield PAUSE
    names: Iterable[str] = (path,)
    if _OTHERWISE.search(path):
        url = _URL.match(path)
        said = _BEFORE.match(path, url.end() if url else 0)
        plain = unquote(said[0][:_LONGEST], errors="surrogateescape") if said else ""
        names = (plain,) if url else (path, plain)
    for name in names:
        yield from (name, f"{name}.js", f"{name}/index.js") if name else ()


def _loads(option: str) -> bool:
    """Whether this option of Node's has a value that names what is loaded."""
    return _NODES.fullmatch(_dashed(option)) is not None


def _is_env_file(option: str) -> bool:
    return _dashed(option).startswith("--env-file")


def _dashed(option: str) -> str:
    return option[:2] + option[2:].replace("_", "-")


def _required(names: Iterable[str], view: View, between: str) -> Iterator[str]:
    """The same of modules to be loaded, which may lie in a folder of modules, and be packages. Those above come last: one that
    is named after many others is found before all of these are looked for everywhere.
    """
    every = dict[str, None]()
    for name in names:
        every[name] = None
        yield PAUSE
    every.pop("", None)
    near = ("node_modules", *folders("NODE_PATH", view, between)) if every else ()
    for name in every:
        for path in _places(name, near):
            yield from files(path)
    for name in every:
        for path in _places(name, (*near, *_ABOVE)):
            yield from files(path)
            yield from _package(path, view)


def _places(name: str, roots: tuple[str, ...]) -> Iterator[str]:
    yield name
    if not name.startswith((".", "/")) and not _URL.match(name):
        yield from each_under(roots, name)


def _required_by(options: str) -> Iterator[str]:
    """What these of Node's name, and between them PAUSE."""
    words = split(options)
    for word in words:
        name, _, value = word.partition("=")
        yield (value or next(words, "")) if _loads(name) else PAUSE


def _env_files(paths: Iterable[str], view: View, between: str) -> Iterator[str]:
    """What the same options have it load that stand in files of variables."""
    def names() -> Iterator[str]:
        for path in paths:
            yield PAUSE
            text = view.text(path)
            for said in _ENV_FILE.finditer(text) if "NODE_OPTIONS" in text else ():
                yield PAUSE
                yield from _required_by(said[1].strip("\"'` \r"))

    return _required(names(), view, between)


def of_environment(view: View, between: str) -> Iterator[str]:
    options, instead = view.variable("NODE_OPTIONS"), view.variable("NODE_REPL_EXTERNAL_MODULE")
    return _required(chain(_required_by(options), (instead,)), view, between) if options or instead else iter(())
