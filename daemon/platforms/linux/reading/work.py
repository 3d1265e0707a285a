"""What a reader does: whatever of a process or a file its user may have us wait for. It may never come back."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, BinaryIO

from daemon.platforms.hashing import key, sha256
from daemon.platforms.images import Known
from daemon.platforms.linux import procfs
from daemon.platforms.linux.reading.lines import Message, found, shut
from daemon.platforms.linux.watching.images import Images

_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY

Head = dict[str, Any]


def done(asked: Message) -> Message:
    """The answer, with `errno` where the system refused. Closes what came with the question."""
    number = {"n": asked.head["n"]}
    answer = Message({})
    try:
        answer = _WORK[asked.head["do"]](asked.head, asked.handle)
    except OSError as error:
        number["errno"] = error.errno or 0
    except ValueError:  # no name that a file could have
        number["errno"] = 0
    except procfs.BlindError:
        number["blind"] = 1
    finally:
        shut(asked.handle)
    return answer._replace(head={**answer.head, **number})


def _args(head: Head, _: int) -> Message:
    return Message({}, procfs.cmdline(head["pid"], head["limit"]))


def _find(head: Head, _: int) -> Message:
    """The file at a path, opened for nothing."""
    return Message({}, handle=os.open(os.fsencode(head["path"]), os.O_PATH | os.O_CLOEXEC))


def _stat(_: Head, handle: int) -> Message:
    return Message({"found": found(handle)})


def _content(head: Head, handle: int) -> Message:
    """What is soon read of it, and its hash, as far as they are wanted; and whether it is still the file that was meant."""
    mine = os.dup(handle) if head.get("opened") else os.open(f"/proc/self/fd/{handle}", _READ)
    try:
        with open(mine, "rb", buffering=0, closefd=False) as file:
            known = asdict(_Images().first(file)) if head["first"] else None
        digest = sha256(mine) if head["digest"] else None
        return Message({"known": known, "digest": digest, "key": key(os.fstat(mine))})
    finally:
        os.close(mine)


class _Images(Images):
    def first(self, file: BinaryIO) -> Known:
        return self._first(file)


_WORK: dict[str, Callable[[Head, int], Message]] = {"args": _args, "find": _find, "stat": _stat, "content": _content}
