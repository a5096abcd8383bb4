"""Write a synthetic archive: N articles of about 500 words of real Markdown, the same for the same N on any machine.

python -m tests.benchmarks.corpus 10000 /tmp/corpus
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

__all__ = ["SITE_TITLE", "SITE_URL", "Sample", "samples", "write_corpus"]

SITE_TITLE = "The Benchmark Record"
SITE_URL = "https://example.org"

_WORDS = (
    "the river town council voted after a long debate about new bridge across water while engineers measured flow "
    "and residents waited for answers on cost safety schools hospitals trains harbours weather science elections "
    "markets farmers teachers museums theatres courts ministers researchers rescuers sailors doctors pilots writers "
    "who said that work would begin in spring under plans which had been drawn up over several years by two groups "
    "of local experts with support from neighbours north south east west and small firms near every main road"
).split()
_SECTIONS = ("World", "Politics", "Science", "Technology", "Environment", "Culture")
_TAGS = tuple(f"Topic {number}" for number in range(200))
_DESKS = tuple(f"Desk {number}" for number in range(20))
_FIRST_DAY = date(1990, 1, 1)
_PER_DAY = 8


class Sample(NamedTuple):
    """An article of the archive. A link in `body` names another article of the same day, as `article-0000012.md`."""

    slug: str
    moment: datetime
    title: str
    section: str
    tags: tuple[str, ...]
    author: str
    summary: str
    body: str


def samples(count: int, seed: int = 1) -> Iterator[Sample]:
    """Yield `count` articles, eight a day from 1990 on."""
    chance = random.Random(seed)  # an archive for measuring, and no secret
    for number in range(count):
        yield _sample(chance, number, _FIRST_DAY + timedelta(days=number // _PER_DAY))


def write_corpus(folder: Path, count: int, seed: int = 1) -> None:
    """Write `count` articles and settings for newsgen below `folder`, which must not be there."""
    folder.mkdir(parents=True)
    (folder / "newsgen.yaml").write_text(f"title: {SITE_TITLE}\nbase_url: {SITE_URL}\n")
    made: set[Path] = set()
    for sample in samples(count, seed):
        place = folder / "articles" / f"{sample.moment:%Y}" / f"{sample.moment:%m}" / f"{sample.slug}.md"
        if place.parent not in made:
            place.parent.mkdir(parents=True)
            made.add(place.parent)
        place.write_text(_text(sample))


def _text(sample: Sample) -> str:
    return (
        f"---\ntitle: {sample.title}\ndate: {sample.moment:%Y-%m-%d %H:%M}\nsection: {sample.section}\n"
        f"tags: [{', '.join(sample.tags)}]\nauthors: [{sample.author}]\nsummary: {sample.summary}\n---\n\n{sample.body}"
    )


def _sample(chance: random.Random, number: int, day: date) -> Sample:
    tags = tuple(chance.sample(_TAGS, chance.randint(1, 4)))
    title = _sentence(chance, 7)[:-1]
    moment = datetime(day.year, day.month, day.day, chance.randrange(24), chance.randrange(60))
    section, author, summary = chance.choice(_SECTIONS), chance.choice(_DESKS), _sentence(chance, 18)
    blocks = [_paragraph(chance) for _ in range(chance.randint(7, 10))]
    if number % 2:
        blocks.insert(3, f"## {_sentence(chance, 5)[:-1]}")
    if number % 5 == 0:
        blocks.insert(5, "\n".join(f"- {_sentence(chance, 8)}" for _ in range(4)))
    if number % 7 == 0:
        blocks.insert(4, f"> {_sentence(chance, 20)}")
    if number % 20 == 0:
        blocks.append("| Year | Number |\n|---|--:|\n| 1990 | 12 |\n| 1991 | 15 |")
    if number % _PER_DAY and number % 3 == 0:
        blocks.append(f"More in [an earlier article]({_slug(number - 1)}.md).")
    return Sample(_slug(number), moment, title, section, tags, author, summary, "\n\n".join(blocks) + "\n")


def _slug(number: int) -> str:
    return f"article-{number:07}"


def _paragraph(chance: random.Random) -> str:
    sentences = [_sentence(chance, chance.randint(9, 18)) for _ in range(4)]
    if chance.random() < 0.3:
        sentences[1] = f"It was *{chance.choice(_WORDS)}* and [a report](https://example.com/{chance.randrange(999)})."
    if chance.random() < 0.3:
        sentences[2] = f'"{sentences[2][:-1]}," one of them said.'
    return " ".join(sentences)


def _sentence(chance: random.Random, length: int) -> str:
    return " ".join(chance.choice(_WORDS) for _ in range(length)).capitalize() + "."


if __name__ == "__main__":
    write_corpus(Path(sys.argv[2]), int(sys.argv[1]))
