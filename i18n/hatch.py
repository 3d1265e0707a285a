"""The step of the wheel's build that makes the catalogues, so that no built file lies in the tree's history."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Catalogues(BuildHookInterface[Any]):
    """Found by hatchling through pyproject.toml, also for an editable installation."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        sys.path.insert(0, self.root)
        from i18n.build import make  # noqa: PLC0415 - only now it can be found

        build_data["artifacts"] += [f"i18n/{make(po).name}" for po in Path(self.root, "i18n").glob("*.po")]
