"""What a decision says, in one word."""

from __future__ import annotations

from typing import Literal

Verdict = Literal["allow", "ask", "refuse"]
