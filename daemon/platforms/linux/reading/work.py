"""What a reader does: whatever of a process or a file its user may have us wait for. It may never come back."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, BinaryIO

from daemon.platforms.hashing import key, sha256
from daemon.platforms.images import Known
from daemon.platforms.linux import procfs
from daemon.platforms.linux.reading import stamps, texts
from daemon.platforms.linux.reading.lines import Message, found, shut
from daemon.platforms.linux.reading.ways import way
from daemon.platforms.processes import BlindError
from host.loaded import taken
from host.parts import parts
from rules.matching.loaded import written

_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY

First = Callable[[BinaryIO], Known]
Head = dict[str, Any]


class Work:
    def __init__(self, first: First) -> None:
        self._first = first

    def done(self, asked: Message) -> Message:
        """The answer, with `errno` where the system refused. Closes what came with the question.

        `held`: we lack something, such as descriptors. It may be its user's doing, who may limit whoever reads as him
        (prlimit(2)), or whose file system says so: it tells nothing of what else there is to see.
        """
        number = {"n": asked.head["n"]}
        answer = Message({})
        try:
            answer = self._do(asked.head, asked.handle)
        except OSError as error:
            number["held" if error.errno in procfs.WANT else "errno"] = error.errno or 0
        except ValueError:  # no name that a file could have
            number["errno"] = 0
        except BlindError:
            number["held"] = 1
        finally:
            shut(asked.handle)
        return answer._replace(head={**answer.head, **number})

    def _do(self, head: Head, handle: int) -> Message:
        match head["do"]:
            case "find":  # opened for nothing
                return Message({}, handle=os.open(way(head["path"]), os.O_PATH | os.O_CLOEXEC))
            case "stat":
                return Message({"found": found(handle)})
            case "link":
                return Message({"link": procfs.link(way(head["path"], last=False))})
            case "content":
                return self._content(head, handle)
            case text:
                return Message({}, _text(text, head))

    def _content(self, head: Head, handle: int) -> Message:
        """What is soon read of it, its hash, the blocks of these pages of its code, and its parts, as far as they are wanted;
        which file it is by now, and whether nobody could write to it before it was read.
        """
        mine = os.dup(handle) if head.get("opened") else os.open(f"/proc/self/fd/{handle}", _READ)
        try:
            alone = stamps.alone(mine)
            with open(mine, "rb", buffering=0, closefd=False) as file:
                first = self._first(file) if head["first"] else None
                code = written(taken(file, head["pages"])).encode() if "pages" in head else b""
                has = b" ".join(b"%x" % part for part in parts(file)) if head["parts"] else b""
            digest = sha256(mine) if head["digest"] else None
            known = first and {name: getattr(first, name) for name in ("build", "original", "product", "native")}
            said = {"known": known, "digest": digest, "key": key(os.fstat(mine)), "stamp": head.get("stamp", 0)}
            return Message({**said, "parts": head["parts"], "alone": alone}, code + b"\0" + has)
        finally:
            os.close(mine)


def _text(do: str, head: Head) -> bytes:
    limit = head["limit"]
    match do:
        case "args":
            return procfs.cmdline(head["pid"], limit)
        case "environment":
            return procfs.environment(head["pid"], limit)
        case "beginning":
            return texts.beginning(way(head["path"]), limit)
        case "manifest":
            return texts.manifest(way(head["path"]), limit)
        case _:
            return os.fsencode("\0".join(texts.names(way(head["path"]), limit)))
