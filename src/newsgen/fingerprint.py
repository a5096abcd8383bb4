"""A frozen value -> its digest.

The digest of a value depends on its type and content alone: not on identity, memory address, hash seed or the order
in which anything was made. So it can stand in a record on disk and be compared by a later run, on any machine.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Iterable
from dataclasses import is_dataclass
from datetime import date, datetime
from enum import Enum
from hashlib import blake2b
from typing import Any

from newsgen.value import fields_of

__all__ = ["DIGEST_SIZE", "Fingerprinter", "digest_bytes"]

DIGEST_SIZE = 16

_SCALARS = frozenset({str, int, bool, float, type(None), bytes})
# The last format of marshal that writes the same for the same: later ones tell shared and interned texts apart.
_FORMAT = 2


def digest_bytes(*parts: bytes) -> bytes:
    """Return the digest of `parts`, each told apart from the next by its length (BLAKE2b, 16 bytes)."""
    state = blake2b(digest_size=DIGEST_SIZE)
    for part in parts:
        state.update(b"%d:" % len(part))
        state.update(part)
    return state.digest()


class Fingerprinter:
    """Makes digests; remembers those of the classes in `shared`, whose values stand in many others.

    A value of a shared class is kept alive as long as this object, so that its identity stays its own.
    """

    def __init__(self, shared: Iterable[type] = ()) -> None:
        self._shared = frozenset(shared)
        self._known: dict[int, tuple[object, bytes]] = {}
        self._getters: dict[type, Callable[[object], tuple[object, ...]]] = {}

    def digest(self, value: object) -> bytes:
        """Return the digest of `value`: a frozen dataclass, tuple, mapping with text keys, or scalar, nested at will.

        A mapping's order counts, since a template that loops over it shows it. Raises TypeError for anything
        whose content has no fixed order or no fixed text, such as a set or a function.
        """
        return _digest(self._plain(value))

    def _plain(self, value: object) -> object:
        """Return a value as marshal writes it down. An Ellipsis, which no value is, marks what stands for another."""
        kind = type(value)
        if kind in _SCALARS:
            return value
        if kind in self._shared:
            return (..., self._remembered(value))
        if kind in self._getters:
            return self._fields(value)
        if isinstance(value, tuple):
            return tuple([item if type(item) in _SCALARS else self._plain(item) for item in value])
        if isinstance(value, dict):
            return (..., True, *((self._plain(key), self._plain(item)) for key, item in value.items()))
        if isinstance(value, Enum):
            return (..., False, f"{kind.__qualname__}.{value.name}")
        if kind is datetime or kind is date:
            return (..., None, repr(value))
        if is_dataclass(value):
            return self._fields(value)
        raise TypeError(f"{kind.__name__} has no fingerprint")

    def _fields(self, value: object) -> tuple[object, ...]:
        kind = type(value)
        getter = self._getters.get(kind)
        if getter is None:
            getter = self._getters[kind] = fields_of(kind)[1]  # type: ignore[arg-type]  # a class has a hash
        plain = [item if type(item) in _SCALARS else self._plain(item) for item in getter(value)]
        return (..., kind.__qualname__, *plain)

    def _remembered(self, value: object) -> bytes:
        known = self._known.get(id(value))
        if known is None:
            plain = self._fields(value)
            known = (value, _digest(plain))
            self._known[id(value)] = known
        return known[1]


def _digest(plain: Any) -> bytes:  # Any: marshal's own type for what it takes is in no module
    return blake2b(marshal.dumps(plain, _FORMAT), digest_size=DIGEST_SIZE).digest()
