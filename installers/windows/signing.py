"""Signs programs for Windows: `osslsigncode`, with whatever key its options name (a PFX file, a PKCS#11 token)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

OPTIONS: Final = "GIOCHOI_SIGN"
"""Of the environment: osslsigncode's options, such as `-pkcs12 key.pfx -readpass file -ts URL`; none, and nothing is signed."""


def options() -> list[str]:
    return os.environ.get(OPTIONS, "").split()


def sign(paths: Sequence[Path]) -> None:
    """Each in its place. SystemExit: it is not to be had."""
    if not options():
        return
    if shutil.which("osslsigncode") is None:
        raise SystemExit("installers: osslsigncode is needed to sign: apt-get install osslsigncode")
    for path in paths:
        signed = path.with_suffix(".signed")
        command = ["osslsigncode", "sign", *options(), "-h", "sha256", "-n", "Giờ Chơi", "-in", str(path), "-out", str(signed)]
        if subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode:
            raise SystemExit(f"installers: {path.name} could not be signed")
        signed.replace(path)


if __name__ == "__main__":
    sign([Path(word) for word in sys.argv[1:]])
