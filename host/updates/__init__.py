"""Newer versions of ourselves, on Windows: where they come from, and what is believed of it. On Debian that is apt's work.

Twice the same check (The Update Framework, python-tuf), each by a memory of its own: the agent, whose account may install
nothing, fetches; `giochoi update --install`, run by the system, believes of what lies there only what it finds
signed, newer than all it has seen, and vouched for not too long ago.
"""
