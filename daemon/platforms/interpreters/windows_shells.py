"""What the shells and script hosts that come with Windows run, by their command lines: pure.

A program that a shell starts is a process of its own and is seen as that. What is looked for here are the files that the shell
itself runs: batch files, scripts, a DLL. Each function gives words that may name one. Microsoft, "Windows Commands" (cmd,
call, start, rundll32, regsvr32, wscript, mshta), "about_PowerShell_exe", "about_Pwsh". `args` are the words of a command line,
the program's own name first; `line` is all of it.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from types import MappingProxyType

from rules.programs import Family

_MOST = 8  # batch files that are looked for in one command line
LONGEST = 32_767  # characters: what Windows and Wine start has no longer command line
_LONGEST = 8_192  # of a command line no shell here reads more characters (cmd.exe: 8,191)


# The program's own name, in quotes or without.
_ITSELF = re.compile(r'\s*(?:"[^"]*"?|[^\s"]*)\s*')
_CMD_OPTION = re.compile(r"\s*/([A-Za-z?])(:\S*)?")
# One command among several: its text in quotes and without, up to what separates commands.
_ONE = re.compile(r'(?:"[^"\n]*+(?:"|(?=\n)|$)|[^"&|()\n])++')
_FIRST = re.compile(r'[\s@,;=]*+("[^"]*+"?|[^\s",;=/]++)')
_BATCH = re.compile(r"\.(?:bat|cmd)", re.IGNORECASE)
_BATCH_PATH = re.compile(r"[A-Za-z]:[\\/][^\"<>|?*:&\n]*?\.(?:bat|cmd)\b", re.IGNORECASE)
_START_OPTION = re.compile(r'\s*(?:"[^"]*"|/(?:d\s*(?:"[^"]*"|\S+)|\w+))', re.IGNORECASE)
_PS_WORD = re.compile(r"'([^'\n]*+)'|\"([^\"\n]*+)\"|([^\s'\"&;|(){},]++)")
_PS_DATA = (  # options of PowerShell that have a value, as far as they may be cut short
    "executionpolicy", "ep", "windowstyle", "inputformat", "outputformat", "version", "psconsolefile", "configurationname",
    "configurationfile", "workingdirectory", "wd", "custompipename", "settingsfile", "if", "of",
)  # fmt: skip
_PS_VALUED = "".join(f"\0{option}" for option in _PS_DATA)


def _cmd(args: tuple[str, ...], line: str) -> tuple[str, ...]:
    """As `cmd [/OPTION…] /C|/K|/R COMMAND`: quotes count otherwise than in words, so the whole line is read."""
    match = _ITSELF.match(line[:_LONGEST])
    rest = line[match.end() : _LONGEST] if line and match else " ".join(args[1:])[:_LONGEST]
    while option := _CMD_OPTION.match(rest):
        rest = rest[option.end() :]
        if option[1].lower() in "ckr":
            break
    else:
        return ()  # a prompt: what is typed there, nobody sees
    rest = rest.strip()
    found = dict.fromkeys((*_batches(rest), *(_batches(rest.replace("^", "")) if "^" in rest else ())))
    if rest.startswith('"') and (rest.count('"') != 2 or rest.endswith('"')):  # the first and the last may be around all of it
        inside, _, after = rest[1:].rpartition('"')
        found.update(dict.fromkeys(_batches(inside + after)))
    if not line:  # the quotes are gone, and with them where a path with spaces ends
        found.update(dict.fromkeys(match[0] for match in islice(_BATCH_PATH.finditer(rest), _MOST)))
    return tuple(found)[: 3 * _MOST]


def _batches(text: str) -> Iterator[str]:
    """The batch files that these commands run; a word without an ending may be one."""
    for number, part in enumerate(_ONE.finditer(text)):
        if number == _MOST:
            return
        word, rest = _first(part[0])
        while word.lower() in {"call", "start"}:
            while word.lower() == "start" and (option := _START_OPTION.match(rest)) and rest[option.end() :].strip():
                rest = rest[option.end() :]
            word, rest = _first(rest)
        name = re.split(r"[\\/]", word)[-1]
        if _BATCH.fullmatch(name[-4:]):
            yield word
        elif name and "." not in name:
            yield from (f"{word}.bat", f"{word}.cmd")


def _first(text: str) -> tuple[str, str]:
    """A command's first word without its quotes, and the rest."""
    match = _FIRST.match(text)
    return (match[1].strip('"'), text[match.end() :]) if match else ("", "")


def _powershell(args: tuple[str, ...], line: str) -> tuple[str, ...]:
    words = args[1:]
    at = 0
    while at < len(words):
        option, at = _ps_option(words[at]), at + 1
        if option is None:  # Windows PowerShell takes it for commands, the newer one for a file
            return tuple(dict.fromkeys((words[at - 1], *_scripts(" ".join(words[at - 1 :])))))
        if "file".startswith(option):
            return words[at : at + 1]
        if option in {"e", "ec"} or (len(option) > 1 and "encodedcommand".startswith(option)):
            return _scripts(_decoded("".join(words[at : at + 1])))
        if "command".startswith(option) or option in {"commandwithargs", "cwa"}:
            return _scripts(" ".join(words[at:]))
        at += f"\0{option}" in _PS_VALUED
    return ()


def _ps_option(word: str) -> str | None:
    """An option's name in lower case; None: it is none."""
    name = word.lstrip("-/").lower()
    return name if name and word[0] in "-/" else None


def _scripts(text: str) -> tuple[str, ...]:
    """What ends in .ps1 in these commands: anywhere, as the language is too rich to say which of them runs it."""
    words = (match[1] or match[2] or match[3] or "" for match in _PS_WORD.finditer(text[:_LONGEST]))
    found = dict.fromkeys(word for word in words if word.lower().endswith((".ps1", ".psm1")))
    return tuple(found)[:_MOST]


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text[:_LONGEST], validate=True).decode("utf-16-le", "replace")
    except (binascii.Error, ValueError):
        return ""


def _script_host(args: tuple[str, ...], line: str) -> tuple[str, ...]:
    """As `wscript [//OPTION…] SCRIPT`: options have two slashes and no value of their own."""
    return tuple(word for word in args[1:] if not word.startswith("//"))[:1]


def _mshta(args: tuple[str, ...], line: str) -> tuple[str, ...]:
    """All that follows is one path, with or without quotes."""
    return tuple(dict.fromkeys((*args[1:2], " ".join(args[1:]))))


def _rundll32(args: tuple[str, ...], line: str) -> tuple[str, ...]:
    """As `rundll32 DLL,FUNCTION`: the words up to the comma, also where the path has spaces and no quotes; or the first word.
    What has no ending gets one. And what a DLL of the system is told to load: `shell32.dll,Control_RunDLL game.cpl`.
    """
    found = dict.fromkeys((" ".join(args[1:]).partition(",")[0].strip(), "".join(args[1:2]).partition(",")[0].strip()))
    named = (one if "." in re.split(r"[\\/]", one)[-1] else f"{one}.dll" for one in found if one)
    return tuple(dict.fromkeys((*named, *_libraries(args))))


def _regsvr32(args: tuple[str, ...], line: str) -> tuple[str, ...]:
    """Options begin with a slash; whatever the library is called, it is run."""
    return tuple(word for word in args[1:] if not word.startswith(("/", "-")))[:_MOST]


def _libraries(args: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word.strip(",") for word in args[2:] if word.strip(",").lower().endswith((".dll", ".cpl", ".ocx")))[:_MOST]


SHELLS: Mapping[Family, Callable[[tuple[str, ...], str], tuple[str, ...]]] = MappingProxyType({
    "cmd": _cmd, "powershell": _powershell, "script-host": _script_host, "mshta": _mshta, "rundll32": _rundll32,
    "regsvr32": _regsvr32,
})
