"""giochoi completion: a script for a shell, which asks `giochoi __complete WORD…` at every TAB what may stand there."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Final

from agent.api.players import GuardianList, GuardianRow
from agent.api.rulebook import GameList
from cli.commands import NOUNS, Commands, of
from cli.context import Context
from cli.errors import CommandError
from cli.output import Output
from cli.parser import GLOBALS, Argument
from daemon.api.messages import GrantsGet
from daemon.api.status import PlayerPart, StatusGet
from host.homes import Home, HomeError
from host.rpc_client import ask
from host.transport import Unreachable
from host.wire import ApiError
from i18n.message import msg
from rules.packs.shipped import shipped_packs
from words.shell import typed_as

_EMPTY: Final = '""'  # Windows PowerShell passes no empty word on, but this
_SCRIPTS: Final = {
    "bash": """\
_giochoi() {
    local IFS=$'\\n'
    COMPREPLY=($(giochoi __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _giochoi giochoi
""",
    "zsh": """\
#compdef giochoi
_giochoi() {
    local -a found
    found=(${(f)"$(giochoi __complete "${(@)words[2,CURRENT]}" 2>/dev/null)"})
    if (( $#found )); then compadd -- $found; else _files; fi
}
if [[ ${funcstack[1]} == _giochoi ]]; then _giochoi "$@"; else compdef _giochoi giochoi; fi
""",
    "fish": """\
function __giochoi
    set -l words (commandline -opc) (commandline -ct)
    set -l found (giochoi __complete $words[2..] 2>/dev/null)
    if set -q found[1]; printf '%s\\n' $found; else; __fish_complete_path (commandline -ct); end
end
complete -c giochoi -f -a '(__giochoi)'
""",
    "powershell": """\
Register-ArgumentCompleter -Native -CommandName giochoi -ScriptBlock {
    param($word, $line, $cursor)
    $words = @($line.CommandElements | Select-Object -Skip 1 | ForEach-Object { "$_" })
    if ($word -eq '') { $words += '""' }
    giochoi __complete @words 2>$null |
        ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
}
""",
}


def add_to(commands: Commands) -> None:
    parser = commands.add("completion", show, "bash >> ~/.bashrc",
                          "fish > ~/.config/fish/completions/giochoi.fish",
                          "powershell >> $PROFILE", looks=True)  # fmt: skip
    parser.takes("shell", "SHELL", msg("bash, zsh, fish or powershell"), choices=_SCRIPTS)


def show(args: Namespace, context: Context) -> None:
    script = _SCRIPTS[args.shell]
    context.out.answer({"script": script}, lambda: context.out.line(script.removesuffix("\n")))


def complete(words: Sequence[str]) -> int:
    """Say what the last word may become. Nothing where files are wanted, or nobody knows."""
    *before, last = words or ("",)
    last = "" if last == _EMPTY else last
    found: Iterable[str]
    try:
        asked, rest = GLOBALS.parse_known_args(before)
        found = _after(rest, last, Context(asked.home))
    except CommandError:  # an option that still lacks its value
        found = next((one.choices for one in GLOBALS.taken if before[-1] in one.names), ())
    out = Output()
    for one in sorted(found):
        if one.startswith(last):
            out.line(one)
    return 0


def _after(before: Sequence[str], last: str, context: Context) -> Iterable[str]:
    """What may stand behind these words of a command."""
    if not before:
        return _options(()) if last.startswith("-") else NOUNS
    commands = of(before[0]) if before[0] in NOUNS else {}
    name = before[0] if before[0] in commands else " ".join(before[:2])
    if name not in commands:
        return [one.partition(" ")[2] for one in commands] if len(before) == 1 else ()
    taken = commands[name].taken
    valued = {name: one for one in taken for name in one.names if one.value}
    if before[-1] in valued:
        return _values(valued[before[-1]], context)
    if last.startswith("-"):
        return _options(taken)
    rest = before[len(name.split()) :]
    if name == "help" and rest:
        return [one.partition(" ")[2] for one in of(rest[0])] if rest[0] in NOUNS and len(rest) == 1 else ()
    placed = [word for word, left in zip(rest, ("", *rest), strict=False) if left not in valued and not word.startswith("-")]
    places = [one for one in taken if not one.names]
    at = len(placed) if len(placed) < len(places) else len(places) - 1 if places and places[-1].many in {"*", "+"} else None
    return () if at is None or not places else _values(places[at], context)


def _options(taken: Sequence[Argument]) -> list[str]:
    return [one.names[-1] for one in (*taken, *GLOBALS.taken) if one.names]


def _values(argument: Argument, context: Context) -> Iterable[str]:
    """What there is to choose from: words of the command itself, packs, or what the daemon and the agent know."""
    kind = argument.value.partition("|")[0]
    if kind.startswith("PACK"):
        return shipped_packs()
    if kind == "NOUN":
        return NOUNS
    with suppress(ApiError, HomeError, Unreachable):
        return (*argument.choices, *_known(argument, kind, context.home))
    return argument.choices


def _known(argument: Argument, kind: str, home: Home) -> Iterable[str]:
    """What the servers know of this kind. ApiError, Unreachable."""
    if kind == "PLAYER":
        return _named(ask(home.daemon_address, StatusGet()).players)
    if kind == "GRANT":
        return [one.id for one in ask(home.daemon_address, GrantsGet()).grants if one.revoked is None]
    if kind == "GAME" or "--game" in argument.names:
        return [one.game.id for one in ask(home.agent_address, GameList()).games]
    if kind == "GUARDIAN" or "--guardian" in argument.names:
        return _named(ask(home.agent_address, GuardianList()).guardians)
    return ()


def _named(people: Iterable[PlayerPart | GuardianRow]) -> list[str]:
    """As one types them: by name, or by id where a shell would not take the name as it is."""
    return [typed_as(one.name, one.id) for one in people]
