"""SHA256SUMS of a folder, and its signature by minisign: whoever has the publisher's public key can check any file anywhere."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path
from typing import Final

SUMS: Final = "SHA256SUMS"


def write(folder: Path) -> None:
    """For `sha256sum --check`, by name."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith(SUMS))
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    (folder / SUMS).write_text("".join(lines), "utf-8")


def sign(folder: Path, key: Path, version: str) -> None:
    """With a secret key of minisign, which asks for its password if it has one. SystemExit: it did not sign."""
    what = f"giochoi {version}"  # is signed too: an older list cannot be passed off as this one's
    command = ["minisign", "-S", "-s", str(key), "-m", SUMS, "-t", what, "-c", f"{SUMS} of {what}"]
    try:
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    except FileNotFoundError:
        raise SystemExit("release: to sign needs minisign: apt-get install minisign") from None
    except subprocess.CalledProcessError as error:
        raise SystemExit(f"release: minisign did not sign (exit code {error.returncode})") from error
