"""The random number of an answer or a schedule.

It stands apart from the store, so that a face without a database does not load one to number what it answers.
"""

from __future__ import annotations

import base64
import secrets


def new_id() -> str:
    """128 random bits, in small letters and digits: safe in an address, a file name and read aloud."""
    return base64.b32encode(secrets.token_bytes(16)).decode("ascii").rstrip("=").lower()
