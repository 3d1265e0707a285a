"""What interpreters load before or beside the file that they run, as their options and environments name it: pure.

bash(1), zsh(1), python(1) and "site", perlrun(1), ruby(1), lua(1), "Node.js, Command-line API".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping
from types import MappingProxyType

from daemon.platforms.interpreters import node
from daemon.platforms.interpreters.view import MOST, PAUSE, Paused, View, each_under, folders, some, under
from rules.programs import Family

_SYSTEMS = "/usr"
_VERSION = re.compile(r"python\d+\.\d+")
_LUAS = ("", "_5_2", "_5_3", "_5_4", "_5_5")
_LONGEST = 1 << 15  # characters: no system opens a longer path
_RUNNERS = re.compile(
    r"(?:i?pdb|pudb|debugpy|cprofile|profile|trace|coverage|kernprof|viztracer|pyinstrument|scalene|(?:line|memory)_profiler|"
    r"ipython|idlelib|idle|pyshell|runpy|unittest|doctest|pydoc|inspect|py\.?test|nose2?|pickle)[\d.]*",
    re.IGNORECASE,
)
_EXPANDED = re.compile(r"\$(?:(\w++)|\{(\w++)(?::?[-=+]([^{}]*+))?\})")
_PERLS = re.compile(r"[\w:']+")


def sites(name: str, started_as: str, view: View, between: str) -> Paused[tuple[str, ...]]:
    """Where Python has its modules: the system's, the account's, and beside where it was started, as in a venv. `started_as`:
    the first word of its command line.
    """
    places = (started_as,) if "/" in started_as else under(folders("PATH", view, between), started_as)
    own = view.variable("PYTHONUSERBASE") or "".join(under(tuple(filter(None, (view.variable("HOME"),))), ".local"))
    beside = (one.rpartition("/")[0].rpartition("/")[0] for one in places)
    bases = dict.fromkeys((_SYSTEMS, own, *beside, view.variable("PYTHONHOME")))
    version = _VERSION.search(name)
    found = list[str]()
    for lib in under(tuple(filter(None, bases)), "lib"):
        yield
        named = (version[0],) if version else tuple(one for one in view.names(lib) if one.startswith("py"))[:MOST]
        found += under(under((lib,), *named, "python3"), ".", "site-packages", "dist-packages")
    return tuple(found)


def runs_another(kind: Family, words: tuple[str, ...]) -> bool:
    """Whether this module or file of Python's runs the file that it is told: a debugger, a profiler, a tester."""
    path = words[0].replace("\\", "/").removesuffix(".py").removesuffix("__main__").rstrip("/.") if words else ""
    stem = path.rpartition("/")[2]  # of a module its last part tells, and of a program what stands before its version
    return kind == "python" and any(map(_RUNNERS.fullmatch, (stem, stem.rpartition(".")[2])))


def reads_on(name: str) -> bool:
    """Whether this module of Python's runs what it reads from its input."""
    return name in {"code", "asyncio", "IPython", "bpython", "ptpython"}


def parents(path: str, *ends: str) -> Iterator[str]:
    """The files of a module of Python's and of each that it is in, which run before: of a class in one, too."""
    path = path[:_LONGEST]
    while path:
        yield from (path + end for end in ends)
        path = path.rpartition("/")[0]


def on_the_path(kind: Family, words: tuple[str, ...], view: View, between: str) -> tuple[str, ...]:
    """Where the file of the first word may lie, if it has no folder of its own: shells look there, others with an option."""
    if kind not in {"shell", "perl", "ruby"} or not words or "/" in words[0]:
        return ()
    said = view.last("PATH") if kind == "shell" else view.variable("PATH")
    return under(some(said.split(between)), *words[:1])


def modules(kind: Family, names: Collection[str], told: Iterable[str], view: View, between: str) -> Iterator[str]:
    """The files of modules that options name, one by one. `told`: where options say that these are."""
    roots = (yield from _roots(kind, names, told, view, between)) if names else {}
    for name in names:
        yield PAUSE
        if kind == "perl":
            match = _PERLS.match(name.lstrip("-"))  # what follows is for it to import, or code
            path = match[0].replace("::", "/").replace("'", "/") if match else ""
            yield from each_under(roots, f"{path}.pm")
        elif kind == "ruby":
            yield from each_under(roots, name, f"{name}.rb")
        elif kind == "lua":
            path = (name.partition("=")[2] or name).replace(".", "/")
            yield from (one.replace("?", path) for one in roots if len(one) + one.count("?") * len(path) < _LONGEST)
        else:
            yield name


def _roots(
    kind: Family, names: Iterable[str], told: Iterable[str], view: View, between: str
) -> Generator[str, None, dict[str, None]]:  # fmt: skip
    """Where these modules may be, and PAUSE."""
    roots = dict.fromkeys(("",) if kind == "ruby" else ("?.lua", "?/init.lua") if kind == "lua" else ())
    for root in told:
        roots |= dict.fromkeys(root.split(between) if kind == "ruby" else (root,))
        yield PAUSE
    if kind == "perl":  # `-Mlib=FOLDER` is an option like -I
        for name in names:
            roots |= dict.fromkeys(name[4:].split(",") if name.startswith("lib=") else ())
            yield PAUSE
        roots |= dict.fromkeys(folders("PERL5LIB", view, between) or folders("PERLLIB", view, between))
        roots |= dict.fromkeys(("",) if view.variable("PERL_USE_UNSAFE_INC") else ())
    elif kind == "ruby":
        roots |= dict.fromkeys(folders("RUBYLIB", view, between))
    elif kind == "lua":
        said = ";".join(view.variable(f"LUA_PATH{version}") for version in _LUAS).split(";", MOST)[:MOST]
        roots |= dict.fromkeys(filter(None, said))
    return roots


def of_environment(kind: Family, view: View, between: str) -> Iterator[str]:
    """The files that its environment has it load, one by one."""
    found = _ENVIRONMENTS.get(kind)
    return found(view, between) if found else iter(())


def _shell(view: View, between: str) -> Iterator[str]:
    for said in (view.last("BASH_ENV"), view.last("ENV")):
        yield said
        if "$" in said:
            yield from _expanded(said, view)
    if folder := view.last("ZDOTDIR"):
        yield from under((folder,), ".zshenv", ".zshrc", ".zprofile", ".zlogin")


def _expanded(said: str, view: View) -> Iterator[str]:
    """As a shell puts in variables; PWD it sets itself. Nothing where no file can have such a name."""
    found, at = "", 0
    for match in _EXPANDED.finditer(said):
        yield PAUSE
        name = match[1] or match[2]
        found += said[at : match.start()] + (view.last(name) or ("." if name == "PWD" else match[3] or ""))
        at = match.end()
        if len(found) >= _LONGEST:
            return
    yield found + said[at:]


def _fish(view: View, between: str) -> Iterator[str]:
    folder = view.last("XDG_CONFIG_HOME").rstrip("/")
    if folder and folder != f"{view.last('HOME').rstrip('/')}/.config":  # there it reads them whatever it is told
        own = f"{folder}/fish/conf.d"
        yield f"{folder}/fish/config.fish"
        yield PAUSE
        yield from under((own,), *(one for one in view.names(own) if one.endswith(".fish")))


def _python(view: View, between: str) -> Iterator[str]:
    """`site` imports two modules if it finds them; a zip file among the folders is one."""
    yield view.variable("PYTHONSTARTUP")
    roots = folders("PYTHONPATH", view, between)
    yield from (*roots, *under(roots, "sitecustomize.py", "usercustomize.py"))


def _lua(view: View, between: str) -> Iterator[str]:
    for version in _LUAS:
        if (said := view.variable(f"LUA_INIT{version}")).startswith("@"):
            yield said[1:]


_ENVIRONMENTS: Mapping[Family, Callable[[View, str], Iterator[str]]] = MappingProxyType({
    "shell": _shell, "fish": _fish, "python": _python, "lua": _lua, "node": node.of_environment,
})
