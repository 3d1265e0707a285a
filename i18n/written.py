"""What every program of ours says of a file that it is to write."""

from __future__ import annotations

from typing import Final

from i18n.message import Message, msg

NOT_ALONE: Final = msg('"-" is standard output, where nothing else can go: name a file')
NO_TEXT: Final = msg("a terminal cannot show this: name a file, or add: > FILE")


def is_folder(path: str) -> Message:
    return msg("{path} is a folder: name a file in it", path=path)


def exists(path: str) -> Message:
    return msg("{path} exists; choose another name or remove it first", path=path)
