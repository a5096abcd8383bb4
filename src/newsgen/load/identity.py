"""What each article is called for ever, wherever its file and its page move."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import NamedTuple, TypeVar

from newsgen.ledger import Ledger, LedgerEntry

__all__ = ["Claim", "identities"]


class Claim(NamedTuple):
    """An article that wants to know its id.

    `path` is its file and `source` that as a path below articles/ without ending; `id` is what its front matter says of
    it, "" for nothing, and `text` the digest of what it says.
    """

    path: str
    source: str
    url: str
    id: str
    text: str


def identities(ledger: Ledger, claims: Sequence[Claim]) -> dict[str, str]:
    """Return the id of each article, by its path: that of the article in the ledger which it is, whatever was renamed.

    What the front matter says holds. Else it is the article that had the same address and file; or, of those left over
    on both sides, the same address and text, then the same file, the same address, and at last the same text, where
    only one has it. An article that was never published is called as its file.
    """
    known = [entry for entry in ledger.entries.values() if entry.id]
    by_url = {entry.url: entry for entry in known}
    found = {claim.path: claim.id for claim in claims if claim.id}
    taken = set(found.values())
    open_claims: list[Claim] = []
    for claim in claims:
        entry = by_url.get(claim.url)
        if claim.id:
            continue
        if entry is not None and entry.source == claim.source and entry.id not in taken:
            found[claim.path] = entry.id
            taken.add(entry.id)
        else:
            open_claims.append(claim)
    if open_claims:
        free = [entry for entry in known if entry.id not in taken]
        open_claims = _matched(open_claims, free, found, taken)
    for claim in open_claims:
        identity, number = claim.source, 2
        while identity in taken:
            identity, number = f"{claim.source}-{number}", number + 1
        found[claim.path] = identity
        taken.add(identity)
    return found


_Item = TypeVar("_Item", Claim, LedgerEntry)
_Key = Callable[[Claim | LedgerEntry], Hashable]
# What tells that an article is one that was published, from the surest to the least sure.
_SIGNS: tuple[_Key, ...] = (
    lambda item: (item.url, item.text),
    lambda item: item.source,
    lambda item: item.url,
    lambda item: item.text,
)


def _matched(claims: list[Claim], free: list[LedgerEntry], found: dict[str, str], taken: set[str]) -> list[Claim]:
    """Give ids to those claims that are one of the `free` articles, and return the others."""
    for sign in _SIGNS:
        unique = _once(free, sign)
        matches = {claim.path: unique[sign(claim)] for claim in _once(claims, sign).values() if sign(claim) in unique}
        found.update((path, entry.id) for path, entry in matches.items())
        taken.update(entry.id for entry in matches.values())
        claims = [claim for claim in claims if claim.path not in matches]
        free = [entry for entry in free if entry.id not in taken]
    return claims


def _once(items: Iterable[_Item], sign: _Key) -> dict[Hashable, _Item]:
    """Return what has a sign that nothing else among `items` has, by it; what has none is left out."""
    items = [item for item in items if item.text or sign is not _SIGNS[-1]]
    counts = Counter(map(sign, items))
    return {sign(item): item for item in items if counts[sign(item)] == 1}
