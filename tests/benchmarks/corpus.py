"""Write a synthetic archive: N articles of about 500 words of real Markdown, the same for the same N on any machine.

python -m tests.benchmarks.corpus 10000 /tmp/corpus
"""

from __future__ import annotations

import random
import sys
from datetime import date, timedelta
from pathlib import Path

__all__ = ["write_corpus"]

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


def write_corpus(folder: Path, count: int, seed: int = 1) -> None:
    """Write `count` articles, eight a day from 1990 on, and settings, below `folder`, which must not be there."""
    chance = random.Random(seed)  # an archive for measuring, and no secret
    folder.mkdir(parents=True)
    (folder / "newsgen.yaml").write_text("title: The Benchmark Record\nbase_url: https://example.org\n")
    made: set[Path] = set()
    for number in range(count):
        day = _FIRST_DAY + timedelta(days=number // _PER_DAY)
        place = folder / "articles" / f"{day:%Y}" / f"{day:%m}" / f"article-{number:07}.md"
        if place.parent not in made:
            place.parent.mkdir(parents=True)
            made.add(place.parent)
        place.write_text(_article(chance, number, day))


def _article(chance: random.Random, number: int, day: date) -> str:
    tags = ", ".join(chance.sample(_TAGS, chance.randint(1, 4)))
    front = (
        f"title: {_sentence(chance, 7)[:-1]}\ndate: {day} {chance.randrange(24):02}:{chance.randrange(60):02}\n"
        f"section: {chance.choice(_SECTIONS)}\ntags: [{tags}]\nauthors: [{chance.choice(_DESKS)}]\n"
        f"summary: {_sentence(chance, 18)}\n"
    )
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
        blocks.append(f"More in [an earlier article](article-{number - 1:07}.md).")
    return f"---\n{front}---\n\n" + "\n\n".join(blocks) + "\n"


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
