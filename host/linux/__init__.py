"""The Linux half of host: reached through host.system only, and not type-checked for another platform."""
