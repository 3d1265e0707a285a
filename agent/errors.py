"""What goes wrong here: for a caller (ApiError) and for whoever starts the agent (StartError)."""

from __future__ import annotations

from functools import partial
from typing import Final

from host.wire import ApiError
from i18n.message import MessageError


class StartError(MessageError):
    """The agent cannot start."""


bad_input: Final = partial(ApiError, "bad-input")
"""What was asked makes no sense; the message says what would."""

not_found: Final = partial(ApiError, "not-found")
"""What was named is not here; the message says what is."""

refused: Final = partial(ApiError, "refused")
"""It makes sense and is not done; the message says why."""
