"""Where work is done changes no byte; a worker that is lost is a clear error, or its work is done again."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from dask.distributed import LocalCluster

from newsgen.build import build
from newsgen.cli import cli
from newsgen.cli.workers import local
from newsgen.workers import Workers, in_batches
from tests.sites import make, snapshot

SITE = "".join(
    f"-- articles/a{number}.md --\n---\ntitle: Story {number}\ndate: 2024-01-{number:02}\ntags: [One]\n---\nText.\n"
    for number in range(1, 29)
)


def _doubled(shared: int, batch: tuple[int, ...]) -> list[int]:
    return [shared * item for item in batch]


def _once(shared: str, batch: tuple[int, ...]) -> list[int]:
    """Work that kills its process the first time."""
    flag = Path(shared)
    if not flag.exists():
        flag.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return list(batch)


@pytest.mark.parametrize("workers", [Workers(), local(2, "fork"), local(3, "spawn")])
def test_results_come_in_the_order_of_the_batches(workers: Workers) -> None:
    batches = list(in_batches(range(100), lambda item: 1 + item % 3, 7))
    found = workers.run(_doubled, 2, batches, 100, str)
    assert [number for result in found for number in result] == [2 * number for number in range(100)]


def test_batches_hold_every_item_once_and_cost_about_the_same() -> None:
    batches = list(in_batches([5, 1, 1, 9, 2, 2, 2], lambda item: item, 6))
    assert batches == [(5, 1), (1, 9), (2, 2, 2)]


def test_little_work_starts_no_process() -> None:
    assert not local(None).are_elsewhere(3)
    assert local(2).are_elsewhere(3)


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as found:
        yield found


@pytest.mark.filterwarnings("ignore")
def test_a_dask_cluster_makes_the_same_bytes(tmp_path: Path, cluster: LocalCluster) -> None:
    root = make(tmp_path / "site", SITE)
    build(root, tmp_path / "alone")
    address = cluster.scheduler_address.replace("tcp://", "dask://")
    arguments = ["build", "--site", str(root), "--output", str(tmp_path / "cluster"), "--executor", address]
    result = CliRunner().invoke(cli, arguments, standalone_mode=False)
    assert result.exception is None
    assert snapshot(tmp_path / "cluster") == snapshot(tmp_path / "alone")


@pytest.mark.filterwarnings("ignore")
def test_dask_does_the_batch_of_a_lost_worker_again(tmp_path: Path, cluster: LocalCluster) -> None:
    with cluster.get_client() as client:
        workers = Workers(executor=client.get_executor(pure=False), count=2)
        found = workers.run(_once, str(tmp_path / "died"), [(1, 2), (3,)], 3, str)
        assert [number for result in found for number in result] == [1, 2, 3]


@pytest.mark.parametrize("address", ["dask://127.0.0.1:9", "dask://", "http://127.0.0.1:1", "dask://127.0.0.1:x"])
def test_an_executor_that_is_not_there_is_a_clear_error(tmp_path: Path, address: str) -> None:
    root = make(tmp_path, SITE)
    result = CliRunner().invoke(cli, ["build", "--site", str(root), "--executor", address])
    assert result.exit_code == 2
    assert "Error: " in result.output
    assert not (root / "output").exists()
