"""A frozen value -> its digest.

The digest of a value depends on its type and content alone: not on identity, memory address, hash seed or the order
in which anything was made. So it can stand in a record on disk and be compared by a later run, on any machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from hashlib import blake2b
from operator import attrgetter

__all__ = ["DIGEST_SIZE", "Fingerprinter", "digest_bytes"]

DIGEST_SIZE = 16

_SCALARS = frozenset({str, int, bool, float, type(None), bytes, date, datetime})


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
        parts: list[bytes] = []
        self._encode(value, parts.append)
        return digest_bytes(*parts)

    def _encode(self, value: object, emit: Callable[[bytes], None]) -> None:
        kind = type(value)
        if kind is str:
            emit(b"s" + value.encode("utf-8", "surrogatepass"))  # type: ignore[attr-defined]  # kind is str
        elif kind in _SCALARS:
            emit(repr(value).encode("utf-8", "surrogatepass"))
        elif kind in self._shared:
            emit(self._remembered(value))
        elif isinstance(value, tuple):
            emit(b"t%d" % len(value))
            for item in value:
                self._encode(item, emit)
        elif isinstance(value, dict):
            emit(b"m%d" % len(value))
            for key, item in value.items():
                self._encode(key, emit)
                self._encode(item, emit)
        elif isinstance(value, Enum):
            emit(f"e{kind.__qualname__}.{value.name}".encode())
        elif is_dataclass(value):
            self._encode_fields(value, emit)
        else:
            raise TypeError(f"{kind.__name__} has no fingerprint")

    def _encode_fields(self, value: object, emit: Callable[[bytes], None]) -> None:
        kind = type(value)
        emit(b"d" + kind.__qualname__.encode())
        getter = self._getters.get(kind)
        if getter is None:
            names = [field.name for field in fields(value)]  # type: ignore[arg-type]  # is_dataclass was asked
            emit_one = attrgetter(*names)
            getter = emit_one if len(names) > 1 else lambda item: (emit_one(item),)
            self._getters[kind] = getter
        for item in getter(value):
            self._encode(item, emit)

    def _remembered(self, value: object) -> bytes:
        known = self._known.get(id(value))
        if known is None:
            parts: list[bytes] = []
            self._encode_fields(value, parts.append)
            known = (value, digest_bytes(*parts))
            self._known[id(value)] = known
        return known[1]
