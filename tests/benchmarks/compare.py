"""Compare newsgen with other generators: the same archive, the same pages, side by side on one machine.

    python -m tests.benchmarks.compare [--articles 10000] [--runs 3] [--peers hugo,pelican] [--search] [--json FILE]

Prints a table: for a clean build, for one after an edited body, for one with nothing changed and for one after an edit
of the base template, the seconds by the clock, the seconds of CPU and the peak of memory, each the median of the runs.
The generators take turns within a run, so that what disturbs the machine disturbs all; a ratio is taken run by run, and
its median printed. README.md beside this file says what is equal between the generators, and what is not.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.benchmarks.corpus import Sample, samples
from tests.benchmarks.generators import NAMES, Generator, find
from tests.benchmarks.measuring import Cost, run

__all__ = ["main"]

_CLEAN, _EDITED, _NOTHING, _TEMPLATE = "clean build", "one edited body", "nothing changed", "base template edited"
_SCENARIOS = (_CLEAN, _EDITED, _NOTHING, _TEMPLATE)
_MEASURES = {"wall": "wall, s", "cpu": "CPU, s", "memory": "memory, MiB"}
_WARM_UP = 16

Costs = Mapping[tuple[str, str], Sequence[Cost]]
"""The costs of all runs, by scenario and name of the generator."""


class Output(NamedTuple):
    """What a generator has made."""

    files: int
    feeds: int
    size: int
    """In bytes."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the table, and write the raw numbers where they are asked for."""
    options = _options(arguments)
    generators = [find(name, getattr(options, name)) for name in ("newsgen", *options.peers)]
    if options.search:
        generators = [generator.with_search() for generator in generators]
    with tempfile.TemporaryDirectory(prefix="newsgen-compare-", dir=options.folder) as folder:
        costs, outputs = _measure(Path(folder), generators, options.articles, options.runs)
    print(f"\n{options.articles:,} articles, median of {options.runs}, {_machine()}\n")
    print("\n".join(_table(generators, costs, outputs)))
    if options.json:
        options.json.write_text(json.dumps(_data(options, generators, costs, outputs), indent=2) + "\n")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.compare", description=__doc__.split("\n")[0])
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--peers", type=_peers, default=("hugo", "pelican"), help="between commas")
    parser.add_argument("--search", action="store_true", help="with a full-text index, of peers by Pagefind's command")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the raw numbers to FILE")
    parser.add_argument("--folder", type=Path, metavar="PATH", help="where to work: the disk that is measured")
    for name in NAMES:
        parser.add_argument(f"--{name}", type=Path, metavar="PATH", help=f"the program {name}")
    options = parser.parse_args(arguments)
    if options.articles < 1 or options.runs < 1:
        parser.error("--articles and --runs are at least 1")
    return options


def _peers(text: str) -> tuple[str, ...]:
    names = tuple(name for name in text.split(",") if name)
    if unknown := set(names) - set(NAMES[1:]):
        raise argparse.ArgumentTypeError(f"there are {', '.join(NAMES[1:])}, not {', '.join(sorted(unknown))}")
    return names


def _measure(
    folder: Path, generators: Sequence[Generator], articles: int, runs: int
) -> tuple[Costs, Mapping[str, Output]]:
    """Return the costs of all scenarios in all runs, and what each generator made of the archive."""
    for generator in generators:
        _warm_up(generator, folder / "warm" / generator.name)
        _tell(f"writing {articles:,} articles for {generator.name}")
        generator.write(folder / generator.name, articles)
    middle = next(islice(samples(articles), articles // 2, None))
    costs: dict[tuple[str, str], list[Cost]] = {}
    for number, scenario, generator in _turns(runs, generators):
        site = folder / generator.name
        _prepare(generator, site, scenario, middle, number)
        cost = _build(generator, site)
        costs.setdefault((scenario, generator.name), []).append(cost)
        _tell(
            f"run {number}, {scenario}, {generator.name}: "
            f"{cost.wall:.2f} s, CPU {cost.cpu:.2f} s, {cost.memory:,.0f} MiB"
        )
    return costs, {generator.name: _output(folder / generator.name / generator.output) for generator in generators}


def _turns(runs: int, generators: Sequence[Generator]) -> Iterator[tuple[int, str, Generator]]:
    for number in range(1, runs + 1):
        for scenario in _SCENARIOS:
            for generator in generators:
                yield number, scenario, generator


def _warm_up(generator: Generator, site: Path) -> None:
    """Build a small site, so that the program is in memory and Python has compiled its modules."""
    site.parent.mkdir(parents=True, exist_ok=True)
    generator.write(site, _WARM_UP)
    _build(generator, site)


def _build(generator: Generator, site: Path) -> Cost:
    return run([argument.format(site=site) for argument in generator.command], site)


def _prepare(generator: Generator, site: Path, scenario: str, middle: Sample, number: int) -> None:
    """Make the change that a scenario is about."""
    if scenario == _CLEAN:
        _move_aside(generator, site, number)
    elif scenario == _EDITED:
        generator.change_body(site, middle, number)
    elif scenario == _TEMPLATE:
        generator.change_template(site, number)


def _move_aside(generator: Generator, site: Path, number: int) -> None:
    """Move output and caches out of the way. Files written right after many were deleted would be slow on ext4."""
    aside = site.parent / "old" / f"{generator.name}-{number}"
    aside.mkdir(parents=True)
    for name in (generator.output, *generator.caches):
        if (site / name).exists():
            (site / name).rename(aside / name)


def _output(folder: Path) -> Output:
    files = [path for path in folder.rglob("*") if path.is_file()]
    feeds = sum(path.name == "feed.xml" for path in files)
    return Output(len(files), feeds, sum(path.stat().st_size for path in files))


def _table(generators: Sequence[Generator], costs: Costs, outputs: Mapping[str, Output]) -> Iterator[str]:
    """Yield the lines of a Markdown table."""
    ours, *peers = generators
    names = [f"{item.name} {item.version}" for item in generators] + [f"{ours.name} ÷ {peer.name}" for peer in peers]
    yield f"| | | {' | '.join(names)} |"
    yield f"|---|---|{'--:|' * len(names)}"
    for scenario in _SCENARIOS:
        for measure, title in _MEASURES.items():
            values = {item.name: [getattr(cost, measure) for cost in costs[scenario, item.name]] for item in generators}
            cells = [f"{median(values[item.name]):,.{0 if measure == 'memory' else 2}f}" for item in generators]
            cells += [_ratio(values[ours.name], values[peer.name]) for peer in peers]
            yield f"| {scenario if measure == 'wall' else ''} | {title} | {' | '.join(cells)} |"
    cells = [_ratio(*([cost.wall for cost in costs[s, g.name]] for s in (_TEMPLATE, _CLEAN))) for g in generators]
    yield f"| | wall ÷ own clean build | {' | '.join(cells + [''] * len(peers))} |"
    for title, unit, key in (("files", 1, "files"), ("of them feeds", 1, "feeds"), ("size, MB", 1_000_000, "size")):
        amounts = [getattr(outputs[item.name], key) for item in generators]
        cells = [f"{amount / unit:,.0f}" for amount in amounts] + [_ratio(amounts[:1], [it]) for it in amounts[1:]]
        yield f"| {'output' if key == 'files' else ''} | {title} | {' | '.join(cells)} |"


def _ratio(ours: Sequence[float], theirs: Sequence[float]) -> str:
    """Return the median of the ratios of what was measured in the same run."""
    return f"{median(one / other for one, other in zip(ours, theirs, strict=True)):.2f}"


def _data(
    options: argparse.Namespace, generators: Sequence[Generator], costs: Costs, outputs: Mapping[str, Output]
) -> dict[str, object]:
    """Return the raw numbers, as they go into a JSON file."""
    return {
        "articles": options.articles,
        "runs": options.runs,
        "machine": _machine(),
        "generators": {
            item.name: {"version": item.version, "output": outputs[item.name]._asdict()} for item in generators
        },
        "costs": {
            scenario: {item.name: [asdict(cost) for cost in costs[scenario, item.name]] for item in generators}
            for scenario in _SCENARIOS
        },
    }


def _machine() -> str:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} cores, {platform.system()} {platform.release()}, Python {platform.python_version()}"


def _tell(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
