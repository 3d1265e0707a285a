"""HOME/agent/config.toml, all of it optional.

[catalogue]
shipped = true          # false: know only the games that were added with `giochoi game add`

[updates]
fetch = true            # false: look for no newer version
from = "https://…"      # look at another copy of the place that this build names; its keys stay those that came with it
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from agent.errors import StartError
from host.publisher import Source
from i18n.message import msg, said_by


class CatalogueConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    shipped: bool = True


class UpdatesConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"url": "from"}):
    fetch: bool = True
    url: str | None = None

    def of(self, shipped: Source | None) -> Source | None:
        """The place to look at; None: none."""
        if shipped is None or not self.fetch:
            return None
        return Source(self.url or shipped.url, shipped.root)


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    catalogue: CatalogueConfig = CatalogueConfig()
    updates: UpdatesConfig = UpdatesConfig()


def load(folder: Path) -> Config:
    """The configuration in `folder`, or the default. StartError names file and field of a mistake."""
    path = folder / "config.toml"
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Config)
    except FileNotFoundError:
        return Config()
    except (msgspec.MsgspecError, ValueError, OSError) as error:
        text = msg("{path}: {why}; mend or remove the file, then start again", path=str(path), why=said_by(error))
        raise StartError(text) from None
