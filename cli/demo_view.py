"""How the demo is shown: a line for each step with what was measured, and on a terminal the time left, live."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.output import Output, clean
from cli.times import left
from daemon.api.messages import GamePart, Signal

if TYPE_CHECKING:
    from rich.live import Live

_BAR = 30


@dataclass(frozen=True, slots=True)
class Result:
    """A step and whether it was observed; `measured` is what was, or what went wrong."""

    id: str
    title: str
    ok: bool
    measured: str


class View:
    """Shows steps, signals and the time left; with --json it is silent until `close`."""

    def __init__(self, out: Output) -> None:
        self._out = out
        self._live: Live | None = None
        self.results: list[Result] = []

    def say(self, text: str) -> None:
        """A line beside the steps."""
        if not self._out.json:
            self._print(text)

    def step(self, result: Result) -> None:
        """A step is over."""
        self.results.append(result)
        mark = "✓" if result.ok else "✗"
        self.say(f"{mark} {len(self.results):>2}. {result.title}")
        self.say(f"      {result.measured}")

    def signal(self, signal: Signal) -> None:
        """What the player is shown."""
        if signal.kind in {"warning", "notice"}:
            self.say(f"      🔔 {signal.text}")

    def time_left(self, part: GamePart | None) -> None:
        """How much of the game's time is used and left, redrawn in place; nothing where no person watches."""
        if self._live is None or part is None:
            return
        from rich.text import Text  # noqa: PLC0415 - on a terminal only, as in cli.output

        share = part.used_s / max(part.used_s + (part.left_s or 0.0), 0.001) if part.allowed else 1.0
        full = round(_BAR * share)
        style = "red" if share >= 1 else "yellow" if share > 0.5 else "green"
        still = (
            left(None if part.left_s is None else part.left_s * 1000)
            if part.allowed
            else "hết giờ, đang đóng / time is up, closing"
        )
        self._live.update(
            Text.assemble(
                "      ",
                ("█" * full, style),
                ("░" * (_BAR - full), "dim"),
                f" {part.used_s:5.1f} s  {still}",
                no_wrap=True,
                overflow="ellipsis",
            )
        )

    @contextmanager
    def live(self) -> Iterator[None]:
        """While this is open, `time_left` draws."""
        if not self._out.terminal:
            yield
            return
        from rich.live import Live  # noqa: PLC0415 - on a terminal only, as in cli.output

        with Live(refresh_per_second=8, transient=True) as live:
            self._live = live
            try:
                yield
            finally:
                self._live = None

    def close(self, *, ok: bool) -> None:
        """The last word."""
        if self._out.json:
            steps = [{"id": one.id, "title": one.title, "ok": one.ok, "measured": one.measured} for one in self.results]
            self._out.document({"ok": ok, "steps": steps})
        elif ok:
            self.say("Tất cả đã được quan sát thấy / every step was observed.")
        else:
            self._out.message("giochoi: bản demo không đạt / the demo did not succeed")

    def _print(self, text: str) -> None:
        if self._live is None:
            self._out.line(text)
        else:
            self._live.console.print(clean(text), markup=False, highlight=False)
