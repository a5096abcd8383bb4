"""Two rows of texts -> what stands once in both, in the same order: where they may be laid side by side.

Such places are sought first by Bram Cohen's "patience diff"; what lies between two of them is compared by itself.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

__all__ = ["anchors"]


def anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Return the places, rising in both, of what stands once in each: as many as rise together."""
    once_old, once_new = _standing_once(old), _standing_once(new)
    pairs = [(place, once_new[text]) for text, place in once_old.items() if text in once_new]
    # The longest rising row: for each length the pair that ends a row of it lowest, and whence each came.
    ends: list[int] = []
    rows: list[tuple[int, int]] = []
    before: list[int] = []
    for index, (_, place) in enumerate(pairs):
        length = bisect_left(ends, place, key=lambda end: pairs[end][1])
        before.append(ends[length - 1] if length else -1)
        ends[length : length + 1] = [index]
    index = ends[-1] if ends else -1
    while index >= 0:
        rows.append(pairs[index])
        index = before[index]
    return rows[::-1]


def _standing_once(texts: Sequence[str]) -> dict[str, int]:
    """Return what stands once in a row, with its place, in order."""
    places: dict[str, int] = {}
    for place, text in enumerate(texts):
        places[text] = -1 if text in places else place
    return {text: place for text, place in places.items() if place >= 0}
