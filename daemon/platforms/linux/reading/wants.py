"""What a catalogue asks of files, without the catalogue: the reader knows no games."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rules.games import Catalogue, Fingerprint
from rules.matching.loaded import Pages, Wanted


@dataclass(frozen=True, slots=True)
class Wants:
    """The part of Catalogue that platforms.images.Images asks. `sizes`: of files whose hash tells something."""

    sizes: frozenset[int] = frozenset()
    parts: frozenset[int] = frozenset()
    wanted_blocks: Wanted = Wanted()  # noqa: RUF009 - a tuple

    def wants_sha256(self, size: int) -> bool:
        return size in self.sizes

    def wants_signer(self, _: Fingerprint) -> bool:
        return False

    def to_json(self) -> dict[str, Any]:
        blocks = self.wanted_blocks
        pages = [[page, [[slot, sorted(values)] for slot, values in slots.items()]] for page, slots in blocks.pages.items()]
        return {"sizes": sorted(self.sizes), "parts": sorted(self.parts), "pages": pages, "stamp": blocks.stamp}

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> Wants:
        pages: Pages = {page: {slot: frozenset(values) for slot, values in slots} for page, slots in said["pages"]}
        return cls(frozenset(said["sizes"]), frozenset(said["parts"]), Wanted(pages, said["stamp"]))


def wants_of(catalogue: Catalogue, sizes: Iterable[int]) -> Wants:
    """`sizes`: of files whose hash is wanted besides."""
    return Wants(catalogue.sizes | frozenset(sizes), catalogue.parts, catalogue.wanted_blocks)
