"""Measure how the time of a build grows with the archive, and what a second build costs.

    python -m tests.benchmarks.growth [1000 2000 4000]

Prints a table: for each size the seconds of a clean build in one process, of a build after one edited body, and of a
build with nothing changed; the time an article, and its ratio to that of the smallest size. The machine's speed cancels
out of the ratios; read those.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from newsgen.build import Report, build
from tests.benchmarks.corpus import write_corpus

__all__ = ["main", "measure"]


def measure(count: int) -> tuple[float, float, float]:
    """Return the CPU seconds of a clean build of `count` articles, of one after an edit, of one with nothing to do."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "site"
        write_corpus(root, count)
        clean, _ = _timed(root)
        edited = min((root / "articles").rglob("*.md"))
        edited.write_text(edited.read_text() + "\nOne more line.\n")
        one, report = _timed(root)
        assert len(report.rendered) < 40, "an edited body made more than its page and feeds"
        none, report = _timed(root)
        assert report.rendered == ()
        return clean, one, none


def _timed(root: Path) -> tuple[float, Report]:
    start = time.process_time()
    report = build(root)
    return time.process_time() - start, report


def main(counts: Sequence[int]) -> None:
    """Print the table for archives of these sizes."""
    print(f"{'articles':>9} {'clean s':>9} {'one edit':>9} {'nothing':>9} {'ms/article':>11} {'ratio':>6}")
    first = 0.0
    for count in counts:
        clean, one, none = measure(count)
        each = clean / count * 1000
        first = first or each
        print(f"{count:>9,} {clean:>9.2f} {one:>9.2f} {none:>9.2f} {each:>11.2f} {each / first:>6.2f}")


if __name__ == "__main__":
    main([int(count) for count in sys.argv[1:]] or [1000, 2000, 4000])
