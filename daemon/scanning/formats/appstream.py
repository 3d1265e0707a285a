"""AppStream: what distributions and stores say of applications. Metainfo of one, and catalogues of many, in XML.

AppStream 1.0, "Upstream Metadata" and "Catalog XML". Only what a scan needs is kept: id, name, categories, who made it, what
starts it, and its content rating (OARS).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from daemon.scanning.formats.markup import Handler, read
from rules.matching.oars import INTENSITIES

_MOST = 200  # attributes, categories, launchables of one component


@dataclass(slots=True)
class Component:
    """One application. `launchables` are desktop ids, `binaries` names of programs.

    `oars` are the attributes of its rating, None where nobody rated it; `version` is that of OARS, as "oars-1.1".
    """

    id: str = ""
    type: str = ""
    name: str = ""
    developer: str = ""
    categories: set[str] = field(default_factory=set)
    launchables: set[str] = field(default_factory=set)
    binaries: set[str] = field(default_factory=set)
    oars: dict[str, str] | None = None
    version: str = ""

    @property
    def desktop_ids(self) -> frozenset[str]:
        """In lower case, without `.desktop`: an id is either the entry's or names it as launchable."""
        return frozenset(bare_id(id_) for id_ in (self.id, *self.launchables) if id_)


def rate(oars: dict[str, str], attribute: str, value: str) -> None:
    """Note one attribute of a rating; of one that stands twice the more intense value counts, as in libappstream."""
    held = oars.get(attribute)
    if held not in INTENSITIES or (value in INTENSITIES and INTENSITIES.index(value) > INTENSITIES.index(held)):
        oars[attribute] = value


def bare_id(id_: str) -> str:
    return id_.lower().removesuffix(".desktop")


def parse_components(pieces: Callable[[], bytes], take: Callable[[Component], None]) -> None:
    """Give each component of a metainfo file or a catalogue to `take`. MarkupError."""
    read(pieces, _Components(take))


class _Components(Handler):
    def __init__(self, take: Callable[[Component], None]) -> None:
        self._take = take
        self._now: Component | None = None
        self._depth = 0
        self._attribute: str | None = None
        self._translated = False

    def start(self, path: tuple[str, ...], attributes: Mapping[str, str]) -> None:
        name = path[-1]
        if name in {"component", "application"} and self._now is None and len(path) <= 2:
            self._now = Component(type=attributes.get("type", "generic"))
            self._depth = len(path)
            return
        if self._now is None:
            return
        self._translated = "xml:lang" in attributes
        if name == "content_rating" and len(path) == self._depth + 1:
            if attributes.get("type", "").startswith("oars-") and self._now.oars is None:
                self._now.oars, self._now.version = {}, attributes["type"]
        elif name == "content_attribute":
            self._attribute = attributes.get("id")
        elif name == "launchable":
            self._translated = attributes.get("type") != "desktop-id"

    def end(self, path: tuple[str, ...], text: str) -> None:
        now = self._now
        if now is None:
            return
        if len(path) == self._depth:
            self._now = None
            self._take(now)
            return
        self._note(now, path[self._depth :], text)

    def _note(self, now: Component, inside: tuple[str, ...], text: str) -> None:
        match inside:
            case ("id",) if not now.id:
                now.id = text[:200]
            case ("name",) if not now.name and not self._translated:
                now.name = text[:200]
            case ("developer", "name") | ("developer_name",) if not now.developer and not self._translated:
                now.developer = text[:200]
            case ("categories", "category") if len(now.categories) < _MOST:
                now.categories.add(text[:100])
            case ("launchable",) if not self._translated and len(now.launchables) < _MOST:
                now.launchables.add(text[:200])
            case ("provides", "binary") if len(now.binaries) < _MOST and "/" not in text:
                now.binaries.add(text[:100])
            case ("content_rating", "content_attribute") if now.oars is not None and self._attribute and len(now.oars) < _MOST:
                rate(now.oars, self._attribute[:100], text[:100])
            case _:
                return
