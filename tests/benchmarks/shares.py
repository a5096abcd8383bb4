"""Measure which part of a build takes how much: each planner, each kind of page, and the search index.

    python -m tests.benchmarks.shares [1000]

Prints a table of CPU seconds, all taken in one process, and what each is of the whole. Writing files is left out.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from newsgen import config, load, plan, search
from newsgen.model import Asset, Bundle, Page
from newsgen.plan.planning import STANDARD
from newsgen.render import Renderer, RenderSettings
from tests.benchmarks.corpus import write_corpus

__all__ = ["main", "measure"]


def measure(count: int) -> dict[str, float]:
    """Return the seconds of CPU by part of a build of `count` articles."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "site"
        write_corpus(root, count)
        clock = _Clock()
        site = config.read(root)
        archive = load.read(site, root).archive
        clock.take("reading and parsing")
        items: list[Page | Asset | Bundle] = []
        for planner in STANDARD:
            items.extend(planner(archive))
            clock.take(f"plan: {planner.__name__}")
        planned = plan.plan(archive)
        clock.skip()
        settings = RenderSettings(str(root), planned.site, site.base_url, site.markdown, words=site.words)
        renderer = Renderer(settings)
        for item in planned.items:
            renderer.fingerprint(item)
            clock.take("fingerprints")
        for item in planned.items:
            _make(renderer, item)
            clock.take("search index, Pagefind aside" if isinstance(item, Bundle) else f"render: {_kind(item)}")
        return dict(clock.spent)


def _make(renderer: Renderer, item: Page | Asset | Bundle) -> None:
    if isinstance(item, Bundle):
        _exhaust(search.index_files(renderer.texts(item), item.language))
    else:
        renderer.render(item)


def _exhaust(files: Iterable[object]) -> None:
    for _ in files:
        pass


def _kind(item: Page | Asset) -> str:
    return item.kind if isinstance(item, Page) else "files that are copied"


class _Clock:
    """Adds up the CPU time of this process by name; that of Pagefind, which is another, stands by itself."""

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()
        self.skip()

    def skip(self) -> None:
        self._own, self._others = _now()

    def take(self, name: str) -> None:
        own, others = _now()
        self.spent[name] += own - self._own
        if others > self._others:
            self.spent["search index, Pagefind itself"] += others - self._others
        self._own, self._others = own, others


def _now() -> tuple[float, float]:
    times = os.times()
    return time.process_time(), times.children_user + times.children_system


def main(count: int) -> None:
    """Print the table for an archive of `count` articles."""
    spent = measure(count)
    whole = sum(spent.values())
    print(f"{count:,} articles\n")
    for name, seconds in sorted(spent.items(), key=lambda item: -item[1]):
        print(f"{name:<34} {seconds:>8.2f} s {seconds / whole:>7.1%}")
    print(f"{'all':<34} {whole:>8.2f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
