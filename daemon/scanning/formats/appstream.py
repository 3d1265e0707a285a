"""AppStream: what distributions and stores say of applications. Metainfo of one, and catalogues of many, in XML.

AppStream 1.0, "Upstream Metadata" and "Catalog XML". Only what a scan needs is kept: id, name, categories, who made it, what
starts it, and its content rating (OARS).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from daemon.scanning.formats.markup import Element, read
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
        """In lower case, without `.desktop`. A component names its desktop entries by its own id or as launchables."""
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
    now: Component | None = None

    def ended(path: Sequence[Element], text: str) -> None:
        nonlocal now
        depth = next((at for at, (name, _) in enumerate(path[:2], 1) if name in {"component", "application"}), 0)
        if not depth:
            return
        now = now or Component(type=path[depth - 1][1].get("type", "generic"))
        if len(path) > depth:
            _note(now, path[depth:], text)
        else:
            take(now)
            now = None

    read(pieces, ended)


def _note(now: Component, inside: Sequence[Element], text: str) -> None:
    attributes = inside[-1][1]
    translated = "xml:lang" in attributes
    names = [name for name, _ in inside]
    match names:
        case ["id"] if not now.id:
            now.id = text[:200]
        case ["name"] if not now.name and not translated:
            now.name = text[:200]
        case ["developer", "name"] | ["developer_name"] if not now.developer and not translated:
            now.developer = text[:200]
        case ["categories", "category"] if len(now.categories) < _MOST:
            now.categories.add(text[:100])
        case ["launchable"] if attributes.get("type") == "desktop-id" and len(now.launchables) < _MOST:
            now.launchables.add(text[:200])
        case ["provides", "binary"] if len(now.binaries) < _MOST and "/" not in text:
            now.binaries.add(text[:100])
        case ["content_rating", *_] if (kind := inside[0][1].get("type", "")).startswith("oars-"):
            if now.oars is None:
                now.oars, now.version = {}, kind
            if names[1:] == ["content_attribute"] and (attribute := attributes.get("id")) and len(now.oars) < _MOST:
                rate(now.oars, attribute[:100], text[:100])
