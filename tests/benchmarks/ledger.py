"""Measure what the ledger and the checksums cost: seconds of CPU, beside those of the whole build.

    python -m tests.benchmarks.ledger [10000]

Builds a site of so many articles without search in one process, then edits one article, and then takes each part of
the ledger's work by itself.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from newsgen import ledger
from newsgen.build import CACHE, Options, build
from newsgen.ledger import source_of, text_digest
from newsgen.load.identity import Claim, identities
from newsgen.plan.permanence import settle
from newsgen.surveying import survey
from newsgen.workers import Workers
from newsgen.write.record import checksum_lines, read_record
from tests.benchmarks.corpus import write_corpus

__all__ = ["main"]

_Result = TypeVar("_Result")
_DAY = "2026-11-25"


def _timed(name: str, call: Callable[[], _Result], whole: float = 0) -> tuple[_Result, float]:
    start = time.process_time()
    result = call()
    spent = time.process_time() - start
    share = f"  {spent / whole:6.1%}" if whole else ""
    print(f"{name:<52} {spent:8.3f} s{share}")
    return result, spent


def main(count: int) -> None:
    """Print the table for a site of `count` articles."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "site"
        write_corpus(root, count)
        options = Options(today=_DAY, search=False, workers=Workers())
        _, whole = _timed("clean build", lambda: build(root, options=options))
        data = ledger.read(root) or b""
        known, _ = _timed("read the ledger", lambda: ledger.parse(data), whole)
        found = survey(root)
        claims = [
            Claim(item.path, source_of(item.path), item.url, "", text_digest(item.title, item.content.digest))
            for item in found.archive.articles
        ]
        _timed("ids of all articles", lambda: identities(known, claims), whole)
        own = {item.url for item in found.plan.settled.pages}
        items = [item for item in found.plan.items if item.url not in own]
        _timed("settle all addresses", lambda: settle(found.archive, items, today=_DAY), whole)
        _timed("write the ledger", lambda: ledger.write(root, known.data, root / CACHE), whole)
        _, record = read_record(next(path for path in (root / CACHE).glob("record-*")))
        _timed("the lines of the checksums file", lambda: checksum_lines(record), whole)
        path = root / found.archive.articles[count // 2].path
        path.write_text(path.read_text() + "\nOne more line.\n")
        _, edit = _timed("one edit", lambda: build(root, options=options))
        _timed("of it, the ledger's line", lambda: ledger.entry_of_source(data, claims[count // 2].source), edit)
        _timed("of it, the lines of the checksums file", lambda: checksum_lines(record), edit)
        print(f"{len(known.entries):,} addresses, {len(data):,} bytes; {len(record):,} files")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
