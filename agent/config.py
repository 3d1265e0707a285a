"""HOME/agent/config.toml, all of it optional.

[catalogue]
shipped = true          # false: know only the games that were added with `giochoi game add`
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from agent.errors import StartError
from i18n.message import msg, said_by


class CatalogueConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    shipped: bool = True


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    catalogue: CatalogueConfig = CatalogueConfig()


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
