"""One text for one JSON value, so that a signature can be checked by anybody (the rules of RFC 8785 for our values).

Keys sorted, no spaces, UTF-8, characters as they are. Numbers are whole, since the many ways to write a fraction are
what makes two programs differ; keys are ASCII, so that every sort order agrees.
"""

import json
from typing import Any

LARGEST = 2**53 - 1


def canonical(value: Any) -> bytes:
    """The bytes that are signed. Raises ValueError for what has no canonical form here."""
    _check(value)
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8")


def _check(value: Any) -> None:
    if value is None or isinstance(value, bool | str):
        return
    if isinstance(value, int):
        if abs(value) > LARGEST:
            raise ValueError("a number beyond what every program reads exactly")
    elif isinstance(value, list):
        for item in value:
            _check(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise ValueError(f"a key that is no ASCII text: {key!r}")
            _check(item)
    else:
        raise ValueError(f"no canonical form for {type(value).__name__}")
