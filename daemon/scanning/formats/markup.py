"""XML that somebody else wrote, read without any of what makes XML dangerous.

No document type is accepted at all: so there are no entities to multiply ("billion laughs"), none that name files or addresses.
Depth, number and size of what is kept are bounded. Needs nothing beside expat, and never builds a tree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from xml.parsers import expat  # no tree and no entities: see above

from i18n.message import MessageError, msg, said_by

_DEEPEST = 40
_LONGEST_TEXT = 20_000

Element = tuple[str, Mapping[str, str]]
"""Name and attributes."""


class MarkupError(MessageError, ValueError):
    """Not XML that is read here. The text is one clear line."""


def read(pieces: Callable[[], bytes], ended: Callable[[Sequence[Element], str], None]) -> None:
    """Feed the document that `pieces` yields, until it yields nothing. MarkupError.

    `ended` hears of each element when it ends: those from the root to it, and its own text, without that of elements inside it.
    """
    reading = _Reading(ended)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reading.doctype
    parser.EntityDeclHandler = reading.doctype
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.text
    try:
        while piece := pieces():
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, UnicodeError) as error:  # also an encoding that nobody knows, or that does not fit
        raise MarkupError(msg("not valid XML: {why}", why=said_by(error))) from None


class _Reading:
    def __init__(self, ended: Callable[[Sequence[Element], str], None]) -> None:
        self._ended = ended
        self._path: list[Element] = []
        self._texts: list[list[str]] = []
        self._size = 0

    def doctype(self, *_: object) -> None:
        raise MarkupError(msg("it has a DOCTYPE and is not read"))

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._path) >= _DEEPEST:
            raise MarkupError(msg("nested too deeply"))
        self._path.append((name[:100], attributes))
        self._texts.append([])
        self._size = 0

    def end(self, _: str) -> None:
        self._ended(self._path, "".join(self._texts.pop()).strip())
        self._path.pop()
        self._size = 0

    def text(self, data: str) -> None:
        if self._texts and self._size < _LONGEST_TEXT:
            self._texts[-1].append(data[: _LONGEST_TEXT - self._size])
            self._size += len(data)
