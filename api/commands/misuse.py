"""A command that cannot be followed, apart from everything that answers one, so that help loads nothing else."""

from __future__ import annotations


class Misuse(Exception):
    """The command itself cannot be followed: its options, or a file that is not there. One line says why."""
