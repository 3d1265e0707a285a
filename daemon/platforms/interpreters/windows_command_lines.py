"""Which files the shells and script hosts of Windows run.

A program that a shell starts is a process of its own. Here only batch files, scripts and DLLs are looked for that the shell
itself runs. Sources: Microsoft, "Windows Commands", "about_PowerShell_exe", "about_Pwsh".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from types import MappingProxyType

from rules.programs import Family

_MOST, _MOST_COMMANDS = 16, 8  # files and commands in one command line
_LONGEST = 8_192  # characters (cmd.exe reads 8,191)

_NAME = re.compile(r'(?:"[^"]*"?|[^" \t])*+')  # the program's own name: quotes only keep its spaces
_CMD_OPTION = re.compile(r"\s*/([A-Za-z?])(:\S*)?")
_COMMAND = re.compile(r'(?:"[^"\n]*+(?:"|(?=\n)|$)|[^"&|()\n])++')  # one of several commands
_FIRST = re.compile(r'[\s@,;=]*+("[^"]*+"?|[^\s",;=/]++)')
_START_OPTION = r'\s*+(?:"[^"]*"|/d\s*+(?:"[^"]*"|\S++)|/\w++)(?=\s*+\S)'  # a title, /d FOLDER, others without a value
_STARTER = re.compile(rf'[\s@,;=]*+(?:(?:call|start(?:{_START_OPTION})*+)(?=[\s",;=/])\s*+)++', re.IGNORECASE)
_BATCH_PATH = re.compile(r"[A-Za-z]:[\\/][^\"<>|?*:&\n]*?\.(?:bat|cmd)\b", re.IGNORECASE)
_PS_WORD = re.compile(r"'([^'\n]*+)'|\"([^\"\n]*+)\"|([^\s'\"&;|(){},]++)")
_PS_VALUED = (
    "executionpolicy", "ep", "windowstyle", "inputformat", "outputformat", "version", "configurationname", "workingdirectory",
    "wd", "settingsfile", "encodedcommand", "ec",
)  # fmt: skip


def shell_files(family: Family, args: tuple[str, ...], line: str) -> tuple[str, ...] | None:
    """None: this family is no shell of Windows. `args`, `line`: as what_runs() has them."""
    files = _SHELLS.get(family)
    return None if files is None else tuple(islice(dict.fromkeys(filter(None, files(args, line))), _MOST))


def _cmd(args: tuple[str, ...], line: str) -> list[str]:
    """`cmd [/OPTION…] /C|/K|/R COMMAND`. Its quotes are not those of words, so the whole line is read if there is one."""
    line = line[:_LONGEST].lstrip()
    rest = _NAME.sub("", line, count=1) if line else " ".join(args[1:])[:_LONGEST]
    while option := _CMD_OPTION.match(rest):
        rest = rest[option.end() :]
        if option[1].lower() in "ckr":
            break
    else:
        return []  # a prompt
    rest = rest.strip()
    found = [file for text in (rest, rest.replace("^", "")) for file in _batch_files(text)]
    if rest.startswith('"') and (rest.count('"') != 2 or rest.endswith('"')):  # these may be around the whole command
        found += _batch_files("".join(rest[1:].rpartition('"')[::2]))
    # Without quotes nothing tells where a path with spaces ends.
    return found if line else [*found, *(match[0] for match in islice(_BATCH_PATH.finditer(rest), _MOST))]


def _batch_files(text: str) -> list[str]:
    """The batch files that these commands run. A name without an ending may be one."""
    found = list[str]()
    for command in islice(_COMMAND.finditer(text), _MOST_COMMANDS):
        match = _FIRST.match(_STARTER.sub("", command[0], count=1))
        word = match[1].strip('"') if match else ""
        name = word.replace("/", "\\").rpartition("\\")[2].lower()
        if name.endswith((".bat", ".cmd")):
            found.append(word)
        elif name and "." not in name:
            found += (f"{word}.bat", f"{word}.cmd")
    return found


def _powershell(args: tuple[str, ...], line: str) -> list[str]:
    """Its options may be cut short. Commands are searched for words that end in .ps1 or .psm1."""
    words = iter(args[1:])
    for word in words:
        if not word.startswith(("-", "/")):  # a file, or commands
            return [word, *_scripts((word, *words))]
        option = word.lstrip("-/").lower() or word
        if "file".startswith(option):
            return [next(words, "")]
        if "commandwithargs".startswith(option) or option == "cwa":
            return _scripts(words)
        if any(name.startswith(option) for name in _PS_VALUED):
            next(words, "")
    return []


def _scripts(words: Iterable[str]) -> list[str]:
    found = (match[1] or match[2] or match[3] or "" for match in _PS_WORD.finditer(" ".join(words)[:_LONGEST]))
    return [word for word in found if word.lower().endswith((".ps1", ".psm1"))]


def _script_host(args: tuple[str, ...], line: str) -> list[str]:
    return [word for word in args[1:] if not word.startswith("//")][:1]


def _mshta(args: tuple[str, ...], line: str) -> list[str]:
    """One path, with or without quotes."""
    return [*args[1:2], " ".join(args[1:])]


def _rundll32(args: tuple[str, ...], line: str) -> list[str]:
    """`rundll32 DLL,FUNCTION`, with or without quotes, and libraries after it: `shell32.dll,Control_RunDLL game.cpl`."""
    dlls = (text.partition(",")[0].strip() for text in (" ".join(args[1:]), "".join(args[1:2])))
    named = (one if "." in one.replace("/", "\\").rpartition("\\")[2] else f"{one}.dll" for one in dlls if one)
    return [*named, *(word.strip(",") for word in args[2:] if word.strip(",").lower().endswith((".dll", ".cpl", ".ocx")))]


def _regsvr32(args: tuple[str, ...], line: str) -> list[str]:
    return [word for word in args[1:] if not word.startswith(("/", "-"))]


_SHELLS: Mapping[Family, Callable[[tuple[str, ...], str], list[str]]] = MappingProxyType({
    "cmd": _cmd, "powershell": _powershell, "script-host": _script_host, "mshta": _mshta, "rundll32": _rundll32,
    "regsvr32": _regsvr32,
})  # fmt: skip
