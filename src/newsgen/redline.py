"""Two texts -> what was taken out and what was put in, word by word.

A change is looked for with Myers' algorithm, which finds the least that has to go and to come. Its time grows with
the size of the texts times that of the change, so its steps are counted: where they come to too many, whole
paragraphs are shown as taken out and put in. That is easier to read as well, where hardly a word stayed. The count
knows the texts alone and no clock, so the same texts give the same redline everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from newsgen.patience import anchors

__all__ = ["Piece", "redline"]

# Steps of one redline: some tenths of a second.
_STEPS = 500_000
# Words that stay between two changes and are too few to be read as having stayed.
_FEWEST = 2
# Of a changed paragraph, the share of its characters that has to stay for its words to be told apart.
_LEAST_SHARE = 0.3
# Scripts that are written without blanks are compared sign by sign: Thai, Lao, Khmer, kana, Chinese characters.
_UNSPACED = "\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
# Signs that are no part of a word. Letters are not asked for, since some scripts write marks beside them.
_SIGNS = r"!-/:-@\[-`{-~\u00a1-\u00bf\u2010-\u205e\u3000-\u303f\uff01-\uff20\u060c\u061b\u061f\u0964\u0965"
_LETTERS = rf"[^\s{_SIGNS}{_UNSPACED}]+"
_TOKEN = re.compile(rf"(?:[{_UNSPACED}]|{_LETTERS}(?:['’.,-]{_LETTERS})*|\S)\s*")
_PARAGRAPH = "\n"


class Piece(NamedTuple):
    """Some words: `kind` is "same", "deleted" or "inserted"."""

    kind: str
    text: str


class _Run(NamedTuple):
    kind: str
    tokens: list[str]


class _TooMuch(Exception):  # noqa: N818  # never leaves this module
    """A change that is too large to be told word by word."""


def redline(old: Sequence[str], new: Sequence[str]) -> tuple[tuple[Piece, ...], ...]:
    """Return the changed paragraphs of two texts, given as paragraphs; each in pieces. Blanks do not count.

    An empty one stands for paragraphs that stayed, wherever some are left out.
    """
    steps = _Steps()
    found: list[tuple[Piece, ...]] = []
    for kind, gone, come in _paragraphs(old, new):
        for pieces in _changed(gone, come, steps) if kind == "changed" else [()]:
            has_changed = any(piece.kind != "same" for piece in pieces)
            if has_changed or not found or found[-1]:
                found.append(pieces if has_changed else ())
    return tuple(found) if any(found) else ()


class _Steps:
    """How many steps are left for one redline."""

    def __init__(self) -> None:
        self.left = _STEPS

    def take(self, count: int) -> None:
        self.left -= count
        if self.left < 0:
            raise _TooMuch


def _key(text: str) -> str:
    return " ".join(text.split())


# Paragraphs


def _paragraphs(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, Sequence[str], Sequence[str]]]:
    """Yield runs of paragraphs that stayed, and of those that did not, in order.

    What stands once in both texts, in the same order, is where they are laid side by side; from there, what is the
    same before and after it stayed as well. So the time grows with the number of paragraphs, whatever they say.
    """
    a, b = [_key(text) for text in old], [_key(text) for text in new]
    gone = come = 0
    for i, j in [*anchors(a, b), (len(a), len(b))]:
        if i < gone or j < come:
            continue  # taken along with the anchor before
        start_i, start_j = i, j
        while start_i > gone and start_j > come and a[start_i - 1] == b[start_j - 1]:
            start_i, start_j = start_i - 1, start_j - 1
        head = 0
        while gone + head < start_i and come + head < start_j and a[gone + head] == b[come + head]:
            head += 1
        end_i, end_j = i, j
        while end_i < len(a) and end_j < len(b) and a[end_i] == b[end_j]:
            end_i, end_j = end_i + 1, end_j + 1
        if head:
            yield "same", (), ()
        gone, come = gone + head, come + head
        if gone < start_i or come < start_j:
            yield "changed", old[gone:start_i], new[come:start_j]
        if end_i > start_i:
            yield "same", (), ()
        gone, come = end_i, end_j


# Words


def _changed(old: Sequence[str], new: Sequence[str], steps: _Steps) -> Iterator[tuple[Piece, ...]]:
    """Yield the paragraphs of a change, those that were taken out or put in as a whole among them."""
    if old and new:
        try:
            runs = _joined(_runs(_tokens(old), _tokens(new), steps))
            if _is_legible(runs, old, new):
                yield from _in_paragraphs(runs)
                return
        except _TooMuch:
            steps.left = 0
    yield from ((Piece("deleted", _key(text)),) for text in old)
    yield from ((Piece("inserted", _key(text)),) for text in new)


def _tokens(paragraphs: Sequence[str]) -> list[str]:
    """Return the words of paragraphs, each with the blank after it, and what ends each of them."""
    return [token for text in paragraphs for token in [*_TOKEN.findall(_key(text)), _PARAGRAPH]]


def _runs(old: list[str], new: list[str], steps: _Steps) -> list[_Run]:
    """Return what stayed, went and came, in order; what stayed as the new text has it."""
    a, b = _keys(old), _keys(new)
    head = 0
    while head < min(len(a), len(b)) and a[head] == b[head]:
        head += 1
    tail = 0
    while tail < min(len(a), len(b)) - head and a[-1 - tail] == b[-1 - tail]:
        tail += 1
    steps.take(head + tail)
    runs = [_Run("same", new[:head])]
    i = j = head
    for x, y, length in _matches(a[head : len(a) - tail], b[head : len(b) - tail], steps):
        x, y = x + head, y + head  # noqa: PLW2901  # places in the whole texts
        runs += [_Run("deleted", old[i:x]), _Run("inserted", new[j:y]), _Run("same", new[y : y + length])]
        i, j = x + length, y + length
    runs += [_Run("deleted", old[i : len(old) - tail]), _Run("inserted", new[j : len(new) - tail])]
    return _settled([run for run in [*runs, _Run("same", new[len(new) - tail :])] if run.tokens])


def _settled(runs: Sequence[_Run]) -> list[_Run]:
    """Return the runs with the end of a paragraph where it belongs.

    After "It rained.", which became "It rained for a week. The river rose.", the first full stop stayed; the shortest
    way may as well take the last one for it, and would tear both paragraphs apart.
    """
    found: list[_Run] = []
    for place, (kind, tokens) in enumerate(runs):
        after = runs[place + 1] if place + 1 < len(runs) else None
        if kind == "same" or after is None or after.kind != "same":
            found.append(_Run(kind, tokens))
            continue
        if _PARAGRAPH in tokens[:-1] and _PARAGRAPH in after.tokens:
            end = tokens.index(_PARAGRAPH) + 1
            stayed = after.tokens[: after.tokens.index(_PARAGRAPH) + 1]
            if _keys(tokens[:end])[-len(stayed) :] == _keys(stayed):
                found += [_Run(kind, tokens[: end - len(stayed)]), _Run("same", stayed)]
                tokens = tokens[end:] + stayed  # noqa: PLW2901  # what is left of the run
                del after.tokens[: len(stayed)]
        found.append(_Run(kind, tokens))
    return [run for run in found if run.tokens]


def _keys(tokens: Sequence[str]) -> list[str]:
    return [token.strip(" ") for token in tokens]


def _matches(a: Sequence[str], b: Sequence[str], steps: _Steps) -> list[tuple[int, int, int]]:
    """Return what two rows of words have in common, as (place in a, place in b, length), by the shortest way.

    Source: E. Myers, "An O(ND) difference algorithm and its variations", Algorithmica 1 (1986). Raises _TooMuch.
    """
    if not a or not b:
        return []
    size_a, size_b = len(a), len(b)
    reach = {1: 0}
    trace: list[dict[int, int]] = []
    for distance in range(size_a + size_b + 1):
        # What is kept of each round is as large as the round, and made in as many steps.
        trace.append(dict(reach))
        steps.take(2 * distance + 2)
        for k in range(-distance, distance + 1, 2):
            goes_down = k == -distance or (k != distance and reach[k - 1] < reach[k + 1])
            x = reach[k + 1] if goes_down else reach[k - 1] + 1
            start, y = x, x - k
            while x < size_a and y < size_b and a[x] == b[y]:
                x, y = x + 1, y + 1
            steps.take(x - start)
            reach[k] = x
            if x >= size_a and y >= size_b:
                return _way_back(trace, size_a, size_b)
    raise AssertionError("two texts differ in no more than all of their words")


def _way_back(trace: list[dict[int, int]], x: int, y: int) -> list[tuple[int, int, int]]:
    found: list[tuple[int, int, int]] = []
    for distance in range(len(trace) - 1, -1, -1):
        reach = trace[distance]
        k = x - y
        goes_down = k == -distance or (k != distance and reach[k - 1] < reach[k + 1])
        before = k + 1 if goes_down else k - 1
        from_x = reach[before] if distance else 0
        from_y = from_x - before if distance else 0
        start_x = from_x + (not goes_down) if distance else 0
        if x > start_x:
            found.append((start_x, y - (x - start_x), x - start_x))
        x, y = from_x, from_y
    return found[::-1]


def _joined(runs: Sequence[_Run]) -> list[_Run]:
    """Return the runs with what went and what came between two that stayed as one each; a few words between two
    changes go and come with these.
    """
    found: list[_Run] = []
    gone: list[str] = []
    come: list[str] = []
    waiting: list[str] = []

    def settle() -> None:
        found.extend(run for run in (_Run("deleted", gone[:]), _Run("inserted", come[:])) if run.tokens)
        gone.clear()
        come.clear()

    for kind, tokens in runs:
        if kind == "same":
            tokens, waiting = waiting + tokens, []  # noqa: PLW2901  # two that stayed are one
            if (gone or come) and len(tokens) < _FEWEST and _PARAGRAPH not in tokens:
                waiting = tokens
                continue
            settle()
            found.append(_Run(kind, tokens))
            continue
        if waiting:
            gone.extend(waiting)
            come.extend(waiting)
            waiting = []
        (gone if kind == "deleted" else come).extend(tokens)
    settle()
    if waiting:
        found.append(_Run("same", waiting))
    return found


def _is_legible(runs: Sequence[_Run], old: Sequence[str], new: Sequence[str]) -> bool:
    stayed = sum(len(token) for run in runs if run.kind == "same" for token in run.tokens)
    return stayed >= _LEAST_SHARE * min(sum(map(len, old)), sum(map(len, new)))


def _put(pieces: list[Piece], kind: str, text: str) -> None:
    """Add a piece; the blank at its end stays outside what went or came, as does a line through it or below it."""
    if kind == "same" and pieces and pieces[-1].kind == "same":
        pieces[-1] = Piece(kind, pieces[-1].text + text)
        return
    plain = text.rstrip(" ") if kind != "same" else text
    pieces.append(Piece(kind, plain))
    if plain != text:
        pieces.append(Piece("same", " "))


def _in_paragraphs(runs: Sequence[_Run]) -> Iterator[tuple[Piece, ...]]:
    """Yield the pieces of each paragraph. An end that went or came shows as the start of another paragraph."""
    pieces: list[Piece] = []
    for kind, tokens in runs:
        words: list[str] = []
        for token in tokens:
            if token != _PARAGRAPH:
                words.append(token)
                continue
            if words:
                _put(pieces, kind, "".join(words))
                words = []
            if pieces:
                yield tuple(pieces)
                pieces = []
        if words:
            _put(pieces, kind, "".join(words))
    if pieces:
        yield tuple(pieces)
