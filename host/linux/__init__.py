"""The Linux half of host: reached through host.api only, and not type-checked for another platform."""
