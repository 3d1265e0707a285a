"""The one way in which a command ends early, and what is said of words that nobody knows and where nobody answers."""

from __future__ import annotations

from collections.abc import Iterable

from host import choose
from host.homes import Home
from host.transport import Unreachable
from i18n.message import Message, MessageError, comma, msg, said_by, typed
from words.shell import quote

_SEAT = "agent.seat"  # agent.api.seat.PUBLISHED, which brings much


class CommandError(MessageError):
    """One line for the person at the keyboard: what, where, what to do. `code` is the contract's: 1 failed, 2 bad input."""

    def __init__(self, message: Message, code: int = 2) -> None:
        super().__init__(message)
        self.code = code


def unknown(word: str, known: Iterable[str], see: str = "") -> Message:
    """What to say of a word that is none of these: the one that was probably meant, or all, or which command tells (`see`)."""
    import difflib  # noqa: PLC0415 - of use for mistakes alone

    there = {one.lower().lstrip("-"): one for one in known}  # else two options are alike by their dashes
    if near := difflib.get_close_matches(word.lower().lstrip("-"), there, 1):
        return msg("{word} is not known; did you mean {near}?", word=typed(word), near=there[near[0]])
    if see:
        return msg("{word} is not known; see: {command}", word=typed(word), command=see)
    return msg("{word} is not known; choose from {known}", word=typed(word), known=comma(there.values()))


def to_start(server: str, home: Home) -> str:
    """The command that starts this server at `home`."""
    if home.kind == "system":
        return choose.service().to_start(server)
    return f"{server} --home {quote(str(home.root))}" if home.kind == "given" else server


def nobody(error: Unreachable, home: Home, *, looks: bool) -> CommandError:
    """The end of a command that found nobody at `home`: what to start and, unless it only `looks`, that nothing changed."""
    agent = "giochoi-uplink" if (home.public / _SEAT).exists() else "giochoi-agent"
    server = agent if str(error).startswith(f"{home.agent_address}:") else "giochoi-daemon"
    told = {"why": said_by(error), "start": to_start(server, home)}
    said = msg("{why}; start: {start}", **told) if looks else msg("{why}; start: {start}; nothing changed", **told)
    return CommandError(said, code=3)
