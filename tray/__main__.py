"""`giochoi-tray`: the icon in the tray of whoever is logged in, and its dialogs (`--dialog NAME`)."""

from __future__ import annotations

import sys


def main() -> int:
    """Exit codes are the contract's."""
    return 0


if __name__ == "__main__":
    sys.exit(main())
