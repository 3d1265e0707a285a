"""The words of a command line as programs built with Microsoft's C runtime split it (since 2008): pure.

CommandLineToArgvW splits otherwise where two quotes stand side by side: `"a""b" c` are two words to python.exe and one to it.
"Parsing C command-line arguments" of Microsoft's documentation.
"""

from __future__ import annotations

import re

# The program's own name: quotes only keep its spaces.
_ITSELF = re.compile(r'(?:"[^"]*"?|[^" \t])*')
# Backslashes and the quote behind them, two quotes, spaces, or what stands for itself.
_PIECE = re.compile(r'(\\*)"("?)|([ \t]+)|(\\+|[^\\" \t]+)')


def split(line: str) -> tuple[str, ...]:
    """None of an empty line."""
    if not line.strip():
        return ()
    itself = _ITSELF.match(line)
    found, at = [itself[0].replace('"', "") if itself else ""], itself.end() if itself else 0
    word: list[str] | None = None  # None: between two words
    quoted = False
    while (piece := _PIECE.match(line, at)) is not None:
        at = piece.end()
        slashes, second, spaces, plain = piece.groups()
        if spaces is not None and not quoted:
            found += [] if word is None else ["".join(word)]
            word = None
            continue
        word = [] if word is None else word
        if spaces is not None or plain is not None:
            word.append(spaces or plain)
            continue
        word.append("\\" * (len(slashes) // 2))
        if len(slashes) % 2:
            word.append('"')
            at -= len(second)
        elif quoted and second:
            word.append('"')
        else:
            quoted = not quoted
            at -= len(second)
    return tuple(found if word is None else [*found, "".join(word)])
