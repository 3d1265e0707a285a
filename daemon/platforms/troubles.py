"""Ids of Issues that watching raises on every system."""

BLIND, UNREADABLE, HELD = "watch-blind", "watch-unreadable", "read-held"
