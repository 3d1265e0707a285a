"""What interpreters load before or beside the file that they run, as their options and environments name it: pure.

bash(1), zsh(1), python(1) and "site", perlrun(1), ruby(1), lua(1), "Node.js, Command-line API".
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, islice
from types import MappingProxyType

from daemon.platforms.interpreters.view import PAUSE, Paused, View, each_under, split, under
from rules.programs import Family

_SYSTEMS = "/usr"
_VERSION = re.compile(r"python\d+\.\d+")
_LUAS = ("", "_5_2", "_5_3", "_5_4")
_LONGEST = 1 << 15  # characters: no system opens a longer path
_MOST = 64  # of anything that is named here: more are nobody's honest start
_RUNNERS = re.compile(
    r"(?:i?pdb|cprofile|profile|trace|coverage|kernprof|viztracer|ipython|idlelib|idle|runpy|unittest|doctest|pydoc|inspect|"
    r"py\.?test)[\d.]*",
    re.IGNORECASE,
)


def folders(variable: str, view: View, between: str) -> tuple[str, ...]:
    return _some(filter(None, view.variable(variable).split(between)))


def _some(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(islice(dict.fromkeys(words), _MOST))


def sites(name: str, started_as: str, view: View, between: str) -> Paused[tuple[str, ...]]:
    """Where Python has its modules: the system's, the account's, and beside where it was started, as in a venv. `started_as`:
    the first word of its command line.
    """
    places = (started_as,) if "/" in started_as else under(folders("PATH", view, between), started_as)
    own = view.variable("PYTHONUSERBASE") or "".join(under(tuple(filter(None, (view.variable("HOME"),))), ".local"))
    bases = dict.fromkeys((_SYSTEMS, own, *(one.rpartition("/")[0].rpartition("/")[0] for one in places)))
    version = _VERSION.search(name)
    found = list[str]()
    for lib in under(tuple(filter(None, bases)), "lib"):
        yield
        named = (version[0],) if version else tuple(one for one in view.names(lib) if one.startswith("py"))[:_MOST]
        found += under(under((lib,), *named, "python3"), ".", "site-packages", "dist-packages")
    return tuple(found)


def runs_another(kind: Family, words: tuple[str, ...]) -> bool:
    """Whether this module or file of Python's runs the file that it is told: a debugger, a profiler, a tester."""
    stem = words[0].replace("\\", "/").rpartition("/")[2].removesuffix(".py") if words else ""
    return kind == "python" and _RUNNERS.fullmatch(stem) is not None


def reads_on(name: str) -> bool:
    """Whether this module of Python's runs what it reads from its input."""
    return name in {"code", "asyncio", "IPython", "bpython", "ptpython"}


def package(folder: str, view: View) -> tuple[str, ...]:
    """What is run of a folder with a package.json."""
    try:
        found = json.loads(view.text(f"{folder}/package.json") or "{}")
    except (ValueError, RecursionError):
        return ()
    main = found.get("main") if isinstance(found, dict) else None
    return node(*under((folder,), main)) if isinstance(main, str) else ()


def node(path: str) -> tuple[str, ...]:
    """The files that this may stand for."""
    path = path.removeprefix("file://")
    return (path, f"{path}.js", f"{path}/index.js") if path else ()


def module(name: str, roots: Iterable[str]) -> Iterator[str]:
    """The same of one to be loaded, which may lie in one of these folders of modules."""
    places = () if name.startswith((".", "/", "file:")) else each_under(roots, name)
    return (file for path in chain((name,), places) for file in node(path))


def modules_of_node(view: View, between: str) -> tuple[str, ...]:
    return ("node_modules", *folders("NODE_PATH", view, between))


def on_the_path(kind: Family, words: tuple[str, ...], view: View, between: str) -> tuple[str, ...]:
    """Where the file of the first word may lie, if it has no folder of its own: shells look there, others with an option."""
    if kind not in {"shell", "perl", "ruby"} or not words or "/" in words[0]:
        return ()
    said = view.last("PATH") if kind == "shell" else view.variable("PATH")
    return under(_some(filter(None, said.split(between))), *words[:1])


def modules(kind: Family, names: Iterable[str], roots: Iterable[str], view: View, between: str) -> Iterator[str]:
    """The files of modules that options name, one by one."""
    names, roots = tuple(islice(names, _MOST)), list(roots)
    if not names:
        return
    if kind == "perl":  # `-Mlib=FOLDER` is an option like -I
        for name in names:
            roots += name[4:].split(",") if name.startswith("lib=") else ()
            yield PAUSE
        roots += folders("PERL5LIB", view, between) or folders("PERLLIB", view, between)
        roots += ("",) if view.variable("PERL_USE_UNSAFE_INC") else ()
    elif kind == "ruby":
        roots = ["", *roots, *folders("RUBYLIB", view, between)]
    elif kind == "lua":
        said = ";".join(view.variable(f"LUA_PATH{version}") for version in _LUAS).split(";", _MOST)[:_MOST]
        roots = ["?.lua", "?/init.lua", *filter(None, dict.fromkeys(said))]
    for name in names:
        if kind == "perl":
            yield from each_under(roots, f"{name.partition('=')[0].lstrip('-').replace('::', '/')}.pm")
        elif kind == "ruby":
            yield from each_under(roots, name, f"{name}.rb")
        elif kind == "lua":
            path = (name.partition("=")[2] or name).replace(".", "/")
            yield from (one.replace("?", path) for one in roots if len(one) + one.count("?") * len(path) < _LONGEST)
        else:
            yield name


def of_environment(kind: Family, view: View, between: str) -> tuple[str, ...]:
    """The files that its environment has it load."""
    found = _ENVIRONMENTS.get(kind)
    return tuple(islice(found(view, between), _MOST)) if found else ()


def _options(variable: str, view: View) -> tuple[str, ...]:
    return tuple(islice(split(view.variable(variable)), _MOST))


def _shell(view: View, between: str) -> Iterator[str]:
    yield from (view.last("BASH_ENV"), view.last("ENV"))
    if folder := view.last("ZDOTDIR"):
        yield from under((folder,), ".zshenv", ".zshrc")


def _python(view: View, between: str) -> Iterator[str]:
    """`site` imports two modules if it finds them; a zip file among the folders is one."""
    yield view.variable("PYTHONSTARTUP")
    roots = folders("PYTHONPATH", view, between)
    yield from (*roots, *under(roots, "sitecustomize.py", "usercustomize.py"))


def _perl(view: View, between: str) -> Iterator[str]:
    words = _options("PERL5OPT", view)
    roots = tuple(word[2:] for word in words if word.startswith("-I"))
    yield from modules("perl", tuple(word[2:] for word in words if word[:2] in {"-M", "-m"}), roots, view, between)


def _ruby(view: View, between: str) -> Iterator[str]:
    words = _options("RUBYOPT", view)
    roots = tuple(word[2:] for word in words if word.startswith("-I"))
    yield from modules("ruby", tuple(word[2:] for word in words if word.startswith("-r")), roots, view, between)


def _lua(view: View, between: str) -> Iterator[str]:
    for version in _LUAS:
        if (said := view.variable(f"LUA_INIT{version}")).startswith("@"):
            yield said[1:]


def _node(view: View, between: str) -> Iterator[str]:
    words, roots = iter(_options("NODE_OPTIONS", view)), modules_of_node(view, between)
    for word in words:
        name, _, value = word.partition("=")
        if name in {"-r", "--require", "--import", "--loader", "--experimental-loader"}:
            yield from module(value or next(words, ""), roots)


_ENVIRONMENTS: Mapping[Family, Callable[[View, str], Iterator[str]]] = MappingProxyType({
    "shell": _shell, "python": _python, "perl": _perl, "ruby": _ruby, "lua": _lua, "node": _node,
})
