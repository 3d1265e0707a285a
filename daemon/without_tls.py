"""asyncio without TLS, for a process with all rights that speaks on local sockets only: 3 MiB less, and less to attack.

asyncio asks for it when it is loaded, and does without where a Python has none. To be imported before asyncio.
"""

from __future__ import annotations

import importlib
import sys
from typing import cast

if "asyncio" not in sys.modules and "ssl" not in sys.modules:
    modules = cast("dict[str, object]", sys.modules)
    modules["ssl"] = None  # whoever imports it hears that it is not there
    try:
        importlib.import_module("asyncio")
    finally:
        del modules["ssl"]
