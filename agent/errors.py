"""What goes wrong here, as one line each: for a caller (ApiError) and for whoever starts the agent (StartError)."""

from __future__ import annotations

from host.wire import ApiError


class StartError(Exception):
    """The agent cannot start. Its text is one clear line."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(f"{vi} / {en}")


def bad_input(vi: str, en: str) -> ApiError:
    """What was asked makes no sense; the text says what would."""
    return ApiError("bad-input", f"{vi} / {en}")


def not_found(vi: str, en: str) -> ApiError:
    """What was named is not here; the text says what is."""
    return ApiError("not-found", f"{vi} / {en}")


def refused(vi: str, en: str) -> ApiError:
    """It makes sense and is not done; the text says why."""
    return ApiError("refused", f"{vi} / {en}")


def unavailable(vi: str, en: str) -> ApiError:
    """It cannot be done now; nothing changed."""
    return ApiError("unavailable", f"{vi} / {en}")
