"""What is printed on A4, by ReportLab, which needs Pillow."""

from __future__ import annotations

from i18n.message import msg

# Debian's package takes Pillow from the system, which may do without.
NO_PILLOW = msg("a PDF cannot be made without {package}; install it: {command}",
                package="python3-pil", command="sudo apt install python3-pil")  # fmt: skip
