"""Terms whose names differ by little: two spellings of one thing, that profiles or an editor should make one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

__all__ = ["Alike", "alike"]

_DIGITS = re.compile(r"\d+")
_WORDS = re.compile(r"\w+")
# A slip of one letter is looked for by leaving each letter out in turn, which grows with the length of a name.
_LONGEST = 60
_LEAST_PLURAL = 4
_MOST_NEAR = 4


class Alike(NamedTuple):
    """Two names, the first of which stands for fewer articles, and what is between them."""

    name: str
    other: str
    how: str


def alike(names: Mapping[str, int], least: int) -> Iterator[Alike]:
    """Yield the pairs of names that are probably one; `names` are given with their numbers of articles.

    Names that have other digits are others ("Election 2016", "Election 2020"). Shorter ones than `least` letters are
    not looked at for a slip of one letter: too many of them are words of their own ("Iran", "Iraq"). The time grows
    with the number of names and not with its square.
    """
    found: dict[tuple[str, str], str] = {}
    by_key: dict[str, list[str]] = {}
    for name in names:
        by_key.setdefault(_key(name), []).append(name)
    for same in by_key.values():
        _pair(same, names, "case, signs or a plural", found)
    by_words: dict[tuple[str, ...], list[str]] = {}
    for key, same in by_key.items():
        by_words.setdefault(tuple(sorted(key.split())), []).append(same[0])
    for same in by_words.values():
        _pair(same, names, "the order of words", found)
    for key, other in _slips([key for key in by_key if least <= len(key) <= _LONGEST]):
        _pair([by_key[key][0], by_key[other][0]], names, "one letter", found)
    for (name, other), how in sorted(found.items()):
        yield Alike(name, other, how)


def _slips(keys: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the pairs that differ by a slip of one letter: less one letter each, they are the same."""
    by_hole: dict[str, list[str]] = {}
    for key in keys:
        for hole in {key, *(key[:place] + key[place + 1 :] for place in range(len(key)))}:
            by_hole.setdefault(hole, []).append(key)
    for near in by_hole.values():
        # Where many differ in one letter, that letter means something: "Ward A", "Ward B".
        if len(near) <= _MOST_NEAR:
            yield from (pair for pair in combinations(near, 2) if _is_slip(*pair))


def _pair(same: Sequence[str], names: Mapping[str, int], how: str, found: dict[tuple[str, str], str]) -> None:
    """Note each of some names beside the one of them that most articles have."""
    if len(same) > 1:
        first, *others = sorted(same, key=lambda name: (-names[name], name))
        for other in others:
            found.setdefault((other, first), how)


def _key(name: str) -> str:
    """Return a name less case, accents and signs, each word less the ending of its plural."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(char for char in letters if not unicodedata.combining(char) and char not in "'’")
    # What only signs tell apart may be far apart: "C", "C++".
    if not any(len(word) > 1 for word in _WORDS.findall(bare)):
        return name
    return " ".join(_singular(word) for word in _WORDS.findall(bare.replace("-", " ").replace("_", " ")))


def _singular(word: str) -> str:
    """Return a word less an English plural; of no use for other languages, and of no harm."""
    if len(word) < _LEAST_PLURAL or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > _LEAST_PLURAL:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    return word.removesuffix("s")


def _is_slip(key: str, other: str) -> bool:
    """Whether one letter was left out, added, changed, or changed places with the next."""
    if key == other or _DIGITS.findall(key) != _DIGITS.findall(other):
        return False
    if abs(len(key) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(key), len(other)) and key[start] == other[start]:
        start += 1
    rest, of_other = key[start:], other[start:]
    if len(rest) == len(of_other):
        is_swapped = rest[:2] == of_other[1::-1] and rest[2:] == of_other[2:]
        return rest[1:] == of_other[1:] or is_swapped
    longer, shorter = (rest, of_other) if len(rest) > len(of_other) else (of_other, rest)
    return longer[1:] == shorter
