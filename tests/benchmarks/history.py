"""What earlier versions cost: a site of so many articles, each changed in so many commits.

python -m tests.benchmarks.history 2000 5
"""

from __future__ import annotations

import argparse
import random
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from newsgen.build import build
from tests.benchmarks.corpus import write_corpus

_IDENTITY = b"A <a@example.org>"
_START = 1_700_000_000


def _stream(paths: list[Path], root: Path, commits: int) -> Iterator[bytes]:
    """Yield what `git fast-import` makes commits of: the site, then a changed sentence in each file, file by file."""
    random.seed(1)
    texts = {path: path.read_bytes() for path in paths}
    number = 0
    for turn in range(commits):
        for path in paths:
            number += 1
            if turn:
                texts[path] += b"\nIn turn %d, %d people read it.\n" % (turn, random.randrange(10_000))
            name = path.relative_to(root).as_posix().encode()
            yield b"commit refs/heads/main\ncommitter %s %d +0100\ndata 1\nx\n" % (_IDENTITY, _START + 60 * number)
            yield b"M 100644 inline %s\ndata %d\n%s\n" % (name, len(texts[path]), texts[path])
    for path, text in texts.items():
        path.write_bytes(text)


def _timed(what: str, root: Path) -> None:
    wall, cpu = time.perf_counter(), time.process_time()
    report = build(root)
    spent = f"{time.perf_counter() - wall:7.2f} s, {time.process_time() - cpu:7.2f} s of CPU"
    print(f"{what:34} {spent}   {len(report.rendered):6} rendered", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("articles", type=int)
    parser.add_argument("commits", type=int)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "site"
        write_corpus(root, given.articles)
        settings = root / "newsgen.yaml"
        without = settings.read_text("utf-8") + "search: false\n"
        paths = sorted((root / "articles").rglob("*.md"))
        subprocess.run(["git", "init", "-q", "-b", "main"], cwd=root, check=True)
        stream = b"".join(_stream(paths, root, given.commits))
        subprocess.run(["git", "fast-import", "--quiet"], cwd=root, input=stream, check=True)
        settings.write_text(without, "utf-8")
        _timed("without history, clean", root)
        settings.write_text(f"{without}history: true\n", "utf-8")
        _timed("with history, all versions new", root)
        _timed("nothing changed", root)
        paths[0].write_text(paths[0].read_text("utf-8") + "\nOne more.\n", "utf-8")
        _timed("one text edited", root)
        subprocess.run(
            ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-qm", "x", str(paths[0])],
            cwd=root, check=True,
        )  # fmt: skip
        _timed("and committed", root)
        (root / ".newsgen/history").unlink()
        settings.write_text(f"{without}history: true\nfooter: x\n", "utf-8")
        _timed("a footer, the memory lost", root)


if __name__ == "__main__":
    main()
