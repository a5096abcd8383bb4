"""What all frozen values have in common: how they travel to another process, or into a file and back."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter
from typing import Any

__all__ = ["Value", "fields_of"]


class Value:
    """A frozen dataclass. It is pickled as its class and its fields, and built whole again.

    What dataclasses do by themselves for frozen classes with slots takes several times longer, and there are many.
    """

    __slots__ = ()

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        _, get = fields_of(type(self))  # type: ignore[arg-type]  # a class has a hash, whatever its values have
        return _make, (type(self), *get(self))


@lru_cache(maxsize=256)
def fields_of(
    kind: type[Any],  # Any: any dataclass
) -> tuple[tuple[str, ...], Callable[[object], tuple[object, ...]]]:
    """Return the names of a dataclass's fields, and what gives their values of one instance, in the same order."""
    names = tuple(kind.__dataclass_fields__)
    get = attrgetter(*names)
    return names, get if len(names) > 1 else lambda value: (get(value),)


def _make(kind: type[Any], *values: object) -> object:  # Any: as above
    names = fields_of(kind)[0]  # type: ignore[arg-type]  # as above
    if len(values) != len(names):
        raise TypeError(f"{kind.__name__} has other fields now")
    return kind(**dict(zip(names, values, strict=True)))
