"""What travels over a local channel (host.rpc): the bases of requests and answers, and how a refusal is told."""

from __future__ import annotations

import sys
from typing import Any, ClassVar, ForwardRef, Generic, Literal, TypeVar, cast, get_args

import msgspec

from i18n.message import Message, MessageError

Code = Literal["refused", "bad-input", "unavailable", "not-found"]
A = TypeVar("A", bound=msgspec.Struct)


class Wire(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all that travels. Unknown fields of a request are refused; those of an answer, which a newer server gave, are
    left out (host.lenient).
    """


class Request(Wire, Generic[A], frozen=True, kw_only=True):
    """What is asked: `class PlayerAdd(Request[Done])` is answered by a Done, or a stream of them. `op` is its name on the wire,
    `patience` how many seconds its answer may take.
    """

    op: ClassVar[str] = ""
    patience: ClassVar[float] = 10.0


def answer_of(request: type[Request[A]]) -> type[A]:
    """What a request of this kind is answered with. An answer may stand below its request in the same module."""
    (kind,) = get_args(cast("Any", request).__orig_bases__[0])
    if isinstance(kind, ForwardRef):
        kind = vars(sys.modules[request.__module__])[kind.__forward_arg__]
    return cast("type[A]", kind)


class Near(msgspec.Struct, frozen=True):
    """`asked` means nobody, but almost the one with this `id`: whoever sits at a terminal can be asked.

    `kind`: "player", "guardian" or "game".
    """

    kind: str
    asked: str
    id: str


class Failure(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a server says no."""

    code: Code
    text: Message
    near: Near | None = None


class ApiError(MessageError):
    """The other side refuses or fails."""

    def __init__(self, code: Code, message: Message, near: Near | None = None) -> None:
        super().__init__(message)
        self.code: Code = code
        self.near = near


def encoded(answer: msgspec.Struct) -> bytes:
    """As JSON. Of text that is none – half a surrogate pair, as file names may hold one – the half is replaced: an answer that
    could not be sent would be missed by everybody who asks.
    """
    try:
        return msgspec.json.encode(answer)
    except UnicodeEncodeError:
        return msgspec.json.encode(_whole(msgspec.to_builtins(answer)))


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_whole(key): _whole(inner) for key, inner in value.items()}
    return [_whole(inner) for inner in value] if isinstance(value, list | tuple) else value
