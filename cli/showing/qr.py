"""What a phone reads off a screen."""

from __future__ import annotations

import io


def qr(text: str) -> str:
    """`text` as a QR code of half blocks, which any phone reads off a screen or paper."""
    import segno  # noqa: PLC0415 - a tenth of a second that only few commands need

    drawn = io.StringIO()
    segno.make(text, micro=False).terminal(drawn, compact=True, border=2)
    return drawn.getvalue()
